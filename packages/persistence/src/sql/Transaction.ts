/**
 * All of it or nothing, in one transaction of its own. Where the connection is lost in the middle, Effect's transaction
 * dies over the `ROLLBACK` that it cannot send (a defect); here it fails like any statement whose answer did not come, so
 * that callers say that the database is away, and loops in the background try again.
 */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

export const transaction = <A, E, R>(
  sql: SqlClient.SqlClient,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R> =>
  sql.withTransaction(body).pipe(
    Effect.catchDefect((defect) => isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect))
  )
