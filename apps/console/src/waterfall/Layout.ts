/**
 * The waterfall of a process event: a line for each step and under it one for each attempt, with the place of each bar
 * on a common scale. Pure: the time is given.
 */
import type { Callout, ProcessEvent, Step } from "../api/Documents.ts"
import { timeOf } from "../environment/Now.ts"

export interface Bar {
  /** In percent of the scale. */
  readonly left: number
  readonly width: number
  /** True while it is going on. */
  readonly open: boolean
}

export interface WaterfallLine {
  /** The step's id, or the callout's. */
  readonly key: string
  readonly step: Step
  /** Absent: the line of the step itself. */
  readonly callout: Callout | undefined
  /** The bar; absent for a step that has not begun, or was reused from another run. */
  readonly bar: Bar | undefined
  /** Milliseconds. */
  readonly tookMs: number | undefined
}

export interface Waterfall {
  readonly lines: ReadonlyArray<WaterfallLine>
  /** Milliseconds from the scale's beginning to its end. */
  readonly spanMs: number
}

interface Stretch {
  readonly from: number
  readonly to: number
  readonly open: boolean
}

const stretchOfCallout = ({ startedAt, durationMs }: Callout): Stretch => {
  const from = timeOf(startedAt)
  return { from, to: from + durationMs, open: false }
}

/** A reused step ran in another run, at another time: it has no place on this scale. */
const stretchOfStep = (step: Step, now: number): Stretch | undefined => {
  if (step.startedAt === undefined || step.reusedFrom !== undefined) return undefined
  const from = timeOf(step.startedAt)
  const open = step.finishedAt === undefined && step.state === "running"
  const calls = step.callouts.map((callout) => stretchOfCallout(callout).to)
  const to = step.finishedAt === undefined ? open ? now : Math.max(from, ...calls) : timeOf(step.finishedAt)
  return { from, to: Math.max(from, to), open }
}

/** The layout of a run's waterfall. `now`: epoch milliseconds, the end of what is still open. */
export const waterfall = (event: Pick<ProcessEvent, "startedAt" | "createdAt" | "steps">, now: number): Waterfall => {
  const stretches = event.steps.map((step) => stretchOfStep(step, now))
  const all = [
    ...stretches.filter((one) => one !== undefined),
    ...event.steps.flatMap((step) => step.reusedFrom === undefined ? step.callouts.map(stretchOfCallout) : [])
  ]
  const begin = all.length === 0
    ? timeOf(event.startedAt ?? event.createdAt)
    : Math.min(...all.map(({ from }) => from))
  const end = all.length === 0 ? begin : Math.max(...all.map(({ to }) => to))
  const spanMs = Math.max(1, end - begin)
  const bar = ({ from, to, open }: Stretch): Bar => ({
    left: (100 * (from - begin)) / spanMs,
    width: (100 * (to - from)) / spanMs,
    open
  })
  const lines = event.steps.flatMap((step, index): ReadonlyArray<WaterfallLine> => {
    const stretch = stretches[index]
    return [
      {
        key: step.id,
        step,
        callout: undefined,
        bar: stretch === undefined ? undefined : bar(stretch),
        tookMs: stretch === undefined ? step.durationMs : stretch.to - stretch.from
      },
      ...step.callouts.map((callout) => ({
        key: callout.id,
        step,
        callout,
        bar: step.reusedFrom === undefined ? bar(stretchOfCallout(callout)) : undefined,
        tookMs: callout.durationMs
      }))
    ]
  })
  return { lines, spanMs }
}
