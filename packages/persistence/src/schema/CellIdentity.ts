/** The cell that a database remembers to be. Contract: section 11, "Start". */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { sqlText } from "../sql/SqlFault.ts"
import { MigrationFailed } from "./Migrations.ts"

/** The database is another cell: its ids, settings and tenants are those of another place. */
export class CellMismatch extends Schema.TaggedError<CellMismatch>()("CellMismatch", {
  expected: Schema.Int,
  found: Schema.Int
}) {
  override get message() {
    return `DATABASE_URL: the database is cell ${this.found}, and was given as cell ${this.expected}: `
      + "name each database under the id that it was made with"
  }
}

/** Enters the cell's id where the database knows none yet, and fails where it knows another. */
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
