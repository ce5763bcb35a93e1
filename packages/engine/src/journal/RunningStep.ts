/**
 * The port through which a process knows which step of which run its event loop is busy with. The server marks it for the
 * watchdog, which finds out what blocks the loop; elsewhere nothing is marked. Contract: section 6, "Failure of a run".
 */
import { Context } from "effect"

/** A run that is executed here. There is one such object for each execution, and `step` moves on with the run. */
export interface RunningStep {
  readonly runId: string
  /** The index of the step whose work goes on, or is next. */
  step: number
}

export interface RunMark {
  /** Marks the calling fiber, and all that it starts, as working for the run. Called once, by the run's own fiber. */
  readonly enter: (running: RunningStep) => void
}

export const noMark: RunMark = { enter: () => {} }

export const CurrentRunMark = Context.Reference<RunMark>("@sluice/engine/journal/RunningStep/CurrentRunMark", {
  defaultValue: () => noMark
})
