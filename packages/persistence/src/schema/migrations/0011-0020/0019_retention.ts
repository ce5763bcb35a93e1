/** The look-up of an event's idempotency key by its event, which goes when the event does. Contract: section 2. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe("create index event_keys_of_event on event_keys (event_id)")
})
