/**
 * A claim of a delivery is a column of its own, beside the due time: no index contains it, so a claim writes none.
 * Design: ARCHITECTURE.md, "Deliveries".
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // Until when nobody else may send it, whether it is due or not.
  "alter table deliveries add column claimed_until timestamptz",
  // Before, a claim put off what was due.
  "update deliveries set claimed_until = due_at where due_at is not null and claim is not null",
  // A claim's version of the row stays in the row's page, or it would be in every index after all.
  "alter table deliveries set (fillfactor = 50)"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
