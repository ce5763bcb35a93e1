/** What the completeness check asks for every ten minutes by its time: nothing else leads to it but a whole table. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  `create index runs_finished on runs (finished_at) where finished_at is not null`,
  // Those of orders are found by their orders.
  `create index messages_reported on messages (created_at) where order_id is null`,
  `create index subscriptions_added on subscriptions (created_at) where parent_id is not null`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
