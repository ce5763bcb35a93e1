/**
 * Finds runs that no process executes and claims them: runs of dead workers, runs due after a wait, and runs next in
 * line on their order. One statement a second polls; the claims are statements of their own.
 *
 * Taking over is three statements, each committed before the next: fence the dead, claim their runs, read their
 * journals. Contract: section 10, promises 1 to 3; design: ARCHITECTURE.md, "Durability".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import type { RunCancellation } from "@sluice/engine/internal/journal/Cancellation"
import { takeoversAfter } from "@sluice/engine/internal/journal/JournalRules"
import type { ClaimedRun, RunSoFar } from "@sluice/engine/journal/Journal"
import { Array, Cause, Effect, Exit, Latch, Queue, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { type Subscribed, subscribedTypes, typesOf } from "../../outbox/Subscribed.ts"
import { lookColumn, type PartnerBreakerBoard, type Unwell } from "../../partners/PartnerBreakerPostgres.ts"
import type { JournalConnection } from "../../sql/JournalConnection.ts"
import { runsOver } from "../../sql/StatementPlans.ts"
import type { WorkNotifications } from "../../sql/WorkNotifications.ts"
import type { Lease } from "../lease/Lease.ts"
import type { WorkerRegistration } from "../lease/WorkerRegistration.ts"
import { anyCancelled, cancelled } from "./Cancels.ts"
import * as PartnerHolds from "./PartnerHolds.ts"
import * as QueuedRuns from "./QueuedRuns.ts"
import { openStates } from "./QueuedRuns.ts"
import { recover, type Recovered } from "./Recovery.ts"
import * as UnownedRuns from "./UnownedRuns.ts"

/** Runs that wait in this process for an executor. What is more stays claimable for others. */
const capacity = 64

/** The number of queued runs that one statement claims: their orders are locked for as long as it takes. */
export const queuedAtOnce = 32

/**
 * The statement that looks for work; $1 is this worker. It compares with the statement's time, which an index can be
 * searched for, not with the clock's. Its `order by` makes PostgreSQL read the queue along its index.
 */
export const look = `select
  exists (select from workers where not fenced and alive_until < clock_timestamp()) as dead,
  exists (select from workers w where w.fenced and exists (select from runs r where r.owner = w.id)) as orphaned,
  exists (select from runs where due_at <= statement_timestamp()) as due,
  exists (select from (select from runs q where q.state = 'queued' and not exists (
    select from ${runsOver("q.order_id", "state")} o where o.state in ${openStates})
    order by q.pipeline, q.id limit 1) q) as queued,
  exists (${anyCancelled}) as cancelled,
  ${PartnerHolds.nextRelease} as release_in,
  ${lookColumn} as unwell,
  ${subscribedTypes} as subscribed`

interface Seen extends Readonly<Record<"dead" | "orphaned" | "due" | "cancelled" | "queued", boolean>> {
  /** Milliseconds until runs on hold may be released; null where there are none: see `PartnerHolds`. */
  readonly release_in: number | null
  /** The partners whose circuit is not closed, as JSON: see `lookColumn` of `PartnerBreakerPostgres`. */
  readonly unwell: string
  /** The types that endpoints subscribe to: see `Subscribed`. */
  readonly subscribed: string | null
}

/**
 * The statement that fences workers whose lease has expired. `for update` with `skip locked` waits for none, and
 * passes over those that are storing right now.
 */
export const fence = `with dead as materialized (
    select id from workers where alive_until < clock_timestamp() and not fenced for update skip locked)
  update workers set fenced = true from dead where workers.id = dead.id`

/** Rows of dead workers that hold nothing any more. */
const sweep = `delete from workers w where w.fenced and w.alive_until < clock_timestamp() - interval '1 hour'
  and not exists (select from runs r where r.owner = w.id)`

/** $1 worker, $2 epoch, $3 ids. */
const claim = (pick: string) =>
  `with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share),
  pick as materialized (${pick} for update of r skip locked)
  update runs set owner = me.id, due_at = null, held_for = null from pick, me where runs.id = pick.id returning runs.id, pick.orderly`

const claimOrphans = claim(`select r.id, w.left_orderly as orderly from runs r join workers w on w.id = r.owner
  where r.id = any($3::uuid[]) and w.fenced`)

const claimDue = claim(`select r.id, true as orderly from runs r
  where r.id = any($3::uuid[]) and r.owner is null and r.due_at <= statement_timestamp()`)

export interface Claimed {
  readonly id: string
  /** True if the run was left without a process dying. */
  readonly orderly: boolean
}

/** The size of what was read; the document is read when needed, and orders are small. */
const weightOf = (run: RunSoFar): number =>
  run.callouts.reduce((sum, { record }) => sum + (record.response?.body.byteLength ?? 0), 4096)

/** The position of each run in the order of selection; a statement returns its rows in any order. */
const placesOf = (chosen: ReadonlyArray<{ readonly id: string }>): (id: string) => number => {
  const places = new Map(chosen.map(({ id }, place) => [id, place]))
  return (id) => places.get(id) ?? 0
}

const inOrder = (claimed: ReadonlyArray<Claimed>, places: (id: string) => number): ReadonlyArray<Claimed> =>
  claimed.toSorted((a, b) => places(a.id) - places(b.id))

const uuids = (ids: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value: ids })

/** The services that the claimer depends on. */
export interface Needs {
  readonly lease: Lease
  readonly worker: WorkerRegistration
  readonly board: PartnerBreakerBoard
  readonly announcements: WorkNotifications
  readonly subscribed: Subscribed
}

/** The services with the state that the functions of the claimer share. */
export interface Claims extends Omit<Needs, "announcements"> {
  readonly sql: SqlClient.SqlClient
  readonly findUnowned: Effect.Effect<void, SqlError, SqlClient.SqlClient>
  /** Opened to poll at once. */
  readonly wake: Latch.Latch
  /**
   * The cancels of runs of this process. Each is repeated until its run has ended, so that a dropped one is not missed.
   */
  readonly cancellations: Queue.Queue<RunCancellation>
  /** The reply to a claim was lost: the runs in `lease.doubtful` may be this process's. */
  uncertain: boolean
  /** True if runs were on hold at the last poll, so that the next one comes when they may be released. */
  releases: boolean
}

/** A run that was claimed, with the number of takeovers that it has had, this one included. */
export interface CountedRun extends Recovered {
  readonly takeovers: number
}

/** The claimed runs in the order of selection, each with its number of takeovers. */
export const countTakeovers = (
  found: ReadonlyArray<Recovered>,
  claimed: ReadonlyArray<Claimed>
): ReadonlyArray<CountedRun> => {
  const orderly = new Set(claimed.filter((run) => run.orderly).map((run) => run.id))
  const places = placesOf(claimed)
  return found.toSorted((a, b) => places(a.run.runId) - places(b.run.runId)).map((each) => ({
    ...each,
    takeovers: takeoversAfter({ ...each, takeovers: each.run.takeovers }, !orderly.has(each.run.runId))
  }))
}

/** True if the number of takeovers or the progress at the last one differs from what is stored. */
const isChanged = ({ progress, progressAtTakeover, run, takeovers }: CountedRun): boolean =>
  takeovers !== run.takeovers || progress !== progressAtTakeover

const storeTakeovers = (sql: SqlClient.SqlClient, counted: ReadonlyArray<CountedRun>) =>
  sql.unsafe(
    `update runs set takeovers = u.takeovers, takeover_progress = u.progress
       from unnest($1::uuid[], $2::int4[], $3::int4[]) as u(id, takeovers, progress) where runs.id = u.id`,
    [
      uuids(counted.map((each) => each.run.runId)),
      counted.map((each) => each.takeovers),
      counted.map((each) => each.progress)
    ]
  )

/**
 * Reads the journals of claimed runs, stores how often each was taken over, so that the next takeover knows it, and only
 * then holds the runs, uncertain until now, and gives them to the executor.
 */
const dispatchSome = Effect.fnUntraced(
  function*({ lease, sql }: Claims, queue: Queue.Enqueue<ClaimedRun>, claimed: ReadonlyArray<Claimed>) {
    // After an orderly end, too, a request may have been open: the time for an orderly end was up.
    const found = yield* recover(
      claimed.map((run) => run.id),
      (id) => lease.doubtful.get(id)?.takenOver === true
    )
    // A run that cannot be read stays this process's, and is not asked for again until it is found as unowned.
    const readable = new Set(found.map(({ run }) => run.runId))
    for (const { id } of claimed) if (!readable.has(id)) lease.doubtful.delete(id)
    const counted = countTakeovers(found, claimed)
    const changed = counted.filter(isChanged)
    if (changed.length > 0) yield* storeTakeovers(sql, changed)
    for (const { run, takeovers } of counted) {
      // Fenced meanwhile: `doubtful` is empty then, and the runs are another's.
      if (!lease.doubtful.delete(run.runId)) continue
      const claimToken = lease.hold(run.runId, { pipeline: run.pipeline.name, bytes: weightOf(run) })
      Queue.offerUnsafe(queue, { ...run, takeovers, claimToken })
    }
  }
)

/**
 * Dispatches runs in the order of selection, a few at a time: their journals hold partners' answers of up to 1 MiB
 * each.
 */
const dispatch = (claims: Claims, queue: Queue.Enqueue<ClaimedRun>, claimed: ReadonlyArray<Claimed>) =>
  Effect.forEach(Array.chunksOf(claimed, 8), (some) => dispatchSome(claims, queue, some), { discard: true })

/**
 * Runs a statement that claims `chosen`, and dispatches the runs that it has claimed; returns their number. Until the reply
 * the runs count as uncertain, so that none is forgotten where it is lost. `takenOver`: their process died.
 */
const claimChosen = Effect.fnUntraced(
  function*<R>(
    claims: Claims,
    queue: Queue.Enqueue<ClaimedRun>,
    chosen: ReadonlyArray<{ readonly id: string }>,
    takenOver: boolean,
    statement: Effect.Effect<ReadonlyArray<Claimed>, SqlError, R>
  ) {
    const { doubtful } = claims.lease
    for (const { id } of chosen) doubtful.set(id, { takenOver })
    const claimed = yield* statement
    const mine = new Set(claimed.map(({ id }) => id))
    for (const { id } of chosen) if (!mine.has(id)) doubtful.delete(id)
    yield* dispatch(claims, queue, inOrder(claimed, placesOf(chosen)))
    return claimed.length
  }
)

/** Claims runs that were found dead or due. True if there were any. */
const claimFound = Effect.fnUntraced(
  function*(
    claims: Claims,
    queue: Queue.Enqueue<ClaimedRun>,
    statement: string,
    found: ReadonlyArray<Claimed>,
    takenOver: boolean
  ) {
    const { lease, sql } = claims
    // A run that this process holds, as far as it knows, is being released: the reply to that comes first.
    const chosen = found.filter(({ id }) => !lease.inFlight.has(id))
    if (chosen.length === 0) return false
    const { epoch, worker } = lease.identity()
    const parameters = [PgTypes.uuid(worker), PgTypes.int4(epoch), uuids(chosen.map(({ id }) => id))]
    yield* claimChosen(claims, queue, chosen, takenOver, sql.unsafe<Claimed>(statement, parameters))
    return true
  }
)

/** Claims queued runs in turns by pipeline. True if there may be more for which this process has room. */
const claimQueued = Effect.fnUntraced(function*(claims: Claims, queue: Queue.Queue<ClaimedRun>, room: number) {
  const { lease, sql, wake } = claims
  const found = yield* sql.unsafe<QueuedRuns.Candidate>(QueuedRuns.candidates, [PgTypes.int4(room)])
  const next = QueuedRuns.inTurns(found, room, lease.inFlight.room)
  if (next.length < found.length) lease.inFlight.whenRoom(() => wake.openUnsafe())
  if (next.length === 0) return false
  const claimed = yield* claimChosen(claims, queue, next, false, QueuedRuns.claim(next, lease.identity()))
  // Another process was faster with all of them: a pause, so that the two do not meet again at once.
  if (claimed === 0) yield* Effect.sleep("10 millis")
  return true
})

/** The pool, for a worker that rejoins. */
const poolLink = (sql: SqlClient.SqlClient): JournalConnection => ({
  ready: Effect.succeed(Result.void),
  readyToFind: Effect.succeed(Result.void),
  query: (text, parameters) => Effect.result(sql.unsafe(text, parameters).values as Effect.Effect<never, SqlError>),
  closeIfHung: () => {}
})

/** Asks the database which of the uncertain runs are this process's, and executes those. */
const resolveUncertain = Effect.fnUntraced(function*(claims: Claims, queue: Queue.Enqueue<ClaimedRun>) {
  const { lease, sql, worker } = claims
  if (claims.uncertain) yield* worker.rejoin(poolLink(sql))
  claims.uncertain = false
  const doubts = new Map(lease.doubtful)
  if (doubts.size === 0) return
  const mine = yield* sql.unsafe<{ readonly id: string }>(
    "select id from runs where owner = $1 and id = any($2::uuid[])",
    [PgTypes.uuid(lease.identity().worker), uuids([...doubts.keys()])]
  )
  const found = new Set(mine.map((run) => run.id))
  for (const id of doubts.keys()) if (!found.has(id)) lease.doubtful.delete(id)
  yield* dispatch(claims, queue, mine.map(({ id }) => ({ id, orderly: doubts.get(id)?.takenOver !== true })))
})

/** The number of runs that may be claimed now. Without room, polls again once there is some. */
const roomFor = ({ lease, wake }: Claims, queue: Queue.Queue<ClaimedRun>): number => {
  const most = Math.min(capacity - Queue.sizeUnsafe(queue), lease.inFlight.roomInAll())
  if (most <= 0) lease.inFlight.whenRoom(() => wake.openUnsafe())
  return most
}

const claimDead = Effect.fnUntraced(function*(claims: Claims, queue: Queue.Queue<ClaimedRun>, most: number) {
  const { sql } = claims
  // In the order of all ids every run there ever was would be walked over.
  const orphans = yield* sql<Claimed>`select r.id from workers w cross join lateral (
        select id from runs where owner = w.id limit ${most}) r
      where w.fenced order by r.id limit ${most}`
  const more = (yield* claimFound(claims, queue, claimOrphans, orphans, true)) && orphans.length === most
  yield* sql.unsafe(sweep)
  return more
})

const claimDueRuns = Effect.fnUntraced(function*(claims: Claims, queue: Queue.Queue<ClaimedRun>, most: number) {
  const due = yield* claims.sql<Claimed>`select id from runs where due_at <= statement_timestamp()
      order by due_at, id limit ${most}`
  return (yield* claimFound(claims, queue, claimDue, due, false)) && due.length === most
})

/** The time between two polls, in milliseconds, and the shortest one where runs on hold may be released. */
const pollEveryMs = 1000
const shortestPauseMs = 25

/** Releases the runs on hold that are due, and returns the pause until the next poll, in milliseconds. */
const releaseHeld = Effect.fnUntraced(function*(releaseIn: number | null) {
  if (releaseIn === null) return pollEveryMs
  const next = releaseIn > 0 ? releaseIn : yield* PartnerHolds.releaseDue
  return Math.min(pollEveryMs, Math.max(shortestPauseMs, next))
})

/** Looks once, and claims what there is room for. Returns the pause until the next poll, 0 if there may be more. */
const poll = Effect.fnUntraced(function*(claims: Claims, queue: Queue.Queue<ClaimedRun>) {
  const { board, cancellations, findUnowned, lease, sql, subscribed } = claims
  yield* findUnowned
  yield* resolveUncertain(claims, queue)
  const me = lease.identity().worker
  const [seen] = yield* sql.unsafe<Seen>(look, [PgTypes.uuid(me)])
  if (seen === undefined) return pollEveryMs
  subscribed.set(typesOf(seen.subscribed))
  board.seen(JSON.parse(seen.unwell) as ReadonlyArray<Unwell>)
  if (seen.cancelled) Queue.offerAllUnsafe(cancellations, yield* cancelled(me))
  if (seen.dead) yield* sql.unsafe(fence)
  const room = () => roomFor(claims, queue)
  let more = false
  if ((seen.dead || seen.orphaned) && room() > 0) more = yield* claimDead(claims, queue, room())
  claims.releases = seen.release_in !== null
  const pause = yield* releaseHeld(seen.release_in)
  const isReleased = seen.release_in !== null && seen.release_in <= 0
  if ((seen.due || isReleased) && room() > 0) more = (yield* claimDueRuns(claims, queue, room())) || more
  if (seen.queued && room() > 0) more = (yield* claimQueued(claims, queue, Math.min(queuedAtOnce, room()))) || more
  return more ? 0 : pause
})

/** Polls every second, sooner where runs on hold may be released, and at once when woken or when there is more. */
const polling = Effect.fnUntraced(function*(claims: Claims, queue: Queue.Queue<ClaimedRun>) {
  const { wake } = claims
  for (;;) {
    wake.closeUnsafe()
    // After any failure, too: a process that does not poll notices no cancel, and claims no run.
    const done = yield* Effect.exit(Effect.timeout(poll(claims, queue), "10 seconds"))
    if (Exit.isFailure(done)) {
      claims.uncertain = true
      yield* (Cause.hasDies(done.cause) ? Effect.logError : Effect.logDebug)("takeover: will look again", done.cause)
    } else if (done.value === 0) {
      // The runs that were claimed start first.
      yield* Effect.yieldNow
      continue
    }
    yield* Effect.raceFirst(Effect.sleep(Exit.isSuccess(done) ? done.value : pollEveryMs), wake.await)
  }
})

export const make = Effect.fnUntraced(function*({ announcements, board, lease, subscribed, worker }: Needs) {
  const sql = yield* SqlClient.SqlClient
  const findUnowned = yield* UnownedRuns.make(lease)
  const wake = Latch.makeUnsafe(false)
  const cancellations = yield* Queue.sliding<RunCancellation>(1024)
  const claims: Claims = {
    lease,
    worker,
    board,
    subscribed,
    sql,
    findUnowned,
    wake,
    cancellations,
    uncertain: false,
    releases: false
  }

  const claimed: Stream.Stream<ClaimedRun> = Stream.unwrap(Effect.gen(function*() {
    // Unbounded, and never filled above `capacity` by a claim: an offer must not wait, and be interrupted, halfway.
    const queue = yield* Queue.unbounded<ClaimedRun>()
    yield* BackgroundLoop.fork("run-polling", Effect.provideService(polling(claims, queue), SqlClient.SqlClient, sql))
    yield* BackgroundLoop.fork("work-notifications", announcements.listen(() => wake.openUnsafe()))
    return Stream.fromQueue(queue)
  }))

  return {
    /** Claims runs while this stream is being read. */
    claimed,
    cancellations: Stream.fromQueue(cancellations),
    /** Makes the claimer poll at once, since something can be claimed sooner than its next poll. */
    wakeUp: () => {
      wake.openUnsafe()
    },
    /** Makes the claimer poll at once for the first run on hold; further ones are released in the course of its polls. */
    wakeUpToRelease: () => {
      if (!claims.releases) wake.openUnsafe()
    },
    /** Makes the claimer poll once there is room, for a queued run that this process had no room for. */
    wakeUpWhenRoom: () => {
      lease.inFlight.whenRoom(() => wake.openUnsafe())
    },
    /** Notes that a statement which may have given this process the run failed without a reply. */
    markUncertain: (runId: string) => {
      lease.doubtful.set(runId, { takenOver: false })
      claims.uncertain = true
      wake.openUnsafe()
    }
  }
})
