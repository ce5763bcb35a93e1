/** Signals from the process to a run. */
import type { Effect } from "effect"
import type { Cancellation } from "../journal/Cancellation.ts"

export interface RunSignals {
  /** True once the process is stopping: the open call may end, and nothing begins after it. */
  readonly stopping: () => boolean
  /** Completes when the process begins to stop. */
  readonly stop: Effect.Effect<void>
  /** The cancel that was stored for this run, as far as this process knows. */
  readonly cancellation: () => Cancellation | undefined
  /** Calls `tell` when a cancel is stored, at once where one is already. Returns the function that unsubscribes. */
  readonly onCancelled: (tell: () => void) => () => void
}
