/** The cancels of the runs that this process executes: each reaches its run, whether the run began before it or after. */
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { Cancellation } from "../journal/Cancellation.ts"
import type { ClaimedRun } from "../journal/Journal.ts"

export interface CancelRegistry {
  /** Registers a run from its start until `close`, which must be given the same signals. */
  readonly open: (held: ClaimedRun) => Pick<RunSignals, "cancellation" | "onCancelled">
  readonly close: (runId: string, control: Pick<RunSignals, "onCancelled">) => void
  /** False where the run is not executed here. The first cancel counts. */
  readonly tell: (runId: string, cancellation: Cancellation) => boolean
}

interface Told {
  cancellation: Cancellation | undefined
  /** In the order in which they came: mostly one, that of the step at hand. */
  readonly listeners: Array<() => void>
  readonly onCancelled: RunSignals["onCancelled"]
}

const open = (): Told => {
  const listeners: Array<() => void> = []
  const told: Told = {
    cancellation: undefined,
    listeners,
    onCancelled: (tell) => {
      if (told.cancellation !== undefined) tell()
      else listeners.push(tell)
      return () => {
        const at = listeners.indexOf(tell)
        if (at >= 0) listeners.splice(at, 1)
      }
    }
  }
  return told
}

export const make = (): CancelRegistry => {
  const runs = new Map<string, Told>()

  const tell: CancelRegistry["tell"] = (runId, cancellation) => {
    const told = runs.get(runId)
    if (told === undefined) return false
    if (told.cancellation === undefined) {
      told.cancellation = cancellation
      // A listener may take another one back.
      for (let next = told.listeners.shift(); next !== undefined; next = told.listeners.shift()) next()
    }
    return true
  }

  return {
    open: ({ runId, cancel }) => {
      const told = open()
      runs.set(runId, told)
      if (cancel !== undefined) tell(runId, cancel)
      return { cancellation: () => told.cancellation, onCancelled: told.onCancelled }
    },
    // A run that came back after a lost lease has a new entry by the time the old fiber ends.
    close: (runId, { onCancelled }) => {
      if (runs.get(runId)?.onCancelled === onCancelled) runs.delete(runId)
    },
    tell
  }
}
