/**
 * Finds the steps of a run that were undone since, in this run or in another that reused its records. Pure. Contract:
 * section 7.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import { compensationId } from "@sluice/domain/internal/pipeline/StepIds"
import type { StepRow } from "../journal/Journal.ts"

interface Rows {
  readonly runId: string
  readonly steps: ReadonlyArray<StepRow>
}

/** The identity of the work behind a row: the run in which it was done, and the step. */
const workOf = ({ runId }: Rows, { reusedFrom, stepId }: StepRow): string =>
  `${reusedFrom ?? processEventId(runId)} ${stepId}`

/** The work that a run undid. */
const undoneIn = (run: Rows): ReadonlyArray<string> => {
  const undone = new Set(
    run.steps.filter(({ phase, state }) => phase === "compensation" && state === "succeeded").map(({ stepId }) =>
      stepId
    )
  )
  return run.steps.filter(({ stepId }) => undone.has(compensationId(stepId))).map((row) => workOf(run, row))
}

/** Ids of the steps of `run` that have to run again. `all`: the runs over the order, `run` among them. */
export const compensatedSteps = (run: Rows, all: ReadonlyArray<Rows>): ReadonlySet<string> => {
  const undone = new Set(all.flatMap(undoneIn))
  return new Set(run.steps.filter((row) => undone.has(workOf(run, row))).map(({ stepId }) => stepId))
}
