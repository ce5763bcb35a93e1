/**
 * Cancels as they are stored, and as the executor of a run finds them. One statement each, so that of a cancel and an
 * end the first to lock the run's row wins. Contract: section 7, `cancel`.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { RunState } from "@sluice/domain/ProcessEvent"
import type { CancelAnswer, Cancellation, RunCancellation } from "@sluice/engine/Cancellation"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Nobody executes it, and nothing is left to compensate: it has ended with its cancel. */
const ends = "runs.owner is null and (not $2 or (runs.state = 'queued' and runs.retry_of is null))"

/** $1 run, $2 compensate, $3 reason, $4 now. A run that was put off becomes due, so that somebody compensates it. */
const statement = `update runs set cancel_requested = true, cancel_compensates = $2, reason = $3,
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
  returning runs.state`

/** A NUL is no text to PostgreSQL; in what a person wrote it is not worth failing for. */
const printable = (text: string): string => text.replaceAll("\0", "\ufffd")

export const cancel = Effect.fnUntraced(function*(runId: string, { compensate, reason }: Cancellation, at: number) {
  const sql = yield* SqlClient.SqlClient
  const [stored] = yield* sql.unsafe<{ readonly state: RunState }>(statement, [
    PgTypes.uuid(runId),
    PgTypes.bool(compensate),
    PgTypes.text(printable(reason)),
    PgTypes.timestamptz(at)
  ])
  if (stored !== undefined) return { _tag: "Stored", state: stored.state } satisfies CancelAnswer
  const [known] = yield* sql<{ readonly state: RunState; readonly cancel_requested: boolean }>`
    select state, cancel_requested from runs where id = ${runId}::uuid`
  const answer: CancelAnswer = known === undefined
    ? { _tag: "Unknown" }
    : { _tag: known.cancel_requested ? "Repeated" : "TooLate", state: known.state }
  return answer
})

/** Whether there are any for worker `$1`: part of the statement that looks once a second. */
export const anyCancelled = "select from runs where owner = $1 and cancel_requested and finished_at is null"

/** The cancels of the runs that the worker executes. */
export const cancelled = Effect.fnUntraced(function*(worker: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly id: string; readonly reason: string | null; readonly compensate: boolean }>`
    select id, reason, cancel_compensates as compensate from runs
    where owner = ${worker}::uuid and cancel_requested and finished_at is null`
  return rows.map(({ id, reason, compensate }): RunCancellation => ({ runId: id, reason: reason ?? "", compensate }))
})
