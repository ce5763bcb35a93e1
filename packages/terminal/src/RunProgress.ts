/** The changes between two states of a run, one line each: recorded attempts, and the run's end. */
import { isFinal, type ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import { outcomeOf, runColour } from "./RunTimeline.ts"
import { type Colour, duration } from "./Style.ts"

export interface ProgressLine {
  readonly colour: Colour
  /** One character. */
  readonly mark: string
  readonly text: string
}

const attempts = (before: ProcessEvent | undefined, after: ProcessEvent): ReadonlyArray<ProgressLine> => {
  const known = new Set(before?.steps.flatMap(({ callouts }) => callouts.map(({ id }) => id)))
  return after.steps.flatMap((step) =>
    step.callouts.filter(({ id }) => !known.has(id)).map((callout): ProgressLine => {
      const status = callout.response === undefined ? "" : ` ${callout.response.status}`
      const good = callout.outcome === "succeeded"
      return {
        colour: good ? "green" : "yellow",
        mark: good ? "›" : "×",
        text: `${step.id} #${callout.attempt}:${status} ${outcomeOf(callout)} after ${duration(callout.durationMs)}`
      }
    })
  )
}

/** The lines to show when a run that looked like `before` looks like `after`. */
export const progress = (before: ProcessEvent | undefined, after: ProcessEvent): ReadonlyArray<ProgressLine> => {
  const ended = isFinal(after.state) && before?.state !== after.state
  return [
    ...attempts(before, after),
    ...(ended ? [{ colour: runColour(after.state), mark: "■", text: after.state }] : [])
  ]
}
