/**
 * The runs that a job acts on, walked through page by page by their ids, in the order of time. A page examines a bounded
 * number of rows, whatever the filter. Contract: section 7, `POST /v1/process-events/{cancel,retry,resolve}`.
 */
import type { RunJobKind } from "@sluice/domain/run/Job"
import { isFinal, OpenRunState, type RunState } from "@sluice/domain/run/ProcessEvent"
import type { RunSelection } from "@sluice/engine/internal/jobs/Jobs"
import { Effect } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { bounds, conditions, inStates, isAskable, isQueue } from "../queries/RunFilters.ts"
import { uuidAt } from "../queries/RunRow.ts"
import { runsOver } from "../sql/StatementPlans.ts"
import { walked } from "../sql/UnindexedFilters.ts"

const goneWrong: ReadonlyArray<RunState> = ["failed", "compensation-failed"]

/** The states in which the job acts on a run: those of its kind, narrowed by the filter. */
export const statesOf = (kind: RunJobKind, state: RunState | undefined): ReadonlyArray<RunState> => {
  const usual: ReadonlyArray<RunState> = kind === "cancel"
    ? OpenRunState.literals
    : kind === "resolve"
    ? [...goneWrong, "waiting"]
    : goneWrong
  if (state === undefined) return usual
  return usual.includes(state) || (kind === "retry" && state === "cancelled") ? [state] : []
}

/** The conditions on row `w` that the kind of the job adds to the filter. */
const ofKind = (sql: SqlClient.SqlClient, { kind, options }: RunSelection): ReadonlyArray<Statement.Fragment> => {
  switch (kind) {
    case "retry":
      // One that was retried is no longer the newest word on its order.
      return [sql`not exists (select from ${sql.literal(runsOver("w.order_id", "retry_of"))} x
        where x.retry_of = w.id offset 0)`]
    case "resolve": {
      const { stepId } = options
      const ofStep = stepId === undefined
        ? sql`true`
        : sql`strpos(s.record, ${`"stepId":${JSON.stringify(stepId)},`}) > 0`
      const mark = `"callback":${stepId === undefined ? "" : JSON.stringify(stepId)}`
      // A run that waits for a callback says in its mark for that of which step.
      return [
        sql`case when w.state = 'waiting'
          then exists (select from runs x where x.id = w.id and strpos(x.wait_mark, ${mark}) > 0 offset 0)
          else exists (select from steps s where s.run_id = w.id and s.state = 'failed' and ${ofStep} offset 0) end`
      ]
    }
    case "cancel":
      return []
  }
}

/** A page of the runs that a job acts on. */
export interface RunPage {
  readonly ids: ReadonlyArray<string>
  /** The cursor of the next page; `undefined` at the end. */
  readonly next: string | undefined
}

export const before = "00000000-0000-0000-0000-000000000000"

/** The walk after `cursor` as SQL, and what each of its rows has to fulfil; `undefined` where nothing can match. */
const walkOf = (sql: SqlClient.SqlClient, selection: RunSelection, cursor: string) => {
  const { createdAt, filter, kind } = selection
  const states = statesOf(kind, filter.state)
  if (states.length === 0 || !isAskable(filter)) return undefined
  const bounded = { ...filter, createdBefore: Math.min(createdAt, filter.createdBefore ?? createdAt) }
  const part = (of: ReadonlyArray<RunState>) =>
    sql`select id, order_id, event_id, state, finished_at, issue_id, held_for, wait_mark from runs where ${
      sql.and([
        inStates(sql, of),
        ...bounds(sql, { ...bounded, state: of[0] }),
        sql`id > ${cursor}::uuid and id < ${uuidAt(createdAt, "to")}`
      ])
    }`
  const order = (state: RunState) => sql.literal(isQueue({ ...filter, state }) ? "pipeline, id" : "id")
  // Each open state is a range of one index, read in the order of ids and only as far as the page: without an order of
  // their own the planner would read all of them, and sort.
  const rows = states.some((state) => !isFinal(state))
    ? states.map((state) => sql`(${part([state])} order by ${order(state)} limit ${walked})`)
      .reduce((all, one) => sql`${all} union all ${one}`)
    : part(states)
  return {
    way: sql`select * from (${rows}) u order by id limit ${walked}`,
    met: [...conditions(sql, filter), ...ofKind(sql, selection)]
  }
}

/** The next runs of a job: up to `size` after `cursor`, from at most `walked` rows. */
export const runsAfter = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  selection: RunSelection,
  cursor: string,
  size: number
) {
  const walk = walkOf(sql, selection, cursor)
  if (walk === undefined) return { ids: [], next: undefined } satisfies RunPage
  const met = walk.met.length === 0 ? sql`true` : sql.and(walk.met)
  const rows = yield* sql<{ readonly id: string }>`
    select id from (${walk.way}) w where ${met} order by id limit ${size}`
  const ids = rows.map(({ id }) => id)
  if (ids.length === size) return { ids, next: ids.at(-1) } satisfies RunPage
  const [end] = yield* sql<{ readonly id: string }>`select id from (${walk.way}) w order by id offset ${walked - 1}`
  return { ids, next: end?.id } satisfies RunPage
})

/** The number of matching runs among the `walked` rows after `cursor`. */
export const countAfter = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  selection: RunSelection,
  cursor: string
) {
  const walk = walkOf(sql, selection, cursor)
  if (walk === undefined) return { count: 0, next: undefined }
  const met = walk.met.length === 0 ? sql`true` : sql.and(walk.met)
  const [row] = yield* sql<{ readonly count: number; readonly next: string | null }>`
    with w as materialized (${walk.way})
    select (select count(*)::int4 from w where ${met}) as count,
      (select id from w order by id offset ${walked - 1}) as next`
  return { count: row?.count ?? 0, next: row?.next ?? undefined }
})
