/** The number of the cell that a database belongs to, stored in the database. Contract: section 11, "Start". */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { sqlText } from "../sql/SqlFault.ts"
import { MigrationFailed } from "./Migrations.ts"

/** The database belongs to another cell, with other ids, settings and tenants. */
export class CellMismatch extends Schema.TaggedError<CellMismatch>()("CellMismatch", {
  expected: Schema.Int,
  found: Schema.Int
}) {
  override get message() {
    return `DATABASE_URL: the database is cell ${this.found}, and was given as cell ${this.expected}: `
      + "name each database under the id that it was made with"
  }
}

/** Stores the cell's number in a database that has none, and fails if the database has another. */
export const claimCell = Effect.fn("CellIdentity.claimCell")(
  function*(cell: number) {
    const sql = yield* SqlClient.SqlClient
    yield* sql`insert into cell (id) values (${cell}) on conflict do nothing`
    const [row] = yield* sql<{ readonly id: number }>`select id from cell`
    if (row !== undefined && row.id !== cell) return yield* new CellMismatch({ expected: cell, found: row.id })
  },
  Effect.catchTag("SqlError", (error) =>
    new MigrationFailed({
      message: `DATABASE_URL: the cell's id could not be entered: ${sqlText(error)}`,
      cause: error
    }))
)
