/**
 * A filter of runs as SQL. Conditions that an index serves bound a walk over `runs`; the others are checked for each
 * row of that walk. Contract: section 7, `GET /v1/process-events`.
 */
import { timestamptz } from "@effect/sql-pg/PgTypes"
import { isStorable } from "@sluice/domain/order/Order"
import type { RunFilter } from "@sluice/domain/run/Job"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import type { SqlClient, Statement } from "effect/sql"
import {
  failedAt,
  idHolds,
  isSettled,
  isUnresolved,
  isUnsettled,
  orderHoldsEmail,
  waitsFor
} from "../sql/UnindexedFilters.ts"
import { uuidAt } from "./RunRow.ts"

/** False if a text of the filters cannot be stored (a NUL, half a surrogate pair): then nothing matches. */
export const isAskable = ({ email, orderId, partner, pipeline, q, step }: RunFilter): boolean =>
  [orderId, pipeline, email, partner, q, step].every((text) => text === undefined || isStorable(text))

/**
 * The condition on states, written out instead of passed: the planner takes a partial index only if it can see that
 * the index covers the condition.
 */
export const inStates = (sql: SqlClient.SqlClient, states: ReadonlyArray<RunState>): Statement.Fragment =>
  states.length === 1
    ? sql.literal(`state = '${states[0]}'`)
    : sql.literal(`state in (${states.map((state) => `'${state}'`).join(", ")})`)

/** True of the filter of one pipeline's queue, which `runs_queued` has in the order of ids. */
export const isQueue = ({ pipeline, state }: Pick<RunFilter, "pipeline" | "state">): boolean =>
  state === "queued" && pipeline !== undefined

/**
 * The conditions on columns of `runs`, all but the state. The pipeline of a queue is a range instead of an equality, and the
 * walk over it is in the order of the pipeline, too: to the planner the queues of all pipelines together, which
 * `runs_in_state` has, seem as good.
 */
export const bounds = (
  sql: SqlClient.SqlClient,
  filter: RunFilter
): ReadonlyArray<Statement.Fragment> => {
  const { createdAfter, createdBefore, errorsOnly, issue, orderId, pipeline } = filter
  return [
    ...(orderId === undefined ? [] : [sql`order_id = ${orderId}`]),
    ...(pipeline === undefined
      ? []
      : [isQueue(filter) ? sql`pipeline >= ${pipeline} and pipeline <= ${pipeline}` : sql`pipeline = ${pipeline}`]),
    ...(issue === undefined ? [] : [sql`issue_id = ${issue}::uuid`]),
    ...(errorsOnly === true ? [sql`failed_steps > 0`] : []),
    // Ids are in the order of time: they bound the walk, and the exact time decides.
    ...(createdAfter === undefined
      ? []
      : [sql`created_at > ${timestamptz(createdAfter)} AND id > ${uuidAt(createdAfter, "from")}`]),
    ...(createdBefore === undefined
      ? []
      : [sql`created_at < ${timestamptz(createdBefore)} AND id < ${uuidAt(createdBefore, "to")}`])
  ]
}

/** The condition on the failed step; without a step or an outcome, a run that waits for the partner meets it too. */
const failedOrWaiting = (
  sql: SqlClient.SqlClient,
  { outcome, partner, step }: Pick<RunFilter, "outcome" | "partner" | "step">
): ReadonlyArray<Statement.Fragment> => {
  if (step === undefined && partner === undefined && outcome === undefined) return []
  const failed = failedAt(sql, { step, partner, outcome })
  return step === undefined && outcome === undefined && partner !== undefined
    ? [sql`(${waitsFor(sql, partner)} or ${failed})`]
    : [failed]
}

/** The conditions on row `w` of a walk, for which there is no index. */
export const conditions = (
  sql: SqlClient.SqlClient,
  { email, issue, outcome, partner, q, settled, step }: RunFilter
): ReadonlyArray<Statement.Fragment> => [
  ...(email === undefined ? [] : [orderHoldsEmail(sql, email)]),
  ...failedOrWaiting(sql, { step, partner, outcome }),
  ...(settled === undefined ? [] : [settled ? isSettled(sql) : isUnsettled(sql)]),
  ...(issue === undefined ? [] : [isUnresolved(sql)]),
  ...(q === undefined ? [] : [idHolds(sql, q)])
]
