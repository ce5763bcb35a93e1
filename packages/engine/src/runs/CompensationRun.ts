/**
 * Undoes what a run did: the compensations one after the other, once each, recorded as steps; then the run's end.
 * Contract: section 6, "Failure of a run".
 */
import { Clock, Effect, Result } from "effect"
import * as SideCallout from "../callouts/AuxiliaryCallout.ts"
import * as CalloutScope from "../callouts/CalloutContext.ts"
import * as Probe from "../callouts/Probe.ts"
import type { OpenCallouts, StepCallouts } from "../callouts/StepCallouts.ts"
import * as Halting from "../interruption/Interruption.ts"
import type { RunControl } from "../interruption/RunSignals.ts"
import type { CalloutAnswer } from "../plugins/Callout.ts"
import type { PluginError } from "../plugins/PluginError.ts"
import { Settings } from "../settings/Settings.ts"
import type { PlacedStep } from "../steps/StepCommit.ts"
import type { StepDecision } from "../steps/StepDecision.ts"
import { redacted, redactorOf } from "../steps/StepRedaction.ts"
import { type EndedCalls, type Undoing, undoings } from "./Compensation.ts"
import type { RunScope } from "./ExpressionContext.ts"
import type { RunLedger } from "./RunCheckpoints.ts"

/** The run whose steps are over. */
export interface Undone {
  readonly ledger: RunLedger
  readonly control: RunControl
  readonly scope: RunScope
  readonly steps: ReadonlyArray<PlacedStep>
  readonly ended: ReadonlyArray<EndedCalls>
  readonly resumption: CalloutScope.Resumption
  readonly openCallouts: OpenCallouts
}

type Answer = Result.Result<CalloutAnswer, PluginError>

/** What the answer means, or (`undefined`) that a cancel came before it. */
const decide = (answer: Answer | undefined, callouts: StepCallouts): StepDecision => {
  if (answer === undefined) return { state: "cancelled", run: "continue", reason: "cancelled by an operator" }
  if (Result.isFailure(answer)) {
    const { _tag, message } = answer.failure
    return _tag === "Cancelled"
      ? { state: "cancelled", run: "continue", reason: message }
      : { state: "failed", run: "continue", reason: "not compensated; the others are still tried", error: message }
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
  const sideCallout = yield* SideCallout.make
  const clock = yield* Clock.Clock

  const compensate = Effect.fnUntraced(function*({ placed, options, unknown }: Undoing, run: Undone) {
    const { ledger, control, scope, resumption } = run
    const document = yield* ledger.document
    const { secrets, authProviders } = settings.current()
    const redactor = redactorOf(secrets)
    const startedAt = ledger.startedAt()
    const side = { scope: scope.at(document.order), now: startedAt, authProviders }
    const question = placed.step.probe
    const probe = question && sideCallout({ ...side, member: "probe", options: question })
    const halting = Halting.ofCompensations(control)
    const callouts = run.openCallouts({
      ...ledger.calloutScope(placed.index, document, redactor, resumption),
      halting,
      probe: probe && Probe.ofCompensation(probe, unknown)
      // A run that undoes what it did does not wait for partners.
    }, false)
    const call = Effect.result(
      Effect.flatMap(sideCallout({ ...side, member: "compensate", options }), callouts.callout)
    )
    // What may have been open is recorded even though the run is halted; nothing is sent then.
    const answer = halting.now() === undefined ? yield* Halting.orHalted(call, halting) : yield* call
    const decision = decide(answer, callouts)
    resumption.mayBeOpen = false
    yield* ledger.commit({
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

  /** From wherever the run stands in its compensations to its end. */
  return Effect.fnUntraced(function*(run: Undone) {
    const { ledger, control, steps, ended, resumption } = run
    const known = new Map(ledger.held.steps.map(({ index, state }) => [index, state]))
    let failed = false
    for (const undoing of undoings(steps, ended)) {
      const { index } = undoing.placed
      if (!known.has(index) && control.stopping()) return yield* ledger.handOver(index)
      const halted = Halting.ofCompensations(control).now() !== undefined
      if (halted && !known.has(index) && !CalloutScope.hasBegun(resumption, index)) break
      failed = (known.get(index) ?? (yield* compensate(undoing, run))) === "failed" || failed
    }
    const cancellation = control.cancellation()
    const state = cancellation !== undefined && !(cancellation.compensate && failed)
      ? "cancelled"
      : failed
      ? "compensation-failed"
      : "failed"
    yield* ledger.end({ state }, undefined)
  })
})
