/**
 * The cell that this database is, and the revision of cell 0's settings that was copied last. A database that has taken
 * orders before was the only one, which is cell 0. Contract: section 11, "Start" and "Settings".
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(`create table cell (
  only_row boolean primary key default true check (only_row),
  id integer not null check (id between 0 and 1023),
  copied_revision bigint
)`)
  yield* sql.unsafe("insert into cell (id) select 0 where exists (select from orders)")
})
