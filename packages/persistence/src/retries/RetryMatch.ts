/** The runs of a retry job, as SQL over `runs r`. Contract: section 7, `POST /v1/process-events/retry`. */
import { timestamptz } from "@effect/sql-pg/PgTypes"
import { isStorable } from "@sluice/domain/order/Order"
import type { RetryFilter, RetryJob } from "@sluice/engine/internal/journal/RetryJobs"
import type { SqlClient, Statement } from "effect/sql"
import { uuidAt } from "../queries/RunRow.ts"

/** Written out, not passed: the planner takes a partial index only where it can see that it covers the question. */
const ended = ({ state, errorsOnly }: RetryFilter): string =>
  state !== undefined
    ? `r.state = '${state}'`
    : errorsOnly === true
    ? "r.finished_at is not null"
    : "r.state in ('failed', 'compensation-failed')"

/** Runs after `cursor`, which a job walks through by their ids, in the order of time. */
export const matching = (
  sql: SqlClient.SqlClient,
  { createdAt, filter }: Pick<RetryJob, "createdAt" | "filter">,
  cursor: string | undefined
): Statement.Fragment => {
  const { orderId, pipeline, errorsOnly, createdAfter, createdBefore, failedStep } = filter
  const before = Math.min(createdAt, createdBefore ?? createdAt)
  const texts = [orderId, pipeline, failedStep]
  if (!texts.every((text) => text === undefined || isStorable(text))) return sql`false`
  return sql.and([
    sql.literal(ended(filter)),
    sql`r.created_at < ${timestamptz(before)} and r.id < ${uuidAt(before, "to")}`,
    // One that was retried is no longer the newest word on its order.
    sql`not exists (select from runs x where x.order_id = r.order_id and x.retry_of = r.id)`,
    ...(cursor === undefined ? [] : [sql`r.id > ${cursor}::uuid`]),
    ...(orderId === undefined ? [] : [sql`r.order_id = ${orderId}`]),
    ...(pipeline === undefined ? [] : [sql`r.pipeline = ${pipeline}`]),
    ...(errorsOnly === true ? [sql`r.failed_steps > 0`] : []),
    ...(createdAfter === undefined
      ? []
      : [sql`r.created_at > ${timestamptz(createdAfter)} and r.id > ${uuidAt(createdAfter, "from")}`]),
    // The record is text, because JSON of partners may hold what PostgreSQL refuses to read.
    ...(failedStep === undefined ? [] : [sql`exists (select from steps s where s.run_id = r.id and s.state = 'failed'
      and strpos(s.record, ${`"stepId":${JSON.stringify(failedStep)},`}) > 0)`])
  ])
}
