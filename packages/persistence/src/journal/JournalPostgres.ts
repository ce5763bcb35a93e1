/**
 * The journal on PostgreSQL: implements `@sluice/engine/Journal` with one writer for the whole process.
 * Design: ARCHITECTURE.md, "Durability"; contract: sections 3 and 10.
 */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import {
  type Committed,
  Fenced,
  type Intake,
  Journal,
  JournalFull,
  JournalUnavailable,
  type Stale
} from "@sluice/engine/journal/Journal"
import type { RunReader } from "@sluice/engine/journal/RunReader"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { Cause, Clock, Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { actId, recordAct } from "../audit/ActRecord.ts"
import { DeliverySignal } from "../outbox/DeliverySignal.ts"
import { type LookedUp, outcomeBytes, outcomeOf } from "../outbox/Outcome.ts"
import { untoldOf } from "../outbox/StateEvents.ts"
import * as Subscribed from "../outbox/Subscribed.ts"
import * as PartnerBoardPg from "../partners/PartnerBreakerPostgres.ts"
import * as JournalConnection from "../sql/JournalConnection.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import * as WorkNotifications from "../sql/WorkNotifications.ts"
import { CurrentWriteProgress } from "../sql/WriteProgress.ts"
import { find, type Sought, soughtOf } from "../subscriptions/SubscriptionLookup.ts"
import * as Callbacks from "./claims/Callbacks.ts"
import { cancel } from "./claims/Cancels.ts"
import * as QueueDepth from "./claims/QueueDepth.ts"
import { state } from "./claims/Recovery.ts"
import * as RunClaimer from "./claims/RunClaimer.ts"
import { document, edit } from "./Documents.ts"
import type { InFlightLimits } from "./lease/InFlight.ts"
import * as Lease from "./lease/Lease.ts"
import * as WorkerRegistration from "./lease/WorkerRegistration.ts"
import { reprocess, type Reprocessed } from "./Reprocess.ts"
import { RunChanges } from "./RunChanges.ts"
import * as RunReaderPostgres from "./RunReaderPostgres.ts"
import { outcomeFlush, renewingFlush, standingFlush } from "./writer/FlushStatement.ts"
import { outcomeFlushParameters } from "./writer/OutcomeFlush.ts"
import { entryBytes, type PendingEntry, type PendingSubmission, submissionBytes } from "./writer/PendingWrite.ts"
import * as WriteHealth from "./writer/WriteHealth.ts"
import { maxBytes } from "./writer/WriteQueue.ts"
import * as Writer from "./writer/Writer.ts"

/**
 * The size of the write queue above which submissions are refused. A flush takes milliseconds: this is a few seconds of
 * work.
 */
const limits = { members: 4096, bytes: 64 * 1024 * 1024 }

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
}

/** The request was answered, with a no. */
const refusal = (cause: Cause.Cause<{ readonly _tag: string }>): boolean =>
  cause.reasons.every((reason) => Cause.isFailReason(reason) && refusals.has(reason.error._tag))

const refusals: ReadonlySet<string> = new Set(["OrderNotFound", "OrderMoved", "IntakeConflict", "JournalFull"])

const make = Effect.fnUntraced(function*<E>(options: Options, register: Register<E>) {
  const client = yield* PgClient
  const sql = yield* SqlClient.SqlClient
  const clock = yield* Clock.Clock
  const changes = yield* RunChanges
  const signal = yield* DeliverySignal
  const executes = options.executes ?? true
  let closing = false

  const subscribed = Subscribed.make()
  const health = WriteHealth.tracker()
  const lease = yield* Lease.make(options.inFlight)
  const announcements = yield* WorkNotifications.make
  const depth = yield* QueueDepth.make(options.queueLimit ?? QueueDepth.defaultLimit)
  const connect = yield* JournalConnection.Connector
  const main = Writer.channel(yield* connect(client.config), renewingFlush, true)
  const wide = Writer.channel(yield* connect(client.config), standingFlush, false)
  // Touches customers and chains of deliveries, whose locks must not hold up what does not.
  const outcomes = Writer.channel(yield* connect(client.config), outcomeFlush, false, outcomeFlushParameters)
  const lanes = [main, wide, outcomes]
  const worker = yield* WorkerRegistration.make(lease)
  const hurry = { now: () => {} }
  const board = yield* PartnerBoardPg.make(() => hurry.now(), announcements)
  const takeover = yield* RunClaimer.make({ announcements, board, lease, worker, subscribed })
  hurry.now = takeover.hurry
  /** Notifies other processes, and this one if it executes runs, that a run was queued. */
  const queued = () => {
    depth.added()
    if (executes) takeover.later()
    else announcements.announce()
  }
  /** A run is due because an answer was taken for it. */
  const answeredFor = (runId: string) => {
    changes.publish(runId)
    if (executes) takeover.hurry()
    else announcements.announce()
  }
  const writer = yield* Writer.make(lease, worker, {
    health,
    changed: changes.publish,
    claimable: takeover.hurry,
    queued,
    delivers: signal.publish,
    offer: signal.offer,
    subscribed: (types, entries) => {
      subscribed.set(types)
      for (const member of entries) addEntry(member)
    }
  })

  yield* register(worker, main.link)
  main.flushedAt = clock.monotonicTimeNanosUnsafe()
  for (const [name, channel] of [["main", main], ["wide", wide], ["outcomes", outcomes]] as const) {
    yield* BackgroundLoop.fork(`journal-${name}`, writer.run(channel))
  }

  const { hosts } = client.config as JournalConnection.Config
  if (hosts?.searches === true) {
    // While commits stall, another host may have been promoted.
    const stalled = Effect.sync(() => health.stalledSeconds(clock.monotonicTimeNanosUnsafe()) > 0)
    yield* BackgroundLoop.fork(
      "journal-hosts",
      Effect.forever(Effect.andThen(
        Effect.sleep("1 second"),
        Effect.flatMap(stalled, (isStalled) => isStalled ? hosts.reconsider : Effect.void)
      ))
    )
  }
  const watch = Effect.suspend(() => {
    const now = clock.monotonicTimeNanosUnsafe()
    for (const channel of lanes) {
      Writer.abandon(channel, now - acceptPatience)
      channel.link.closeIfHung()
    }
    if (now - main.flushedAt > beatAfter || health.wantsCommit()) {
      main.beat = true
      main.wake.openUnsafe()
    }
    return WriteHealth.report(health.look(now))
  })
  yield* BackgroundLoop.fork("journal-watch", Effect.forever(Effect.andThen(watch, Effect.sleep(tick))))

  const idle = () => lanes.every((channel) => channel.backlog.count() === 0 && channel.inFlight.length === 0)
  const drain = Effect.gen(function*() {
    closing = true
    for (let tries = 0; !idle() && tries < 500; tries++) yield* Effect.sleep("20 millis")
    yield* worker.leave(main.link)
  })
  yield* Effect.addFinalizer(() => drain)

  const waiting = (count: (channel: Writer.WriteChannel) => number) =>
    lanes.reduce((sum, channel) => sum + count(channel), 0)

  const accept: Journal["Service"]["accept"] = (submission) =>
    Effect.withFiber((fiber) =>
      Effect.uninterruptible(Effect.callback((resume) => {
        if (closing) return resume(Effect.fail(new JournalUnavailable({ message: "This process is ending" })))
        const bytes = submissionBytes(submission)
        const paused = submission.run.paused === true
        if (depth.full() && !paused) return resume(Effect.fail(new JournalFull({ retryAfterSeconds: 5 })))
        if (
          waiting((channel) => channel.backlog.count()) >= limits.members
          || waiting((channel) => channel.backlog.bytes()) + bytes > limits.bytes
        ) return resume(Effect.fail(new JournalFull({ retryAfterSeconds: 1 })))
        const member: PendingSubmission = {
          kind: "accept",
          submission,
          starts: executes && !paused && lease.inFlight.room(submission.run.pipeline.name) > 0,
          bytes,
          since: clock.monotonicTimeNanosUnsafe(),
          mayBeStored: false,
          progress: fiber.getRef(CurrentWriteProgress),
          abandoned: false,
          settle: resume
        }
        Writer.add(bytes > maxBytes ? wide : main, member)
      }))
    )

  /** Queues an entry with what follows from it, as far as it is known who subscribes to it. */
  const addEntry = (
    { entry, lookedUp, release, settle, worker }: Pick<
      PendingEntry,
      "entry" | "lookedUp" | "release" | "settle" | "worker"
    >
  ) => {
    const outcome = outcomeOf(entry, subscribed, clock.currentTimeMillisUnsafe(), lookedUp)
    const bytes = entryBytes(entry) + (outcome === undefined ? 0 : outcomeBytes(outcome))
    const untold = untoldOf(entry, subscribed)
    const member: PendingEntry = { kind: "entry", entry, lookedUp, worker, release, outcome, untold, bytes, settle }
    Writer.add(outcome !== undefined ? outcomes : bytes > maxBytes ? wide : main, member)
  }

  const add = (entry: PendingEntry["entry"], release: boolean, lookedUp?: LookedUp) =>
    Effect.uninterruptible(Effect.callback<Committed | Stale, Fenced>((resume) => {
      if (!lease.holds(entry)) return resume(Effect.fail(new Fenced()))
      addEntry({ entry, lookedUp, worker: lease.identity().worker, release, settle: resume })
    }))

  /** Waits for the database for as long as the run is held. */
  const lookUp = (entry: PendingEntry["entry"], sought: Sought): Effect.Effect<LookedUp, Fenced> =>
    find(sql, sought).pipe(
      Effect.map((found) => ({ sought, found })),
      Effect.catchTag("SqlError", () =>
        Effect.andThen(
          Effect.sleep(tick),
          Effect.suspend(() => lease.holds(entry) ? lookUp(entry, sought) : Effect.fail(new Fenced()))
        ))
    )

  const write = (entry: PendingEntry["entry"], release: boolean) => {
    const sought = soughtOf(entry)
    return sought === undefined
      ? add(entry, release)
      : Effect.uninterruptible(Effect.flatMap(lookUp(entry, sought), (lookedUp) => add(entry, release, lookedUp)))
  }

  /** `by`: the worker under which it was stored. If that worker is fenced, the run is left to a takeover. */
  const reprocessed = (answer: Reprocessed, by: string): Intake => {
    if (answer._tag === "Repeated") return answer
    if (answer._tag === "Accepted") {
      const { eventId, orderId, pipeline, runId } = answer.run
      if (by !== lease.identity().worker) return { _tag: "Queued", orderId, eventId, runId }
      return {
        _tag: "Accepted",
        run: { ...answer.run, claimToken: lease.hold(runId, { pipeline: pipeline.name, bytes: 4096 }) }
      }
    }
    queued()
    takeover.hurry()
    return answer
  }

  const closeCallback: Journal["Service"]["closeCallback"] = (claimToken, index) =>
    Effect.suspend(() => {
      if (!lease.holds(claimToken)) return Effect.fail(new Fenced())
      return Effect.flatMap(
        orUnavailable(Callbacks.closeCallback(lease.identity(), claimToken.runId, index)),
        // The epoch was raised meanwhile, unless the run was lost.
        (closed) => closed.holds ? Effect.succeed(closed.answer) : closeCallback(claimToken, index)
      )
    }).pipe(Effect.provideService(SqlClient.SqlClient, sql))

  const journal = Journal.of({
    accept,
    reprocess: (request) =>
      (depth.full() && request.run.paused !== true
        ? Effect.fail(new JournalFull({ retryAfterSeconds: 5 }))
        : Effect.void).pipe(
          Effect.andThen(Effect.suspend(() => {
            const by = lease.identity()
            const starts = executes && request.run.paused !== true
              && lease.inFlight.room(request.run.pipeline.name) > 0
            return Effect.map(reprocess(request, by, starts, subscribed), (answer) => reprocessed(answer, by.worker))
          })),
          Effect.provideService(SqlClient.SqlClient, sql),
          // Whatever else went wrong, time running out included, it may be stored, and nobody executes it.
          Effect.onError((cause) =>
            Effect.sync(() => refusal(cause) || !executes || takeover.doubt(request.run.runId))
          ),
          Effect.interruptible,
          orUnavailable,
          Effect.uninterruptible
        ),
    commit: (entry) => write(entry, false),
    release: (entry) => write(entry, true),
    edit: (orderId, change, history) =>
      actId.pipe(
        Effect.flatMap((id) =>
          transaction(
            sql,
            Effect.tap(edit(orderId, change, history, { subscribed, act: id }), (answer) =>
              answer._tag === "Stale"
                ? Effect.void
                : recordAct(sql, { id, before: { version: change.seen }, after: { version: answer.version }, orderId }))
          )
        ),
        Effect.tap((answer) =>
          Effect.sync(() => answer._tag === "Committed" && answer.tells ? signal.publish() : undefined)
        ),
        Effect.map((answer): Committed | Stale =>
          answer._tag === "Stale" ? answer : { _tag: "Committed", version: answer.version }
        ),
        orUnavailable,
        Effect.provideService(SqlClient.SqlClient, sql)
      ),
    document: (orderId, version) =>
      Effect.provideService(orUnavailable(document(orderId, version)), SqlClient.SqlClient, sql),
    state: (runId) => Effect.provideService(orUnavailable(state(runId)), SqlClient.SqlClient, sql),
    abandon: (claimToken) =>
      Effect.suspend(() => {
        if (!lease.drop(claimToken)) return Effect.void
        return Effect.ignore(orUnavailable(sql`update runs set owner = '00000000-0000-0000-0000-000000000000'
          where id = ${claimToken.runId}::uuid and owner = ${lease.identity().worker}::uuid`))
      }),
    cancel: (runId, cancellation, at) =>
      transaction(sql, cancel(runId, cancellation, at)).pipe(
        Effect.tap((answer) =>
          Effect.sync(() => {
            if (answer._tag !== "Stored") return
            changes.publish(runId)
            // Another run over the order may have its turn now, or this one is due.
            takeover.hurry()
          })
        ),
        orUnavailable,
        Effect.provideService(SqlClient.SqlClient, sql)
      ),
    issueToken: (token) => Effect.provideService(orUnavailable(Callbacks.issueToken(token)), SqlClient.SqlClient, sql),
    callbackAnswer: (runId, index) =>
      Effect.provideService(orUnavailable(Callbacks.callbackAnswer(runId, index)), SqlClient.SqlClient, sql),
    closeCallback,
    takeCallback: (token, answer) =>
      transaction(sql, Callbacks.takeCallback(token, answer)).pipe(
        Effect.tap((taken) => taken._tag === "Taken" ? Effect.sync(() => answeredFor(taken.runId)) : Effect.void),
        orUnavailable,
        Effect.provideService(SqlClient.SqlClient, sql)
      ),
    answerCallback: (runId, index, answer) =>
      transaction(sql, Callbacks.answerCallback(runId, index, answer)).pipe(
        Effect.tap((isTaken) => isTaken ? Effect.sync(() => answeredFor(runId)) : Effect.void),
        orUnavailable,
        Effect.provideService(SqlClient.SqlClient, sql)
      ),
    cancellations: takeover.cancellations,
    claimed: takeover.claimed,
    maySend: lease.maySend,
    awaitLease: lease.awaitLease
  })
  return Context.make(Journal, journal).pipe(
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
 * The journal, the reader of its runs, the board of partners that comes with it, and what tells of changes. Closing it stores what waits and
 * leaves this process's runs to others. Building it waits for the database, however long that takes.
 */
export const layer = (options: Options = {}): Layer.Layer<Services, never, PgClient | SqlClient.SqlClient> =>
  layerWith(options, registered)

/** The same for the start of a process: fails where the database commits nothing. */
export const layerInTime = (
  options: Options = {}
): Layer.Layer<Services, JournalUnavailable, PgClient | SqlClient.SqlClient> => layerWith(options, registeredInTime)
