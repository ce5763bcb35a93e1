/** The messages of an endpoint in order of their sequence, for those who pull. Contract: section 7, the feed. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create index deliveries_in_feed on deliveries (endpoint_id, seq) where endpoint_id is not null`
})
