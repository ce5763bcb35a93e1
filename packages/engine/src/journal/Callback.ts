/**
 * Later answers of partners, sent to the callback URL of an attempt. Contract: section 6, "Waiting for a callback".
 *
 * | time of the answer                                    | result                                            |
 * | ----------------------------------------------------- | ------------------------------------------------- |
 * | its token was never issued                            | `Unknown`                                         |
 * | after an answer that equals it                        | `Repeated`                                        |
 * | after one that differs, or after an operator's        | `Contradicts`                                     |
 * | after the step's or the run's end, a cancel, the deadline or the timeout | `TooLate`                      |
 * | any other, before the 2xx too                         | `Taken`: the step's answer, however the call ends |
 *
 * Answers and the step's end meet in `Journal.closeCallback`: the executor closes the step before it ends it without an
 * answer, and of an answer and a closure the first to be stored counts.
 */
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { RunState } from "@sluice/domain/run/ProcessEvent"

/** The token of one attempt. */
export interface CallbackToken {
  /** A journal stores no more of it than its SHA-256. */
  readonly token: string
  readonly runId: string
  /** The step's position in the run. */
  readonly index: number
  readonly attempt: number
  /** Epoch milliseconds; Infinity if the run has no deadline. */
  readonly deadline: number
}

/** The settling of a step by hand. */
export interface Resolution {
  readonly reason: string
  /** The requester: the name of the API key. */
  readonly requestedBy?: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The step waited for a callback, and the operator answered for the partner. */
  readonly callback?: true
  /** The timeline entry of the act; set by the journal that records it. */
  readonly act?: string
}

/** The answer of a partner, or of an operator in its place. */
export interface CallbackAnswer {
  readonly headers: Readonly<Record<string, string>>
  /** JSON in UTF-8, or nothing. */
  readonly body: Uint8Array
  /** SHA-256 of the canonical JSON of the body; absent where an operator answered. */
  readonly fingerprint?: Uint8Array
  /** Epoch milliseconds. */
  readonly at: number
  /** Present where an operator answered. */
  readonly resolution?: Resolution
}

/** The answer of an operator, who settles the step in the partner's place. */
export interface OperatorAnswer {
  readonly answer: CallbackAnswer & { readonly resolution: Resolution }
  /** Added to the order's history in the same commit. */
  readonly history: HistoryEntry
}

export type TakenCallback =
  | { readonly _tag: "Unknown" }
  | {
    readonly _tag: "Taken" | "Repeated" | "Contradicts" | "TooLate"
    readonly runId: string
    readonly orderId: string
    readonly state: RunState
  }
