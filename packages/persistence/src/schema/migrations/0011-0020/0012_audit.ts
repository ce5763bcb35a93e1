/** The audit: who changed what, when and from where, each record written in the transaction of its change. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Lists are newest first by time, then by id, alone or under one of the filters. */
const statements = [
  `CREATE TABLE audit (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text COLLATE "C" NOT NULL,
  roles text[] NOT NULL,
  action text COLLATE "C" NOT NULL,
  resource text COLLATE "C" NOT NULL,
  -- JSON as text: what was stored is shown digit for digit.
  before text,
  after text,
  reason text,
  remote_address text,
  outcome text CHECK (outcome = 'refused'),
  status integer,
  -- Acts on an order go with the order.
  order_id text COLLATE "C"
)`,
  `CREATE INDEX audit_at ON audit (at, id)`,
  `CREATE INDEX audit_actor ON audit (actor, at, id)`,
  `CREATE INDEX audit_action ON audit (action, at, id)`,
  // A path may be longer than an index entry; the filter compares it in any case.
  `CREATE INDEX audit_resource ON audit (left(resource, 500), at, id)`,
  `CREATE INDEX audit_order ON audit (order_id, at, id) WHERE order_id IS NOT NULL`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
