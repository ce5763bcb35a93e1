/** Classifies a database error by its consequence for the statement. Design: ARCHITECTURE.md, "Durability". */
import type { SqlError } from "effect/sql/SqlError"

/**
 * The kind of a failed statement:
 * - `away`: no answer; the change may or may not have been stored.
 * - `busy`: nothing is stored; the same may succeed later (deadlock, serialization, lock or statement timeout).
 * - `refused`: nothing is stored and never will be: the row is at fault.
 */
export type SqlFault = "away" | "busy" | "refused"

/** Shutdown, no connection, no resources, a failing disk, a standby: the database's own trouble, by SQLSTATE. */
const away = /^(08|53|57P|58|25006|F0|XX)/

/** The SQLSTATE, where PostgreSQL answered with an error. */
export const sqlStateOf = (error: SqlError): string | undefined => {
  const cause = error.reason.cause
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return typeof code === "string" ? code : undefined
}

/** The message of PostgreSQL or the system, from the innermost cause that has one. */
export const sqlText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error && inner !== error ? sqlText(inner) : error.message
}

export const sqlFault = (error: SqlError): SqlFault => {
  switch (error.reason._tag) {
    case "ConnectionError":
    case "AuthenticationError":
    case "AuthorizationError":
      return "away"
    case "DeadlockError":
    case "SerializationError":
    case "LockTimeoutError":
    case "StatementTimeoutError":
      return "busy"
    case "UnknownError": {
      const state = sqlStateOf(error)
      return state !== undefined && away.test(state) ? "away" : "refused"
    }
    default:
      return "refused"
  }
}
