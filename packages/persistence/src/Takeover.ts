/**
 * Finds runs that nobody executes, and claims them: those of dead workers, those due after a wait, and those whose turn
 * has come on their order. One statement a second looks; whatever it finds is claimed in statements of their own.
 *
 * Taking over is three statements, each committed before the next: fence the dead, claim their runs, read their
 * journals. Contract: section 10, promises 1 to 3; design: ARCHITECTURE.md, "Durability".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { RunCancellation } from "@sluice/engine/Cancellation"
import type { HeldRun } from "@sluice/engine/Journal"
import { takeoversAfter } from "@sluice/engine/JournalRules"
import { Array, Clock, Effect, Latch, Queue, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { anyCancelled, cancelled } from "./journal/Cancels.ts"
import type { Lease } from "./journal/Lease.ts"
import type { Link } from "./journal/Link.ts"
import { recover } from "./journal/Recovery.ts"
import type { Worker } from "./journal/Worker.ts"

/** Runs that wait in this process for an executor. What is more stays claimable for others. */
const capacity = 64

const openStates = "('running', 'waiting', 'compensating')"

/** $1 this worker. By the statement's time, which an index can be asked for; the clock's, in mid-statement, cannot. */
const look = `select
  exists (select from workers where not fenced and alive_until < clock_timestamp()) as dead,
  exists (select from workers w where w.fenced and exists (select from runs r where r.owner = w.id)) as orphaned,
  exists (select from runs where due_at <= statement_timestamp()) as due,
  exists (${anyCancelled}) as cancelled,
  exists (select from runs q where q.state = 'queued' and not exists (
    select from runs o where o.order_id = q.order_id and o.state in ${openStates})) as queued`

/** `for update`, so that it waits for none, and passes over those whose statement is being stored right now. */
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
  update runs set owner = me.id, due_at = null from pick, me where runs.id = pick.id returning runs.id, pick.orderly`

const claimOrphans = claim(`select r.id, w.left_orderly as orderly from runs r join workers w on w.id = r.owner
  where r.id = any($3::uuid[]) and w.fenced`)

const claimDue = claim(`select r.id, true as orderly from runs r
  where r.id = any($3::uuid[]) and r.owner is null and r.due_at <= statement_timestamp()`)

interface Claimed {
  readonly id: string
  /** Nobody died over it. */
  readonly orderly: boolean
}

const uuids = (ids: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value: ids })

export const make = Effect.fnUntraced(function*(lease: Lease, worker: Worker) {
  const sql = yield* SqlClient.SqlClient
  const wake = Latch.makeUnsafe(false)
  /** Told again until the runs have ended, so that what nobody read is not missed. */
  const cancellations = yield* Queue.sliding<RunCancellation>(1024)
  /** A claim's answer was lost: what `doubtful` holds may be ours. */
  let inDoubt = false

  /** The pool, for a worker that rejoins. */
  const link: Link = {
    query: (text, parameters) => Effect.result(sql.unsafe(text, parameters).values as Effect.Effect<never, SqlError>),
    closeIfHung: () => {}
  }

  /** Counts the takeovers, for the next one to know; then the runs, in `doubtful` until now, are this process's. */
  const handOverSome = Effect.fnUntraced(function*(queue: Queue.Enqueue<HeldRun>, claimed: ReadonlyArray<Claimed>) {
    const orderly = new Set(claimed.filter((run) => run.orderly).map((run) => run.id))
    // Also after an orderly end a call may have been open: its time to end was up.
    const found = yield* recover(
      claimed.map((run) => run.id),
      (id) => lease.doubtful.get(id)?.takenOver === true
    )
    const held = found.map((each) => ({
      ...each,
      takeovers: takeoversAfter({ ...each, takeovers: each.run.takeovers }, !orderly.has(each.run.runId))
    }))
    const counted = held.filter((each) =>
      each.takeovers !== each.run.takeovers || each.progress !== each.progressAtTakeover
    )
    if (counted.length > 0) {
      yield* sql.unsafe(
        `update runs set takeovers = u.takeovers, takeover_progress = u.progress
         from unnest($1::uuid[], $2::int4[], $3::int4[]) as u(id, takeovers, progress) where runs.id = u.id`,
        [
          uuids(counted.map((each) => each.run.runId)),
          counted.map((each) => each.takeovers),
          counted.map((each) => each.progress)
        ]
      )
    }
    for (const { run, takeovers } of held) {
      // Fenced meanwhile: doubtful is empty then, and the runs are another's.
      if (!lease.doubtful.delete(run.runId)) continue
      lease.hold(run.runId)
      Queue.offerUnsafe(queue, { ...run, takeovers })
    }
  })

  /** Few at a time: their journals hold partners' answers, each up to a mebibyte. */
  const handOver = (queue: Queue.Enqueue<HeldRun>, claimed: ReadonlyArray<Claimed>) =>
    Effect.forEach(Array.chunksOf(claimed, 8), (some) => handOverSome(queue, some), { discard: true })

  const claimThose = Effect.fnUntraced(
    function*(queue: Queue.Enqueue<HeldRun>, statement: string, ids: ReadonlyArray<string>, takenOver: boolean) {
      if (ids.length === 0) return
      for (const id of ids) lease.doubtful.set(id, { takenOver })
      const { epoch, worker: id } = lease.identity()
      const claimed = yield* sql.unsafe<Claimed>(statement, [PgTypes.uuid(id), PgTypes.int4(epoch), uuids(ids)])
      const mine = new Set(claimed.map((run) => run.id))
      for (const id of ids) if (!mine.has(id)) lease.doubtful.delete(id)
      yield* handOver(queue, claimed)
    }
  )

  /** One order at a time: lock it, then look with a fresh snapshot whether its turn has come. */
  const claimQueued = Effect.fnUntraced(function*(runId: string, orderId: string) {
    const now = yield* Clock.currentTimeMillis
    const { epoch, worker: id } = lease.identity()
    return yield* sql.withTransaction(Effect.gen(function*() {
      const [order] = yield* sql<{ readonly version: number }>`
        select version from orders where id = ${orderId} for no key update`
      if (order === undefined) return []
      return yield* sql.unsafe<Claimed>(
        `with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share)
        update runs set state = 'running', owner = me.id, start_version = $3, started_at = $4 from me
        where runs.id = $5 and runs.state = 'queued' and not exists (
          select from runs o where o.order_id = runs.order_id and o.state in ${openStates})
        returning runs.id, true as orderly`,
        [PgTypes.uuid(id), PgTypes.int4(epoch), order.version, PgTypes.timestamptz(now), PgTypes.uuid(runId)]
      )
    }))
  })

  const resolveDoubts = Effect.fnUntraced(function*(queue: Queue.Enqueue<HeldRun>) {
    if (inDoubt) yield* worker.rejoin(link)
    inDoubt = false
    const doubts = new Map(lease.doubtful)
    if (doubts.size === 0) return
    const mine = yield* sql.unsafe<{ readonly id: string }>(
      "select id from runs where owner = $1 and id = any($2::uuid[])",
      [PgTypes.uuid(lease.identity().worker), uuids([...doubts.keys()])]
    )
    const found = new Set(mine.map((run) => run.id))
    for (const id of doubts.keys()) if (!found.has(id)) lease.doubtful.delete(id)
    yield* handOver(queue, mine.map(({ id }) => ({ id, orderly: doubts.get(id)?.takenOver !== true })))
  })

  const poll = Effect.fnUntraced(function*(queue: Queue.Queue<HeldRun>) {
    yield* resolveDoubts(queue)
    const me = lease.identity().worker
    const [seen] = yield* sql.unsafe<Readonly<Record<"dead" | "orphaned" | "due" | "cancelled" | "queued", boolean>>>(
      look,
      [PgTypes.uuid(me)]
    )
    if (seen === undefined) return
    if (seen.cancelled) Queue.offerAllUnsafe(cancellations, yield* cancelled(me))
    if (seen.dead) yield* sql.unsafe(fence)
    const room = () => capacity - Queue.sizeUnsafe(queue)
    if ((seen.dead || seen.orphaned) && room() > 0) {
      const orphans = yield* sql<Claimed>`select r.id from runs r join workers w on w.id = r.owner
        where w.fenced order by r.id limit ${room()}`
      yield* claimThose(queue, claimOrphans, orphans.map((run) => run.id), true)
      yield* sql.unsafe(sweep)
    }
    if (seen.due && room() > 0) {
      const due = yield* sql<Claimed>`select id from runs where due_at <= statement_timestamp()
        order by due_at limit ${room()}`
      yield* claimThose(queue, claimDue, due.map((run) => run.id), false)
    }
    if (seen.queued && room() > 0) {
      const next = yield* sql.unsafe<{ readonly id: string; readonly order_id: string }>(
        `select distinct on (q.order_id) q.id, q.order_id from runs q where q.state = 'queued' and not exists (
          select from runs o where o.order_id = q.order_id and o.state in ${openStates})
         order by q.order_id, q.id limit ${room()}`
      )
      for (const { id, order_id } of next) {
        lease.doubtful.set(id, { takenOver: false })
        const claimed = yield* claimQueued(id, order_id)
        if (claimed.length === 0) lease.doubtful.delete(id)
        yield* handOver(queue, claimed)
      }
    }
  })

  const polling = Effect.fnUntraced(function*(queue: Queue.Queue<HeldRun>) {
    for (;;) {
      wake.closeUnsafe()
      const done = yield* Effect.result(Effect.timeout(poll(queue), "10 seconds"))
      if (Result.isFailure(done)) {
        inDoubt = true
        yield* Effect.logDebug("takeover: will look again", done.failure)
      }
      yield* Effect.raceFirst(Effect.sleep("1 second"), wake.await)
    }
  })

  const claimed: Stream.Stream<HeldRun> = Stream.unwrap(Effect.gen(function*() {
    // Unbounded, and never filled above `capacity` by a claim: an offer must not wait, and be interrupted, halfway.
    const queue = yield* Queue.unbounded<HeldRun>()
    yield* Effect.forkScoped(Effect.provideService(polling(queue), SqlClient.SqlClient, sql))
    return Stream.fromQueue(queue)
  }))

  return {
    /** Nothing is claimed unless this is being read. */
    claimed,
    cancellations: Stream.fromQueue(cancellations),
    /** There is something to claim sooner than the next look. */
    hurry: () => {
      wake.openUnsafe()
    },
    /** A statement that may have given this process the run failed without an answer. */
    doubt: (runId: string) => {
      lease.doubtful.set(runId, { takenOver: false })
      inDoubt = true
      wake.openUnsafe()
    }
  }
})
