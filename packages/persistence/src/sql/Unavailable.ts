/**
 * Bounds a read while the database is away: an answer within 5 s, never a hang and never a driver's error. Contract:
 * section 7, "While the database is away".
 */
import { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { type SqlFault, sqlFault, sqlText } from "./SqlFault.ts"

/** Below the 5 s of the contract, so that the answer is out by then. */
const patience = "4 seconds"

/** Statements that no wait will mend: they are our own mistake, and must show as one. */
const ours: ReadonlySet<string> = new Set(["SqlSyntaxError", "UniqueViolation", "ConstraintError"])

/**
 * Fails with `JournalUnavailable` where the database cannot be reached or does not answer in time, and dies where the
 * statement itself is at fault. The message says what is known of the database; what is known of a change is in the
 * request's `WriteProgress`.
 */
export const orUnavailable = <A, E, R>(
  effect: Effect.Effect<A, E | SqlError, R>
): Effect.Effect<A, Exclude<E, SqlError> | JournalUnavailable, R> =>
  effect.pipe(
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(tooLate) }),
    Effect.catch((error): Effect.Effect<never, Exclude<E, SqlError> | JournalUnavailable> =>
      isSqlError(error) ? translate(error) : Effect.fail(error as Exclude<E, SqlError> | JournalUnavailable)
    )
  )

const tooLate = new JournalUnavailable({ message: "The database did not answer in time" })

/** The error's own words stay in the log: they name hosts and roles. */
const translate = (error: SqlError): Effect.Effect<never, JournalUnavailable> =>
  ours.has(error.reason._tag)
    ? Effect.die(error)
    : sqlText(error) === connectTimedOut
    ? Effect.fail(tooLate)
    : Effect.fail(new JournalUnavailable({ message: descriptions[sqlFault(error)], cause: error }))

/** The driver's words for a connection that was not made in time. */
const connectTimedOut = "Connection timed out"

const descriptions: Readonly<Record<SqlFault, string>> = {
  away: "The database is away",
  busy: "The database is busy with other changes of the same rows",
  refused: "The database refused the statement"
}
