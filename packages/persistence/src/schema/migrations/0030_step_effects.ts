/** The results of effects that a step runs once. Contract: section 6, "Custom plugins". */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** One statement an entry, each with its reason. */
const statements: ReadonlyArray<string> = [
  // A StepEffects as JSON, of the step that has not ended; a later step's replaces it, and an ended step has its own.
  "alter table runs add column effects text"
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
