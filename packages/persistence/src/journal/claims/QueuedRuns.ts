/**
 * Queued runs, claimed in turns: the oldest of each pipeline first, so that a backlog of one pipeline keeps no other
 * waiting. The order's rows are locked, and then, with a fresh snapshot, it is asked whether their turn has come.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { runsOver } from "../../sql/StatementPlans.ts"
import { transaction } from "../../sql/Transaction.ts"

export const openStates = "('running', 'waiting', 'compensating')"

/** A run whose turn may have come, and what it is about. */
export interface Candidate {
  readonly id: string
  readonly order_id: string
  readonly pipeline: string
}

/** The query `p` of the pipelines that have queued runs, walked from one to the next along the index. */
export const pipelinesQueued = `with recursive p (pipeline) as (
  (select pipeline from runs where state = 'queued' order by pipeline limit 1)
  union all
  select (select r.pipeline from runs r where r.state = 'queued' and r.pipeline > p.pipeline order by r.pipeline limit 1)
  from p where p.pipeline is not null
)`

const paused = "array(select s.id from pipelines s where s.paused_at is not null)"

/** SQL: true if the pipeline is paused; the list is read once for the statement. */
export const isPaused = (pipeline: string): string => `(${pipeline} = any (${paused}))`

/**
 * SQL: true if the run is queued in the pipeline. A range instead of an equality, so that with any statistics of the table
 * only `runs_queued` serves the condition and its order, and no other pipeline's queue is read.
 */
export const isQueuedIn = (run: string, pipeline: string): string =>
  `${run}.state = 'queued' and ${run}.pipeline >= ${pipeline} and ${run}.pipeline <= ${pipeline}`

/**
 * The query of the queued runs that may be claimed: up to $1 of each pipeline, and none of a paused one, whose queue
 * is skipped at any length. A run behind one of a paused pipeline over the same order is not a candidate either.
 */
export const candidates = `${pipelinesQueued}
select q.id, q.order_id, p.pipeline from p cross join lateral (
  select r.id, r.order_id from runs r
  where ${isQueuedIn("r", "p.pipeline")}
    and not exists (select from ${runsOver("r.order_id", "state")} o where o.state in ${openStates})
    and (cardinality(${paused}) = 0 or not exists (select from (
      select a.state, a.pipeline from runs a where a.order_id = r.order_id and a.id < r.id offset 0
    ) a where a.state = 'queued' and ${isPaused("a.pipeline")}))
  order by r.pipeline, r.id limit $1
) q where p.pipeline is not null and not ${isPaused("p.pipeline")}`

/**
 * Selects runs in turns: one of each pipeline, then the second of each, until `room` is filled; at most one for each
 * order.
 */
export const inTurns = (
  found: ReadonlyArray<Candidate>,
  room: number,
  roomOf: (pipeline: string) => number
): ReadonlyArray<Candidate> => {
  const orders = new Set<string>()
  const lines = [...Map.groupBy(found, ({ pipeline }) => pipeline)].map(([pipeline, line]) =>
    line.slice(0, roomOf(pipeline))
  )
  const longest = Math.max(0, ...lines.map((line) => line.length))
  const taken: Array<Candidate> = []
  for (let place = 0; place < longest; place++) {
    for (const line of lines) {
      const next = line[place]
      if (next === undefined || orders.has(next.order_id)) continue
      if (taken.length === room) return taken
      orders.add(next.order_id)
      taken.push(next)
    }
  }
  return taken
}

const lockOrders = `select id, version from orders where id = any($1::text[]) order by id for no key update skip locked`

/** $1 worker, $2 epoch, $3 runs, $4 orders that are locked, $5 their versions, $6 now. Oldest first on each order. */
const start = `with me as (select id from workers where id = $1 and epoch = $2 and not fenced for key share),
  pick as materialized (
    select r.id, o.version from (select id, order_id, state from runs where id = any($3::uuid[]) offset 0) r
    join unnest($4::text[], $5::int4[]) as o(order_id, version) using (order_id)
    where r.state = 'queued'
      and not exists (select from ${runsOver("r.order_id", "id, state")} q
        where q.state in ${openStates} or (q.state = 'queued' and q.id < r.id)))
update runs set state = 'running', owner = me.id, start_version = pick.version, started_at = $6
from pick, me where runs.id = pick.id and runs.state = 'queued' returning runs.id, true as orderly`

const array = (oid: number, value: ReadonlyArray<unknown>) => ({ ...PgTypes.text(null), oid, value })

/**
 * Starts queued runs whose order has no open run before them; orders that are locked by another transaction are
 * skipped.
 */
export const claim = Effect.fnUntraced(function*(
  candidates: ReadonlyArray<Candidate>,
  identity: { readonly worker: string; readonly epoch: number }
) {
  const sql = yield* SqlClient.SqlClient
  const now = yield* Clock.currentTimeMillis
  return yield* transaction(
    sql,
    Effect.gen(function*() {
      const orders = yield* sql.unsafe<{ readonly id: string; readonly version: number }>(lockOrders, [
        array(PgTypes.OID.textArray, candidates.map((run) => run.order_id))
      ])
      if (orders.length === 0) return []
      return yield* sql.unsafe<{ readonly id: string; readonly orderly: boolean }>(start, [
        PgTypes.uuid(identity.worker),
        PgTypes.int4(identity.epoch),
        array(PgTypes.OID.uuidArray, candidates.map(({ id }) => id)),
        array(PgTypes.OID.textArray, orders.map(({ id }) => id)),
        array(PgTypes.OID.int4Array, orders.map(({ version }) => version)),
        PgTypes.timestamptz(now)
      ])
    })
  )
})
