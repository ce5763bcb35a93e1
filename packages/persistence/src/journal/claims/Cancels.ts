/**
 * Stores cancels, and finds them for the executor of a run. One statement each, so that of a cancel and an end the
 * first to lock the run's row wins. A run that ends with its cancel reports its steps' failures in the same statement.
 * Contract: section 7, `cancel`.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import type { CancelAnswer, Cancellation, RunCancellation } from "@sluice/engine/internal/journal/Cancellation"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { isActing, recordAct } from "../../audit/ActRecord.ts"
import { endpoints } from "../../outbox/FanOut.ts"
import { errorBody, messageFanOut, noStepMessages, runEntry } from "../../outbox/MessageFanOut.ts"

/** True if no process executes the run and nothing is left to compensate: it has ended with its cancel. */
const ends = "runs.owner is null and (not $2 or (runs.state = 'queued' and runs.retry_of is null))"

/** JSON that PostgreSQL can look into: it refuses a NUL and half a surrogate pair, which a partner may have answered. */
const readable = (record: string): string =>
  `regexp_replace(${record}, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\\\ufffd', 'gi')::json`

/** $1 run, $2 compensate, $3 reason, $4 now. A released run becomes due, so that a process compensates it. */
const statement = `with f as (
  update runs set cancel_requested = true, cancel_compensates = $2, reason = $3,
  state = case when ${ends} then 'cancelled' else runs.state end,
  finished_at = case when ${ends} then $4 end,
  failed_steps = case when ${ends}
    then (select count(*)::int4 from steps s where s.run_id = runs.id and s.state = 'failed')
    else runs.failed_steps end,
  held_for = null,
  due_at = case when ${ends} then null
    when runs.owner is null and runs.state <> 'queued' then clock_timestamp()
    else runs.due_at end
  where runs.id = $1 and runs.finished_at is null and not runs.cancel_requested
  returning runs.id, runs.order_id, runs.event_id, runs.state, runs.finished_at
),
${endpoints},
om as materialized (
  select $5::uuid as id, 1 as n, 1 as place, 'error' as type, x.order_id, x.finished_at,
    ${errorBody({ event: "x.event_id", id: "x.id" }, "o1.doc", "'[' || x.errors || ']'")} as body,
    ${runEntry("x.id")} as cause
  from (select f.*, (
      select string_agg('{"name":' || (e.error -> 'name')::text || ',"message":' || (e.error -> 'message')::text || '}',
        ',' order by s.index)
      from steps s cross join lateral (select ${readable("s.record")} -> 'error' as error) e
      where s.run_id = f.id and s.state <> 'cancelled'
    ) as errors from f where f.finished_at is not null) x
  join order_versions o1 on o1.order_id = x.order_id and o1.version = 1 where x.errors is not null
  union all select $6::uuid, 1, 2, 'order.cancelled', f.order_id, f.finished_at, convert_to(v.doc, 'UTF8'),
    ${runEntry("f.id")}
  from f join orders o on o.id = f.order_id join order_versions v on v.order_id = o.id and v.version = o.version
  where f.finished_at is not null
),
${noStepMessages},
${messageFanOut}
select f.state from f`

/** Stores a cancel, in the transaction of the caller. */
export const cancel = Effect.fnUntraced(function*(runId: string, { compensate, reason }: Cancellation, at: number) {
  const sql = yield* SqlClient.SqlClient
  const [stored] = yield* sql.unsafe<{ readonly state: RunState }>(statement, [
    PgTypes.uuid(runId),
    PgTypes.bool(compensate),
    PgTypes.text(withoutNul(reason)),
    PgTypes.timestamptz(at),
    PgTypes.uuid(newUuidUnsafe()),
    PgTypes.uuid(newUuidUnsafe())
  ])
  if (stored !== undefined) {
    // The order is looked up for the audit alone. It says what was decided: the executor learns of it later.
    if (yield* isActing) {
      const [run] = yield* sql<{ readonly order_id: string }>`select order_id from runs where id = ${runId}::uuid`
      const state = compensate && stored.state !== "cancelled" ? "compensating" : "cancelled"
      yield* recordAct(sql, { after: { state, compensate }, reason, orderId: run?.order_id, runId })
    }
    return { _tag: "Stored", state: stored.state } satisfies CancelAnswer
  }
  const [known] = yield* sql<{ readonly state: RunState; readonly cancel_requested: boolean }>`
    select state, cancel_requested from runs where id = ${runId}::uuid`
  const answer: CancelAnswer = known === undefined
    ? { _tag: "Unknown" }
    : { _tag: known.cancel_requested ? "Repeated" : "TooLate", state: known.state }
  return answer
})

/** Finds cancelled runs of worker `$1`: part of the poll statement. */
export const anyCancelled = "select from runs where owner = $1 and cancel_requested and finished_at is null"

/** The cancels of the runs that the worker executes. */
export const cancelled = Effect.fnUntraced(function*(worker: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly id: string; readonly reason: string | null; readonly compensate: boolean }>`
    select id, reason, cancel_compensates as compensate from runs
    where owner = ${worker}::uuid and cancel_requested and finished_at is null`
  return rows.map(({ id, reason, compensate }): RunCancellation => ({ runId: id, reason: reason ?? "", compensate }))
})
