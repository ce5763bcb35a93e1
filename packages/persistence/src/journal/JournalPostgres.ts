/**
 * The journal on PostgreSQL: implements `@sluice/engine/Journal` with one writer for the whole process.
 * Design: ARCHITECTURE.md, "Durability"; contract: sections 3 and 10.
 */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Journal, JournalUnavailable } from "@sluice/engine/journal/Journal"
import type { RunReader } from "@sluice/engine/journal/RunReader"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { Clock, Context, type Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { DeliverySignal } from "../outbox/DeliverySignal.ts"
import * as Subscribed from "../outbox/Subscribed.ts"
import * as PartnerBoardPg from "../partners/PartnerBreakerPostgres.ts"
import type { Hosts } from "../sql/hosts/Hosts.ts"
import * as JournalConnection from "../sql/JournalConnection.ts"
import * as WorkNotifications from "../sql/WorkNotifications.ts"
import * as QueueDepth from "./claims/QueueDepth.ts"
import * as RunClaimer from "./claims/RunClaimer.ts"
import { type Parts, queueEntry, serviceOf } from "./JournalOperations.ts"
import type { InFlightLimits } from "./lease/InFlight.ts"
import * as Lease from "./lease/Lease.ts"
import * as WorkerRegistration from "./lease/WorkerRegistration.ts"
import { RunChanges } from "./RunChanges.ts"
import * as RunReaderPostgres from "./RunReaderPostgres.ts"
import { outcomeFlushParameters } from "./writer/FlushRows.ts"
import { outcomeFlush, renewingFlush, standingFlush } from "./writer/FlushStatement.ts"
import type { WriterContext } from "./writer/Settlement.ts"
import * as WriteChannel from "./writer/WriteChannel.ts"
import * as WriteHealth from "./writer/WriteHealth.ts"
import * as Writer from "./writer/Writer.ts"

type Register<E> = (
  worker: WorkerRegistration.WorkerRegistration,
  link: JournalConnection.JournalConnection
) => Effect.Effect<void, E>

/** Goes on trying for as long as it takes. */
const registered: Register<never> = (worker, link) => worker.register(link)

/** For the first commit of a process, at its start. A statement that hangs is given up a second later. */
const registerPatience = "5 seconds"

const registeredInTime: Register<JournalUnavailable> = (worker, link) =>
  worker.register(link).pipe(
    Effect.timeoutOrElse({ duration: registerPatience, orElse: () => Effect.fail(notRegistered) }),
    Effect.raceFirst(Effect.forever(Effect.andThen(Effect.sleep(tick), Effect.sync(link.closeIfHung))))
  )

const notRegistered = new JournalUnavailable({
  message:
    "DATABASE_URL: the database takes connections, and commits nothing: if it waits for a synchronous standby, start "
    + "that, or change synchronous_standby_names"
})

/**
 * The interval at which waits and leases are checked, and the longest time that a submission waits for a silent
 * database.
 */
const tick = "250 millis"
const beatAfter = 2_000_000_000n
const acceptPatience = 3_500_000_000n

export interface Options {
  /**
   * This process executes runs, its own first. Default true; `false` for a process that is only an API: what it
   * accepts is queued for others.
   */
  readonly executes?: boolean
  /** The bounds on runs claimed by this process; what exceeds them is queued. */
  readonly inFlight?: InFlightLimits
  /** Runs queued in the database above which submissions are refused. Default two million. */
  readonly queueLimit?: number
  /** The time between two counts of the queue. Default 5 s. */
  readonly queueCountEvery?: Duration.Input
}

/** Fails submissions that have waited too long, renews an idle lease, and reports if commits stop succeeding. */
const watch = ({ channels, clock, health }: Parts) => {
  const now = clock.monotonicTimeNanosUnsafe()
  for (const channel of WriteChannel.all(channels)) {
    WriteChannel.abandon(channel, now - acceptPatience)
    channel.link.closeIfHung()
  }
  if (now - channels.main.flushedAt > beatAfter || health.wantsCommit()) WriteChannel.requestBeat(channels.main)
  return WriteHealth.report(health.look(now))
}

/** Looks for another primary while commits stall: another host may have been promoted. */
const reconsiderHosts = ({ clock, health }: Parts, hosts: Hosts) =>
  Effect.andThen(
    Effect.sleep("1 second"),
    Effect.suspend(() => health.stalledSeconds(clock.monotonicTimeNanosUnsafe()) > 0 ? hosts.reconsider : Effect.void)
  )

/** Ends the journal of this process: stores what waits, for at most 10 s, and leaves its runs to others. */
const drain = Effect.fnUntraced(function*(parts: Parts) {
  parts.closing = true
  const idle = () => WriteChannel.all(parts.channels).every(WriteChannel.isIdle)
  for (let tries = 0; !idle() && tries < 500; tries++) yield* Effect.sleep("20 millis")
  yield* parts.worker.leave(parts.channels.main.link)
})

const connectChannels = Effect.fnUntraced(function*(config: PgClient["config"]) {
  const connect = yield* JournalConnection.Connector
  const channels: WriteChannel.WriteChannels = {
    main: WriteChannel.make(yield* connect(config), renewingFlush, true),
    wide: WriteChannel.make(yield* connect(config), standingFlush, false),
    outcomes: WriteChannel.make(yield* connect(config), outcomeFlush, false, outcomeFlushParameters)
  }
  return channels
})

/** Starts the writers of the three channels, and the loops that watch the lease and the hosts. */
const startLoops = Effect.fnUntraced(function*(parts: Parts, writer: WriterContext, config: PgClient["config"]) {
  for (const name of ["main", "wide", "outcomes"] as const) {
    yield* BackgroundLoop.fork(`journal-${name}`, Writer.run(writer, parts.channels[name]))
  }
  const { hosts } = config as JournalConnection.Config
  if (hosts?.searches === true) {
    yield* BackgroundLoop.fork("journal-hosts", Effect.forever(reconsiderHosts(parts, hosts)))
  }
  yield* BackgroundLoop.fork(
    "journal-watch",
    Effect.forever(Effect.andThen(Effect.suspend(() => watch(parts)), Effect.sleep(tick)))
  )
})

const make = Effect.fnUntraced(function*<E>(options: Options, register: Register<E>) {
  const client = yield* PgClient
  const sql = yield* SqlClient.SqlClient
  const clock = yield* Clock.Clock
  const changes = yield* RunChanges
  const signal = yield* DeliverySignal
  const executes = options.executes ?? true

  const subscribed = Subscribed.make()
  const health = WriteHealth.tracker()
  const lease = yield* Lease.make(options.inFlight)
  const announcements = yield* WorkNotifications.make
  const depth = yield* QueueDepth.make(options)
  const channels = yield* connectChannels(client.config)
  const worker = yield* WorkerRegistration.make(lease)
  // The breaker board wakes the claimer, which is made with the board.
  const wake = { claimer: () => {} }
  const board = yield* PartnerBoardPg.make(() => wake.claimer(), announcements)
  const claimer = yield* RunClaimer.make({ announcements, board, lease, worker, subscribed })
  wake.claimer = claimer.wakeUp
  const queued = () => {
    depth.added()
    if (executes) claimer.wakeUpWhenRoom()
    else announcements.announce()
  }
  const answered = (runId: string) => {
    changes.publish(runId)
    if (executes) claimer.wakeUp()
    else announcements.announce()
  }
  const parts: Parts = {
    sql,
    clock,
    executes,
    lease,
    worker,
    channels,
    health,
    depth,
    claimer,
    changes,
    signal,
    subscribed,
    queued,
    answered,
    closing: false
  }
  const writer: WriterContext = {
    clock,
    lease,
    worker,
    options: {
      health,
      changed: changes.publish,
      claimable: claimer.wakeUp,
      held: claimer.wakeUpToRelease,
      queued,
      delivers: signal.publish,
      offer: signal.offer,
      subscribed: (types, entries) => {
        subscribed.set(types)
        for (const member of entries) queueEntry(parts, member)
      }
    }
  }

  yield* register(worker, channels.main.link)
  channels.main.flushedAt = clock.monotonicTimeNanosUnsafe()
  yield* startLoops(parts, writer, client.config)
  yield* Effect.addFinalizer(() => drain(parts))

  return Context.make(Journal, serviceOf(parts)).pipe(
    Context.add(PartnerBreaker, board.service),
    Context.add(WriteHealth.WriteHealth, yield* WriteHealth.service(health))
  )
})

type Services = Journal | PartnerBreaker | RunReader | RunChanges | DeliverySignal | WriteHealth.WriteHealth

const layerWith = <E>(options: Options, register: Register<E>) =>
  Layer.effectContext(make(options, register)).pipe(
    Layer.provideMerge([RunChanges.layer, DeliverySignal.layer]),
    Layer.merge(RunReaderPostgres.layer)
  )

/**
 * The journal, the reader of its runs, the partners' circuit breakers and the notifications of changes. Closing it
 * stores the waiting writes and leaves this process's runs to others. Building it waits for the database, however long
 * that takes.
 */
export const layer = (options: Options = {}): Layer.Layer<Services, never, PgClient | SqlClient.SqlClient> =>
  layerWith(options, registered)

/** The journal of {@link layer}, for the start of a process: fails where the database commits nothing in time. */
export const layerInTime = (
  options: Options = {}
): Layer.Layer<Services, JournalUnavailable, PgClient | SqlClient.SqlClient> => layerWith(options, registeredInTime)
