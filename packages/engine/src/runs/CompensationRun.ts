/**
 * Undoes what a run did: the compensations one after the other, once each, recorded as steps; then the run's end.
 * Contract: section 6, "Failure of a run".
 */
import { Clock, Effect, Result } from "effect"
import * as AuxiliaryCallout from "../callouts/AuxiliaryCallout.ts"
import * as CalloutContext from "../callouts/CalloutContext.ts"
import * as Probe from "../callouts/Probe.ts"
import type { OpenCallouts, StepCallouts } from "../callouts/StepCallouts.ts"
import * as Interruption from "../interruption/Interruption.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { CalloutAnswer } from "../plugins/Callout.ts"
import { kindOf, type PluginError, toDefect } from "../plugins/PluginError.ts"
import { Settings } from "../settings/Settings.ts"
import type { PlacedStep } from "../steps/PlacedSteps.ts"
import type { StepDecision } from "../steps/StepDecision.ts"
import { redacted, redactorOf } from "../steps/StepRedaction.ts"
import { type EndedCalls, type Undoing, undoings } from "./Compensation.ts"
import type { ExpressionContext } from "./ExpressionContext.ts"
import type { RunCheckpoints } from "./RunCheckpoints.ts"

/** The run whose steps are over. */
export interface Undone {
  readonly checkpoints: RunCheckpoints
  readonly control: RunSignals
  readonly scope: ExpressionContext
  readonly steps: ReadonlyArray<PlacedStep>
  readonly ended: ReadonlyArray<EndedCalls>
  readonly resumption: CalloutContext.Resumption
  readonly openCallouts: OpenCallouts
}

type Answer = Result.Result<CalloutAnswer, PluginError>

/** Decides on an answer; `undefined` means that a cancel came first. */
const decide = (answer: Answer | undefined, callouts: StepCallouts): StepDecision => {
  if (answer === undefined) {
    return { state: "cancelled", run: "continue", reason: "cancelled by an operator", kind: "cancelled" }
  }
  if (Result.isFailure(answer)) {
    const { _tag, message } = answer.failure
    const kind = kindOf(answer.failure)
    if (_tag === "Cancelled") return { state: "cancelled", run: "continue", reason: message, kind }
    const reason = "not compensated; the others are still tried"
    return { state: "failed", run: "continue", reason, error: message, kind }
  }
  if (callouts.last()?.probe !== true) {
    return { state: "succeeded", run: "continue", reason: `compensated: answered ${answer.success.status}` }
  }
  return callouts.records().some(({ probe }) => probe !== true)
    ? { state: "succeeded", run: "continue", reason: "the probe says that nothing is left to compensate" }
    : { state: "skipped", run: "continue", reason: "the probe says that it did not happen: nothing to compensate" }
}

export const make = Effect.gen(function*() {
  const settings = yield* Settings
  const sideCallout = yield* AuxiliaryCallout.make
  const clock = yield* Clock.Clock

  const compensate = Effect.fnUntraced(function*({ placed, options, unknown }: Undoing, run: Undone) {
    const { checkpoints, control, scope, resumption } = run
    const document = yield* checkpoints.document
    const { secrets, authProviders } = settings.current()
    const redactor = redactorOf(secrets)
    const startedAt = checkpoints.startedAt()
    const side = { scope: scope.at(document.order), now: startedAt, authProviders }
    const question = placed.step.probe
    const probe = question && sideCallout({ ...side, member: "probe", options: question })
    const interruption = Interruption.ofCompensations(control)
    const callouts = run.openCallouts({
      ...checkpoints.calloutContext(placed.index, document, redactor, resumption),
      interruption,
      probe: probe && Probe.ofCompensation(probe, unknown)
      // A run that undoes what it did does not wait for partners.
    }, false)
    const asked = Effect.flatMap(sideCallout({ ...side, member: "compensate", options }), callouts.callout)
    const call = Effect.result(Effect.catchDefect(asked, (defect) => Effect.fail(toDefect(defect))))
    // What may have been open is recorded even though the run is halted; nothing is sent then.
    const answer = interruption.now() === undefined
      ? yield* Interruption.interruptible(call, interruption)
      : yield* call
    const decision = decide(answer, callouts)
    resumption.mayBeOpen = false
    yield* checkpoints.commit({
      placed,
      decision: redacted(decision, redactor),
      result: undefined,
      startedAt,
      finishedAt: clock.currentTimeMillisUnsafe(),
      records: callouts.pending(),
      skipped: [],
      finish: undefined,
      failedSteps: 0,
      completedStatus: undefined
    })
    return decision.state
  })

  /** Runs the remaining compensations of a run to its end. */
  return Effect.fnUntraced(function*(run: Undone) {
    const { checkpoints, control, steps, ended, resumption } = run
    const known = new Map(checkpoints.held.steps.map(({ index, state }) => [index, state]))
    let failed = false
    for (const undoing of undoings(steps, ended)) {
      const { index } = undoing.placed
      if (!known.has(index) && control.stopping()) return yield* checkpoints.releaseRun(index)
      const halted = Interruption.ofCompensations(control).now() !== undefined
      if (halted && !known.has(index) && !CalloutContext.hasBegun(resumption, index)) break
      failed = (known.get(index) ?? (yield* compensate(undoing, run))) === "failed" || failed
    }
    const cancellation = control.cancellation()
    const state = cancellation !== undefined && !(cancellation.compensate && failed)
      ? "cancelled"
      : failed
      ? "compensation-failed"
      : "failed"
    yield* checkpoints.end({ state }, undefined)
  })
})
