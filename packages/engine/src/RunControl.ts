/** What the process tells its runs. */
import type { Effect } from "effect"

export interface RunControl {
  /** The process is stopping: go no further than the call that is open. */
  readonly stopping: () => boolean
  /** Passes when the process is stopping. */
  readonly stop: Effect.Effect<void>
}
