/**
 * Undoes what a run did: the compensations one after the other, once each, recorded as steps; then the run's end.
 * Contract: section 6, "Failure of a run".
 */
import { Effect } from "effect"
import * as AuxiliaryCallout from "../callouts/AuxiliaryCallout.ts"
import * as Probe from "../callouts/Probe.ts"
import type { StepCallouts } from "../callouts/StepCallouts.ts"
import * as Interruption from "../interruption/Interruption.ts"
import type { Document, StepRow } from "../journal/Journal.ts"
import { kindOf, toDefect } from "../plugins/PluginError.ts"
import { Settings } from "../settings/Settings.ts"
import type { PlacedStep } from "../steps/PlacedSteps.ts"
import { type StepDecision, StepOutcome } from "../steps/StepDecision.ts"
import { type EndedCalls, type Undoing, undoings } from "./Compensation.ts"
import type { ExpressionContext } from "./ExpressionContext.ts"
import { type OpenTask, performed, type RunInProgress, type Task } from "./StepLoop.ts"
import * as StepLoop from "./StepLoop.ts"

/** A run whose steps have ended, and whose completed steps are to be compensated. */
export interface Undone extends RunInProgress {
  readonly scope: ExpressionContext
  readonly steps: ReadonlyArray<PlacedStep>
  readonly ended: ReadonlyArray<EndedCalls>
}

/** Decides on the end of a compensation; a probe may have said that there is nothing to undo. */
const decide = (outcome: StepOutcome, callouts: StepCallouts): StepDecision => {
  if (outcome._tag === "Failed") {
    const { _tag, message } = outcome.error
    const kind = kindOf(outcome.error)
    if (_tag === "Cancelled") return { state: "cancelled", run: "continue", reason: message, kind }
    const reason = "not compensated; the others are still tried"
    return { state: "failed", run: "continue", reason, error: message, kind }
  }
  const { reason = "compensated" } = outcome.result
  if (callouts.last()?.probe !== true) return { state: "succeeded", run: "continue", reason }
  return callouts.records().some(({ probe }) => probe !== true)
    ? { state: "succeeded", run: "continue", reason: "the probe says that nothing is left to compensate" }
    : { state: "skipped", run: "continue", reason: "the probe says that it did not happen: nothing to compensate" }
}

export const make = Effect.gen(function*() {
  const settings = yield* Settings
  const sideCallout = yield* AuxiliaryCallout.make
  const execute = yield* StepLoop.make

  const sideOf = ({ checkpoints, scope }: Undone, { order }: Document) => ({
    scope: scope.at(order),
    now: checkpoints.startedAt(),
    authProviders: settings.current().authProviders
  })

  const perform = (run: Undone, { options }: Undoing, { callouts, document }: OpenTask) =>
    performed(
      sideCallout({ ...sideOf(run, document), member: "compensate", options }).pipe(
        Effect.flatMap(callouts.callout),
        Effect.catchDefect((defect) => Effect.fail(toDefect(defect))),
        Effect.match({
          onFailure: (error) => StepOutcome.Failed({ error }),
          onSuccess: ({ status }) => StepOutcome.Succeeded({ result: { reason: `compensated: answered ${status}` } })
        })
      ),
      Interruption.ofCompensations(run.control)
    )

  const probeOf = (run: Undone, { placed, unknown }: Undoing, document: Document) => {
    const options = placed.step.probe
    return options
      && Probe.ofCompensation(sideCallout({ ...sideOf(run, document), member: "probe", options }), unknown)
  }

  const taskOf = (run: Undone, undoing: Undoing, ended: (row: StepRow) => void): Task => ({
    placed: undoing.placed,
    interruption: Interruption.ofCompensations(run.control),
    // A run that undoes what it did does not wait for partners.
    holds: false,
    isAnsweredLater: false,
    completedStatus: undefined,
    skippedBy: () => undefined,
    probe: (document) => probeOf(run, undoing, document),
    perform: (open) => perform(run, undoing, open),
    decide: (outcome, { callouts }) => decide(outcome, callouts),
    follow: () => ({ outcome: { _tag: "Continue" }, skipped: [] }),
    after: (row) => {
      ended(row)
      return undefined
    }
  })

  /** Runs the remaining compensations of a run to its end. */
  return Effect.fnUntraced(function*(run: Undone) {
    const { checkpoints, control, ended, steps } = run
    const known = new Map(checkpoints.held.steps.map(({ index, state }) => [index, state]))
    const all = undoings(steps, ended)
    let failed = all.some(({ placed }) => known.get(placed.index) === "failed")
    const left = all.filter(({ placed }) => !known.has(placed.index))
    const exit = yield* execute(
      run,
      left.map((undoing) =>
        taskOf(run, undoing, ({ state }) => {
          failed ||= state === "failed"
        })
      )
    )
    if (exit._tag === "Ended") return
    const cancellation = control.cancellation()
    const state = cancellation !== undefined && !(cancellation.compensate && failed)
      ? "cancelled"
      : failed
      ? "compensation-failed"
      : "failed"
    yield* checkpoints.end({ state }, undefined)
  })
})
