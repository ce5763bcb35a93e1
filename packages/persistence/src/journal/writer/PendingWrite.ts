/** A write that waits for the writer: a submission, or an entry of a run. It is stored as a whole or not at all. */
import type {
  Committed,
  Entry,
  Fenced,
  Intake,
  IntakeConflict,
  JournalUnavailable,
  Stale,
  Submission
} from "@sluice/engine/journal/Journal"
import type { Effect } from "effect"
import type { LookedUp, Outcome } from "../../outbox/Outcome.ts"
import type { WriteProgress } from "../../sql/WriteProgress.ts"

export interface PendingSubmission {
  readonly kind: "accept"
  readonly submission: Submission
  /** True if this process executes the run from the start; otherwise it is queued. */
  readonly starts: boolean
  readonly bytes: number
  /** Monotonic nanoseconds. */
  readonly since: bigint
  /**
   * The types of the messages that a flush leaves out because no subscriber of them is known: see
   * `PendingEntry.untold`.
   */
  readonly untold: () => ReadonlyArray<string>
  /** True once its statement was sent, until it is known to have stored nothing. */
  mayBeStored: boolean
  /** The progress of the write, for the response to its request. */
  readonly progress: WriteProgress | undefined
  /**
   * True if its caller was already answered with `JournalUnavailable`; if it is stored nevertheless, its run needs an
   * executor.
   */
  abandoned: boolean
  readonly settle: (answer: Effect.Effect<Intake, IntakeConflict | JournalUnavailable>) => void
}

export interface PendingEntry {
  readonly kind: "entry"
  readonly entry: Entry
  /** The worker that held the run when the entry was given: under another worker it must not be stored. */
  readonly worker: string
  /** True if the run is released with this entry. */
  readonly release: boolean
  /** The subscription that the order names, where the run completes with the entry. */
  readonly lookedUp: LookedUp | undefined
  /** The messages and changes that are stored with the entry. */
  readonly outcome: Outcome | undefined
  /**
   * The types of the messages that the entry leaves out because no subscriber of them is known; nothing is stored if
   * one of them has a subscriber.
   */
  readonly untold: ReadonlyArray<string>
  readonly bytes: number
  readonly settle: (answer: Effect.Effect<Committed | Stale, Fenced>) => void
}

export type PendingWrite = PendingSubmission | PendingEntry

/** The approximate size of a write on its way to the database: documents, bodies and answers. */
export const submissionBytes = (submission: Submission): number => submission.document.text.length + 512

export const entryBytes = (entry: Entry): number => {
  let bytes = 512
  if (entry.write !== undefined) bytes += entry.write.document.text.length
  for (const { record } of entry.callouts) {
    bytes += 1024 + (record.response?.body.byteLength ?? 0) +
      (record.body.form === "text"
        ? record.body.text.length
        : record.body.form === "workflow"
        ? record.body.tail.length
        : 0)
  }
  return bytes + entry.history.length * 256
}

/**
 * The order that a write changes. Two writes to one order never share a flush: `UPDATE … FROM` with one order twice
 * drops a change silently.
 */
export const orderOf = (member: PendingWrite): string =>
  member.kind === "accept" ? member.submission.document.order.id : member.entry.orderId

const nobody: ReadonlyArray<string> = []

/**
 * The customers that a write changes. Two writes to one customer never share a flush: one statement can change a
 * customer only once.
 */
export const customersOf = (member: PendingWrite): ReadonlyArray<string> =>
  member.kind === "accept" ? nobody : member.outcome?.customers ?? nobody

/** Splits the writes of a flush into submissions and entries; the ordinals in its result count within each of them. */
export const sorted = (members: ReadonlyArray<PendingWrite>) => {
  const accepts: Array<PendingSubmission> = []
  const entries: Array<PendingEntry> = []
  for (const member of members) {
    if (member.kind === "accept") accepts.push(member)
    else entries.push(member)
  }
  return { accepts, entries }
}
