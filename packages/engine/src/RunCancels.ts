/** The cancels of the runs that this process executes: each reaches its run, whether the run began before it or after. */
import { Deferred, Effect } from "effect"
import type { Cancellation } from "./Cancellation.ts"
import type { HeldRun } from "./Journal.ts"
import type { RunControl } from "./RunControl.ts"

export interface RunCancels {
  /** From the run's start until `close`, which must be given the same control. */
  readonly open: (held: HeldRun) => Pick<RunControl, "cancellation" | "cancelled">
  readonly close: (runId: string, control: Pick<RunControl, "cancelled">) => void
  /** False where the run is not executed here. The first cancel counts. */
  readonly tell: (runId: string, cancellation: Cancellation) => boolean
}

interface Told {
  cancellation: Cancellation | undefined
  readonly passed: Deferred.Deferred<void>
  readonly cancelled: Effect.Effect<void>
}

export const make = (): RunCancels => {
  const runs = new Map<string, Told>()

  const tell: RunCancels["tell"] = (runId, cancellation) => {
    const told = runs.get(runId)
    if (told === undefined) return false
    if (told.cancellation === undefined) {
      told.cancellation = cancellation
      Deferred.doneUnsafe(told.passed, Effect.void)
    }
    return true
  }

  return {
    open: ({ runId, cancel }) => {
      const passed = Deferred.makeUnsafe<void>()
      const told: Told = { cancellation: undefined, passed, cancelled: Deferred.await(passed) }
      runs.set(runId, told)
      if (cancel !== undefined) tell(runId, cancel)
      return { cancellation: () => told.cancellation, cancelled: told.cancelled }
    },
    // A run that came back after a lost lease has a new entry by the time the old fiber ends.
    close: (runId, { cancelled }) => {
      if (runs.get(runId)?.cancelled === cancelled) runs.delete(runId)
    },
    tell
  }
}
