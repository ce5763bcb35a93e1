/**
 * The part of an erasure that concerns issues: their messages were made from failures of runs, and repeat what partners said.
 * Also the results of jobs on those runs. Contract: section 7, `/v1/issues` and `POST /v1/customers/{id}/erase`.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { issueId } from "@sluice/domain/identity/Ids"
import { makeEraser } from "@sluice/domain/internal/erasure/Eraser"
import type { PersonalValues } from "@sluice/domain/internal/erasure/PersonalValues"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { failuresAre, groupingLock, kindOf } from "../issues/IssueCollector.ts"
import { eraseEvents } from "./ErasedOrders.ts"

interface IssueRow {
  readonly id: string
  readonly message: string
  /** True if a run of another customer is among the issue's. */
  readonly shared: boolean
  /** One of the erased runs, as it is now. */
  readonly pipeline: string
  readonly reason: string | null
  readonly record: string | null
  readonly outcome: string | null
}

const text = (value: string) => PgTypes.text(value)

/** The results of jobs on the erased runs. */
const eraseItems = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, jobId: string, sought: PersonalValues) {
  const eraser = makeEraser(sought)
  const items = yield* sql<{ readonly job_id: string; readonly run_id: string; readonly message: string }>`
    select i.job_id, i.run_id, i.message from job_items e cross join jobs j
      join job_items i on i.job_id = j.id and i.run_id = e.run_id
    where e.job_id = ${jobId}::uuid and i.job_id <> e.job_id and i.message is not null`
  for (const { job_id, message, run_id } of items) {
    const after = eraser.text(message)
    if (after === message) continue
    yield* sql`update job_items set message = ${after} where job_id = ${job_id}::uuid and run_id = ${run_id}::uuid`
  }
})

/**
 * Erases the person from the issues of the runs that the job has erased, in the caller's transaction. The message of an
 * issue that is the person's alone is made again from an erased failure, because a message is cut and stripped of numbers,
 * so that parts of a name or an address are left which nothing would find. In a message that other customers' failures have
 * too, only the person's values are replaced. A changed issue gets no further failures: its key was a digest of the message.
 */
export const eraseIssues = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  jobId: string,
  sought: PersonalValues
) {
  // A batch that read a failure before it was erased is stored before this is had.
  yield* sql`select pg_advisory_xact_lock(${groupingLock}::bigint)`
  yield* eraseItems(sql, jobId, sought)
  const eraser = makeEraser(sought)
  const issues = yield* sql<IssueRow>`with e as (select run_id from job_items where job_id = ${jobId}::uuid)
    select i.id, i.message, r.pipeline, r.reason, f.record, f.outcome, exists (
        select from runs o where o.issue_id = i.id and o.id not in (select run_id from e) offset 0
      ) as shared
    from (
      select r.issue_id, min(r.id::text)::uuid as run_id from e join runs r on r.id = e.run_id
      where r.issue_id is not null group by r.issue_id
    ) t join issues i on i.id = t.issue_id join runs r on r.id = t.run_id
      left join lateral (${sql.literal(failuresAre("r.id"))}) f on true
    order by i.id`
  const replaced = new Map<string, string>()
  const changed: Array<string> = []
  for (const { id, message, shared, ...run } of issues) {
    const after = shared ? eraser.text(message) : kindOf(run).message
    if (after === message) continue
    yield* sql.unsafe("update issues set message = $2, key = 'erased:' || id where id = $1", [
      PgTypes.uuid(id),
      text(after)
    ])
    replaced.set(message, after)
    changed.push(issueId(id))
  }
  if (changed.length === 0) return
  // `issue.opened` belongs to no order, and is found by its type, which is rare.
  const told = yield* sql<{ readonly message_id: string }>`select distinct d.message_id
    from deliveries d join messages m on m.id = d.message_id
    where d.type = 'issue.opened' and exists (
      select from unnest(${{ ...text(""), oid: PgTypes.OID.textArray, value: changed }}) as c(id)
      where position(convert_to(c.id, 'UTF8') in m.body) > 0)`
  const ids = told.map(({ message_id }) => message_id)
  if (ids.length > 0) yield* eraseEvents(sql, ids, makeEraser(sought, replaced))
})
