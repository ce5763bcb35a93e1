/** Tokens of partners that were fetched, sealed, for every process that works on this database. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statement = `CREATE TABLE tokens (
  -- Token URL, client id and scope, digested: no secret is in it.
  key text COLLATE "C" PRIMARY KEY,
  -- The token and the client secret that it was fetched with; null while the first one is fetched.
  sealed text,
  -- Null: until it is refused.
  usable_until timestamptz,
  -- Somebody is fetching; when this is over, that one counts as gone.
  claimed_until timestamptz
)`

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(statement)
})
