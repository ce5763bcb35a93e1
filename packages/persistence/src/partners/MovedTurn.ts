/**
 * SQL: the next turn of a limited host whose rate changes. Contract: section 7, `ratePerSecond`, in force within 1 s.
 */
import type { SqlClient } from "effect/sql"
import { shiftOf } from "./TurnAllocation.ts"

/** The value of `next_turn` after a change of the rate; `null` and `undefined` stand for no rate. */
export const movedTurn = (
  sql: SqlClient.SqlClient,
  before: number | null | undefined,
  after: number | null | undefined
) => {
  const shiftMs = shiftOf(before ?? undefined, after ?? undefined)
  return shiftMs === undefined
    ? sql`'-infinity'::timestamptz`
    : sql`next_turn + ${shiftMs}::float8 * interval '1 millisecond'`
}
