/**
 * Writes many rows with one statement, and keeps a row that PostgreSQL refuses (a number out of range, a NUL in a text, a
 * key too large for its index, a value that cannot be encoded) from losing the others. Every statement that writes a
 * batch goes through here; the journal's writer, whose members carry more state, does the same by itself.
 */
import { Cause, Effect, Result } from "effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { sqlFault } from "./SqlFault.ts"

/** The rows are at fault, not the database: a refusal, or a defect such as a value that has no encoding. */
const isRefusal = (cause: Cause.Cause<SqlError>): boolean =>
  !Cause.hasInterrupts(cause) && cause.reasons.every((reason) =>
    Cause.isFailReason(reason)
      ? sqlFault(reason.error) === "refused"
      : Cause.isDieReason(reason) && !(isSqlError(reason.defect) && sqlFault(reason.defect) !== "refused")
  )

/**
 * Writes `rows` with `write`, which stores all of them or none. Where they are refused, halves are tried, until each
 * refused row is alone: those are given to `refused`, all others are stored. k refused rows of n cost about k · log2 n
 * statements. Fails where the database is away or busy; what was stored by then stays stored, so `write` has to be
 * repeatable.
 */
export const writeIsolated = <A, R, R2>(
  rows: ReadonlyArray<A>,
  write: (rows: ReadonlyArray<A>) => Effect.Effect<unknown, SqlError, R>,
  refused: (row: A, cause: Cause.Cause<SqlError>) => Effect.Effect<unknown, SqlError, R2>
): Effect.Effect<void, SqlError, R | R2> =>
  Effect.suspend(() => {
    const [first] = rows
    if (first === undefined) return Effect.void
    return Effect.suspend(() => write(rows)).pipe(
      Effect.asVoid,
      Effect.catchCause((cause) => {
        if (!isRefusal(cause)) return Effect.failCause(cause)
        if (rows.length === 1) return Effect.asVoid(refused(first, cause))
        const middle = rows.length >> 1
        return Effect.andThen(
          writeIsolated(rows.slice(0, middle), write, refused),
          writeIsolated(rows.slice(middle), write, refused)
        )
      })
    )
  })

/** Reads `rows` one by one: those that cannot be read (`read` throws) are given to `unreadable`, and left out. */
export const readIsolated = <A, B>(
  rows: ReadonlyArray<A>,
  read: (row: A) => B,
  unreadable: (row: A, reason: unknown) => void
): ReadonlyArray<B> =>
  rows.flatMap((row) => {
    const result = Result.try({ try: () => read(row), catch: (reason) => reason })
    if (Result.isSuccess(result)) return [result.success]
    unreadable(row, result.failure)
    return []
  })
