/** Signals from the process to a run. */
import type { Effect } from "effect"
import type { Cancellation } from "../journal/Cancellation.ts"

export interface RunSignals {
  /** The process is stopping: go no further than the call that is open. */
  readonly stopping: () => boolean
  /** Passes when the process is stopping. */
  readonly stop: Effect.Effect<void>
  /** The cancel that was stored for this run, as far as this process knows. */
  readonly cancellation: () => Cancellation | undefined
  /** Calls `tell` when there is one, at once where there is one already. What it answers takes that back. */
  readonly onCancelled: (tell: () => void) => () => void
}
