/**
 * Tracks if the change of a request may have been stored. The SQL client and the journal record it when a statement
 * that commits is sent, so that a refusal claims "nothing was stored" only where that is certain. Contract: section 10,
 * promise 6.
 *
 * | what happened | `mayBeStored` |
 * | --- | --- |
 * | no connection, or lost before `COMMIT` was sent | false |
 * | an autocommitted change, or `COMMIT`, was sent and not answered | true |
 * | the database answered it with an error (a lock timeout, a constraint) | false |
 * | it was committed, and what came after failed | true |
 */
import { Context } from "effect"

export interface WriteProgress {
  readonly mayBeStored: () => boolean
  /** A statement that commits is about to be sent. */
  readonly sent: () => void
  /** The database answered that it was committed. */
  readonly committed: () => void
  /** The database answered that it was not. */
  readonly refused: () => void
}

export const make = (): WriteProgress => {
  /** Statements that were sent and neither answered nor known to have failed. */
  let open = 0
  let stored = false
  return {
    mayBeStored: () => stored || open > 0,
    sent: () => void open++,
    committed: () => {
      open--
      stored = true
    },
    refused: () => void open--
  }
}

/** The progress of several requests whose changes one statement commits. */
export const together = (requests: ReadonlyArray<WriteProgress>): WriteProgress => ({
  mayBeStored: () => requests.some((request) => request.mayBeStored()),
  sent: () => {
    for (const request of requests) request.sent()
  },
  committed: () => {
    for (const request of requests) request.committed()
  },
  refused: () => {
    for (const request of requests) request.refused()
  }
})

/** The progress of the request that a fiber serves; absent in background work. */
export const CurrentWriteProgress = Context.Reference<WriteProgress | undefined>(
  "@sluice/persistence/sql/WriteProgress",
  { defaultValue: () => undefined }
)

const readsOnly = /^\s*(?:select|show|explain|set|begin|rollback|savepoint|release|listen|unlisten)\b/i
const query = /^\s*with\b/i
const writes = /\b(?:insert\s+into|update\s+\w+\s|delete\s+from)/i

/** True if a statement outside of a transaction may store something. */
export const isChange = (statement: string): boolean =>
  query.test(statement) ? writes.test(statement) : !readsOnly.test(statement)
