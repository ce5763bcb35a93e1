/**
 * Selects what must be undone when a run fails, or is cancelled with `compensate`: completed steps and steps whose
 * calls may have taken effect, last first. Pure, and from the journal alone, so that a process that takes the run over
 * undoes the same. Contract: section 6, "Failure of a run".
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { compensationId } from "@sluice/domain/internal/pipeline/StepIds"
import type { CalloutOptions } from "@sluice/domain/pipeline/Pipeline"
import type { RunSoFar, StepRow } from "../journal/Journal.ts"
import type { PlacedStep } from "../steps/PlacedSteps.ts"

/** One compensation, in its place after all other steps. */
export interface Undoing {
  readonly placed: PlacedStep
  readonly options: CalloutOptions
  /** True if it is unknown whether the step's call took effect. */
  readonly unknown: boolean
}

type Completion = "completed" | "unknown" | "not completed"

/** A step that has ended. Without its records, which hold partners' answers: a run may be long. */
export interface EndedCalls extends Pick<StepRow, "stepId" | "phase"> {
  /** Tells whether the step did the work that its compensation undoes. */
  readonly completion: Completion
}

/** The last attempt of each of a step's requests. */
const lastAttempts = (records: ReadonlyArray<CalloutRecord>): ReadonlyArray<CalloutRecord> => [
  ...new Map(records.filter(({ probe }) => probe !== true).map((record) => [record.request, record])).values()
]

const completionOf = (state: StepRow["state"], records: ReadonlyArray<CalloutRecord>): Completion => {
  if (state === "succeeded") return "completed"
  if (state === "skipped") return "not completed"
  const last = lastAttempts(records)
  // A warning of a partner that did its work.
  const answered = last.length > 0 && last.every(({ outcome }) => outcome === "succeeded")
  if (state === "warning" && answered) return "completed"
  if (last.some(({ unknown }) => unknown === true)) return "unknown"
  // The answer was in when the cancel came.
  return state === "cancelled" && last.some(({ outcome }) => outcome === "succeeded") ? "completed" : "not completed"
}

export const endedCalls = (
  { stepId, phase, state }: Pick<StepRow, "stepId" | "phase" | "state">,
  records: ReadonlyArray<CalloutRecord>
): EndedCalls => ({ stepId, phase, completion: completionOf(state, records) })

/** The steps and calls that had ended when the run was resumed. */
export const endedIn = ({ steps, callouts }: Pick<RunSoFar, "steps" | "callouts">): Array<EndedCalls> =>
  steps.map((row) => endedCalls(row, callouts.filter(({ index }) => index === row.index).map(({ record }) => record)))

/** The compensations of a run, in the order in which they are made. `steps` are all of the pipeline's. */
export const undoings = (
  steps: ReadonlyArray<PlacedStep>,
  ended: ReadonlyArray<EndedCalls>
): ReadonlyArray<Undoing> =>
  ended.flatMap(
    ({ stepId, phase, completion }): ReadonlyArray<Omit<Undoing, "placed"> & { readonly of: PlacedStep }> => {
      const of = phase === "compensation" ? undefined : steps.find(({ step }) => step.id === stepId)
      const options = of?.step.compensate
      if (of === undefined || options === undefined || completion === "not completed") return []
      return [{ of, options, unknown: completion === "unknown" }]
    }
  ).toSorted((a, b) => b.of.index - a.of.index).map(({ of, ...rest }, n) => ({
    ...rest,
    placed: {
      index: steps.length + n,
      phase: "compensation",
      step: { ...of.step, id: compensationId(of.step.id) },
      critical: false
    }
  }))
