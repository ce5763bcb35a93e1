/**
 * The statements and calls that are under way between the processes and the world, and which of them are actions of
 * their own.
 */
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import type { Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { execute, valueOf } from "./DatabaseModel.ts"
import type { Row } from "./StatementModels.ts"
import { openStates, type Tables } from "./Tables.ts"

export type Answer = Effect.Effect<ReadonlyArray<Row>, SqlError>

/** A statement that was sent, and has not been executed. */
export interface Sent {
  readonly process: Process
  readonly label: string
  readonly name: string
  readonly text: string
  readonly parameters: ReadonlyArray<unknown>
  /** Tells the statements of one transaction from all others. */
  readonly transaction: number | undefined
  readonly at: number
  readonly answer: (answer: Answer) => void
}

/** A call that is open. */
export interface Call {
  readonly process: Process
  readonly label: string
  readonly status: number
  readonly answer: (answer: Effect.Effect<OutboundResponse>) => void
}

export interface Process {
  readonly name: string
  state: "running" | "paused" | "dead"
  /** Answers that wait for it to wake. */
  readonly kept: Array<() => void>
  /** A hash of the answers that the process has received and keeps in mind. */
  told: number
  /** A hash of the answers since the process last had nothing under way; it forgets them then. */
  heard: number
  /** The last cancels that it was told of. */
  cancelled: string
  /** When the renewal that it knows of was requested. */
  renewedAt: number
  cancelling: ((runId: string) => Effect.Effect<unknown, unknown>) | undefined
  answering: ((token: string, said: string) => Effect.Effect<unknown, unknown>) | undefined
  submitting: Effect.Effect<unknown, unknown> | undefined
}

/** Statements whose answers matter for no longer than the look that they belong to. */
const passing = new Set([
  "look",
  "fence",
  "sweep",
  "orphans",
  "due",
  "owned",
  "candidates",
  "cancelled",
  "state",
  "queue depth"
])

/** Reads of rows that no other process changes any more, or that are read again before anything is done about them. */
const settled = new Set([
  "begin",
  "sweep",
  "orphans",
  "owned",
  "due",
  "candidates",
  "callback token",
  "cancelled",
  "cancel state",
  "recover steps",
  "recover callouts",
  "document"
])

/** Statements of a worker that are executed even though it died meanwhile. */
const writes = new Set(["flush", "claim orphans", "claim due", "start", "rejoin", "close callback", "issue token"])

/** The statements that lock the run's row in a transaction of several: a cancel, and an answer to a callback URL. */
export const locking = new Set(["cancel", "lock for callback"])

/**
 * The statements of such a transaction after the lock. They are executed in one action with the lock, because an action of
 * another process between them could as well be tried before or after them (`docs/exploration.md`, "Transactions"): until the
 * commit others read the rows as they were, and wait where they want the locked row; what these statements read is the
 * locked row, what never changes, or what only holders of the lock change.
 */
export const locked = new Set([
  "order of a run",
  "callback",
  "later step",
  "keep callback",
  "answered",
  "commit",
  "rollback"
])

/** The answer to a flush that had nothing to write. */
const standingStill = JSON.stringify([{ 0: 0, 1: 0, 2: 0, 3: null, 4: false }])

/** True if the process forgets the answer as soon as it has nothing under way. */
export const isPassing = ({ name }: Sent, said: string): boolean => passing.has(name) || said === standingStill

/**
 * A question that is asked again and again, and whose answer would change nothing: it is answered at once. That it
 * might have been answered later, and otherwise, is what the next one is for.
 */
export const changesNothing = (tables: Tables, now: number, one: Sent): boolean => {
  switch (one.name) {
    case "look":
      return Object.values(execute(tables, now, one.text, one.parameters)[0] ?? {}).every((found) =>
        found === false || found === "[]" || found === null
      )
    case "state":
      return [...tables.runs.values()].some(({ state }) => openStates.has(state))
    case "flush":
      return one.parameters.slice(2).every((column) => (valueOf(column) as ReadonlyArray<unknown>).length === 0)
        && tables.workers.get(valueOf(one.parameters[0]) as string)?.fenced === false
    default:
      return settled.has(one.name)
  }
}

/**
 * True for a statement of a dead process that can have no effect any more: it only reads, its worker is fenced, or it is
 * part of a transaction for which no commit was sent.
 */
export const isVoid = (tables: Tables, { name, parameters, process }: Sent): boolean =>
  process.state === "dead"
  && (!writes.has(name) || tables.workers.get(valueOf(parameters[0]) as string)?.fenced === true)
