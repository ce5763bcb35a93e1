/**
 * Runs statements in a transaction. If the connection is lost in the middle, Effect's transaction dies over the
 * `ROLLBACK` that it cannot send (a defect); here it fails like any statement whose reply is lost, so that callers
 * report that the database is away and background loops try again.
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
