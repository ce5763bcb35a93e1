/**
 * Bounds a read while the database is away: an answer within 5 s, never a hang and never a driver's error. Contract:
 * section 7, "While the database is away".
 */
import { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"

/** Below the 5 s of the contract, so that the answer is out by then. */
const patience = "4 seconds"

/** Statements that no wait will mend: they are our own mistake, and must show as one. */
const ours: ReadonlySet<string> = new Set(["SqlSyntaxError", "UniqueViolation", "ConstraintError"])

/**
 * Fails with `JournalUnavailable` where the database cannot be reached or does not answer in time, and dies where the
 * statement itself is at fault.
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

const tooLate = new JournalUnavailable({ message: `the database did not answer within ${patience}` })

const translate = (error: SqlError): Effect.Effect<never, JournalUnavailable> =>
  ours.has(error.reason._tag)
    ? Effect.die(error)
    : Effect.fail(new JournalUnavailable({ message: `the database is away: ${error.message}` }))
