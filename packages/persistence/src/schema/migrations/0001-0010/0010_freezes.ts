/** Work of a run that blocked the event loop of its process, noted by the watchdog. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  // The step by its index, and how often it did so since another step was noted.
  yield* sql`ALTER TABLE runs ADD COLUMN froze_step int4, ADD COLUMN froze_times int4`
})
