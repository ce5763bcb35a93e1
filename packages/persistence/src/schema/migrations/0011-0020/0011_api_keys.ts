/** API keys that are managed over the API. A key is known by its SHA-256 only. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(`CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text COLLATE "C" NOT NULL UNIQUE,
  roles text[] NOT NULL,
  tenant text,
  digest text COLLATE "C" NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  -- To the minute, so that a key in use costs a write a minute.
  last_used_at timestamptz
)`)
})
