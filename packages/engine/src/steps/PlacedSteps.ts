/**
 * The steps of a pipeline in the order in which they run, and what the failure of each means for the run: the plugin's
 * policy, asked once for each version of a pipeline. Pure.
 */
import type { Order } from "@sluice/domain/order/Order"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import type { StepPhase } from "@sluice/domain/run/ProcessEvent"
import type { StepRow } from "../journal/Journal.ts"
import type { AnyPlugin, StepPolicy } from "../plugins/Plugin.ts"
import { type Defect, toDefect } from "../plugins/PluginError.ts"
import * as StepPreparation from "./StepPreparation.ts"

/** A step in its place in the run. */
export interface PlacedStep {
  /** From 0, over steps, then post-processing. */
  readonly index: number
  readonly phase: StepPhase
  readonly step: Step
  readonly critical: boolean
}

/** A step of a pipeline, with the consequences of its failure. */
export interface PlannedStep extends PlacedStep {
  readonly policy: StepPolicy
  /**
   * The error of a plugin that could not state the consequences of a failure: the step fails before anything is sent.
   */
  readonly defect?: Defect
}

type PluginsByName = ReadonlyMap<string, AnyPlugin>

/** The policy of a step whose plugin is not there, or cannot say it. */
const defaultPolicy = (step: Step, { failedStatus }: Pipeline): StepPolicy => ({
  critical: step.critical ?? false,
  tolerated: "failed",
  failedStatus,
  notesFailures: false
})

const policyOf = (
  plugin: AnyPlugin | undefined,
  step: Step,
  pipeline: Pipeline
): Pick<PlannedStep, "policy" | "defect"> => {
  try {
    return { policy: plugin?.policy(step, pipeline) ?? defaultPolicy(step, pipeline) }
  } catch (thrown) {
    return { policy: defaultPolicy(step, pipeline), defect: toDefect(thrown) }
  }
}

/** Reports whether a failure of the step ends the run. */
export const isCritical = (plugin: AnyPlugin | undefined, step: Step, pipeline: Pipeline): boolean =>
  policyOf(plugin, step, pipeline).policy.critical

const plan = (pipeline: Pipeline, plugins: PluginsByName): ReadonlyArray<PlannedStep> => [
  ...pipeline.steps.map((step, index): PlannedStep => {
    const known = policyOf(plugins.get(step.name), step, pipeline)
    return { index, phase: "steps", step, critical: known.policy.critical, ...known }
  }),
  // Post-processing never stops a run.
  ...pipeline.postProcessing.map((step, index): PlannedStep => {
    const known = policyOf(plugins.get(step.name), step, pipeline)
    return {
      index: pipeline.steps.length + index,
      phase: "postProcessing",
      step,
      critical: false,
      ...known,
      policy: { ...known.policy, critical: false }
    }
  })
]

const plans = new WeakMap<PluginsByName, WeakMap<Pipeline, ReadonlyArray<PlannedStep>>>()

/** The steps of a pipeline, then its post-processing. */
export const placedSteps = (pipeline: Pipeline, plugins: PluginsByName): ReadonlyArray<PlannedStep> => {
  let known = plans.get(plugins)
  if (known === undefined) plans.set(plugins, known = new WeakMap())
  let steps = known.get(pipeline)
  if (steps === undefined) known.set(pipeline, steps = plan(pipeline, plugins))
  return steps
}

/** The row of a step that is skipped. */
export const skippedRow = ({ index, phase, step, critical }: PlacedStep, reason: string, at: number): StepRow => ({
  index,
  phase,
  stepId: step.id,
  name: step.name,
  critical,
  state: "skipped",
  reason,
  startedAt: at,
  finishedAt: at
})

/** The rows of `steps` if every one of them is skipped without asking anything; else `undefined`. */
export const allSkipped = (
  steps: ReadonlyArray<PlacedStep>,
  order: Order,
  at: number
): ReadonlyArray<StepRow> | undefined => {
  const rows: Array<StepRow> = []
  for (const placed of steps) {
    const reason = StepPreparation.skippedBy(placed.step, order)
    if (reason === undefined) return undefined
    rows.push(skippedRow(placed, reason, at))
  }
  return rows
}
