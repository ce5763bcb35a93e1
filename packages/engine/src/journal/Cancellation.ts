/** An operator's request to end a run, and its result. Contract: section 7, `cancel`. */
import type { RunState } from "@sluice/domain/run/ProcessEvent"

export interface Cancellation {
  /** Why the run ends, in words: kept as the run's `reason`. */
  readonly reason: string
  /** True to compensate the completed steps; false to send nothing more. */
  readonly compensate: boolean
}

/** The reason of a cancel that gives none. */
export const unexplained = "cancelled by an operator"

/** The cancellation of a run that a process executes. */
export interface RunCancellation extends Cancellation {
  readonly runId: string
}

/**
 * The journal's answer to a cancel:
 * - `Stored`: the run ends `cancelled`, or has ended so. Of cancel and completion the first to be committed wins.
 * - `Repeated`: a cancel was stored before this one, which changed nothing
 * - `TooLate`: the run had ended otherwise
 * - `Unknown`: there is no such run
 */
export type CancelAnswer =
  | { readonly _tag: "Stored" | "Repeated" | "TooLate"; readonly state: RunState }
  | { readonly _tag: "Unknown" }
