/** The member `settled` of failed runs: true if the failure has been dealt with. Contract: section 7. */
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { isUnsettled } from "../sql/UnindexedFilters.ts"

/** The member `settled` of a failed run; absent for any other run. */
export type SettledMember = { readonly settled?: boolean }

const endedBadly = (state: RunState): boolean => state === "failed" || state === "compensation-failed"

/** Reads in one statement, by key, which of the runs are settled; answers by a run's id. */
export const settledOf = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  runs: ReadonlyArray<{ readonly id: string; readonly state: RunState }>
) {
  const ended = runs.filter(({ state }) => endedBadly(state)).map(({ id }) => id)
  const unsettled = ended.length === 0 ? [] : yield* sql<{ readonly id: string }>`
    SELECT w.id FROM unnest(${ended}::uuid[]) AS e (id) CROSS JOIN LATERAL (
      SELECT id, order_id, state, issue_id, finished_at FROM runs WHERE runs.id = e.id OFFSET 0) w
    WHERE ${isUnsettled(sql)}`
  const all = new Set(ended)
  const open = new Set(unsettled.map(({ id }) => id))
  return (id: string): SettledMember => all.has(id) ? { settled: !open.has(id) } : {}
})
