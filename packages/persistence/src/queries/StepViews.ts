/**
 * The steps of a process event: those that the journal has, then those of the pipeline that are still to run or never
 * ran. Pure. Contract: section 8.
 */
import type { CalloutView } from "@sluice/domain/callout/CalloutRecord"
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import {
  isFinal,
  type PluginError,
  type RunState,
  type StepError,
  type StepErrorKind,
  type StepPhase,
  type StepView
} from "@sluice/domain/run/ProcessEvent"
import type { StepRow } from "@sluice/engine/journal/Journal"

/** The facts about the run that its steps' views need. */
export interface RunAround {
  readonly state: RunState
  /** Epoch milliseconds; absent while it is queued. */
  readonly startedAt: number | undefined
  /** The version that it runs; absent where it is not known any more: then only what was journalled shows. */
  readonly pipeline: Pipeline | undefined
  /** True if a failure of this step would end the run. */
  readonly critical: (step: Step, pipeline: Pipeline) => boolean
}

interface Planned {
  readonly index: number
  readonly phase: StepPhase
  readonly step: Step
  readonly critical: boolean
}

const plannedSteps = ({ pipeline, critical }: RunAround): ReadonlyArray<Planned> =>
  pipeline === undefined ? [] : [
    ...pipeline.steps.map((step) => ({ phase: "steps" as const, step, critical: critical(step, pipeline) })),
    // The run's outcome is decided before post-processing begins.
    ...pipeline.postProcessing.map((step) => ({ phase: "postProcessing" as const, step, critical: false }))
  ].map((planned, index) => ({ index, ...planned }))

const kinds: Partial<Record<Outcome, StepErrorKind>> = {
  rejected: "rejected",
  "timed-out": "timed-out",
  unreachable: "unreachable",
  "invalid-response": "invalid-response",
  cancelled: "cancelled"
}

/** The step's error. Of a row from before errors had a kind it follows from the last callout. */
const errorOf = ({ error }: StepRow, callouts: ReadonlyArray<CalloutView>): StepError | undefined => {
  if (error === undefined) return undefined
  const last = callouts.findLast(({ probe }) => probe !== true)
  const { kind = last === undefined ? "unprepared" : kinds[last.outcome] ?? "rejected", message, name } = error
  return { name, kind, message }
}

const ended = (row: StepRow, callouts: ReadonlyArray<CalloutView>): StepView => {
  const error = errorOf(row, callouts)
  return {
    id: row.stepId,
    index: row.index,
    name: row.name,
    phase: row.phase,
    critical: row.critical,
    state: row.state,
    ...(row.reason !== undefined && { reason: row.reason }),
    ...(row.reusedFrom !== undefined && { reusedFrom: row.reusedFrom }),
    startedAt: isoOf(row.startedAt),
    finishedAt: isoOf(row.finishedAt),
    durationMs: row.finishedAt - row.startedAt,
    ...(row.output !== undefined && { output: row.output as NonNullable<StepView["output"]> }),
    ...(row.effects !== undefined && { effects: row.effects as NonNullable<StepView["effects"]> }),
    ...(error !== undefined && { error }),
    callouts
  }
}

/** Why a step without a row will never have one; `undefined` while it may still run. */
const passedOver = (state: RunState): string | undefined =>
  isFinal(state)
    ? `not reached: the run ended ${state}`
    : state === "compensating"
    ? "not reached: the run is compensating"
    : undefined

/**
 * The steps in the order of the pipeline, then compensations as they were made. `rows` in the order of their index;
 * `callouts` by step index.
 */
export const stepViews = (
  run: RunAround,
  rows: ReadonlyArray<StepRow>,
  callouts: ReadonlyMap<number, ReadonlyArray<CalloutView>>
): ReadonlyArray<StepView> => {
  const journalled = new Map(rows.map((row) => [row.index, ended(row, callouts.get(row.index) ?? [])]))
  const reason = passedOver(run.state)
  let running = run.state === "running"
  const coming = plannedSteps(run).flatMap(({ index, phase, step, critical }): ReadonlyArray<StepView> => {
    if (journalled.has(index)) return []
    // The run was cancelled while the step waited between two attempts: no process recorded the step's end.
    const aborted = run.state === "cancelled" && callouts.has(index)
    const state = aborted ? "cancelled" : reason !== undefined ? "skipped" : running ? "running" : "pending"
    running = false
    // A step starts when the one before it ends: the journal keeps no other start, so that it survives a crash.
    // One after reused steps starts with the run.
    const before = journalled.get(index - 1)
    const startedAt = state !== "running"
      ? undefined
      : before?.reusedFrom === undefined
      ? before?.finishedAt ?? startOf(run)
      : startOf(run)
    return [{
      id: step.id,
      index,
      name: step.name,
      phase,
      critical,
      state,
      ...(reason !== undefined && { reason: aborted ? "the run was cancelled before the next attempt" : reason }),
      ...(startedAt !== undefined && { startedAt }),
      callouts: callouts.get(index) ?? []
    }]
  })
  return [...journalled.values(), ...coming].toSorted((a, b) => a.index - b.index)
}

const startOf = ({ startedAt }: RunAround): string | undefined => startedAt === undefined ? undefined : isoOf(startedAt)

/**
 * The errors of a run: failed steps, and warnings but for a partner's own `CancelWorkflow`, which is a decision and
 * has a reason instead.
 */
export const pluginErrors = (steps: ReadonlyArray<StepView>): ReadonlyArray<PluginError> =>
  steps.flatMap(({ state, name, error, reason }) => {
    const told = error === undefined ? undefined : { name: error.name, message: error.message }
    if (state === "failed") return [told ?? { name, message: reason ?? "failed" }]
    return state === "warning" && told !== undefined ? [told] : []
  })
