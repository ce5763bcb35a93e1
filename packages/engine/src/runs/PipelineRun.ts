/**
 * One run of a pipeline over an order: for each step decide, call, judge, journal; then finish.
 *
 * A run can be taken up anywhere, because what it does next depends only on what the journal holds.
 * Contract: sections 6 and 10.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import { isLarge, largeLength, turn } from "@sluice/domain/internal/json/LargeText"
import type { Order } from "@sluice/domain/order/Order"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { Cause, Clock, Effect, Result } from "effect"
import * as AuxiliaryCallout from "../callouts/AuxiliaryCallout.ts"
import * as CalloutAttempt from "../callouts/CalloutAttempt.ts"
import * as CalloutContext from "../callouts/CalloutContext.ts"
import * as Probe from "../callouts/Probe.ts"
import * as StepCallouts from "../callouts/StepCallouts.ts"
import type { ExpressionScope } from "../expressions/Expressions.ts"
import * as Interruption from "../interruption/Interruption.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { ClaimedRun, Document, Finish } from "../journal/Journal.ts"
import * as PartnerConcurrency from "../partners/PartnerConcurrency.ts"
import * as PartnerHealth from "../partners/PartnerHealth.ts"
import type { StepPolicy, StepResult } from "../plugins/Plugin.ts"
import { type PluginError, toDefect, Unprepared } from "../plugins/PluginError.ts"
import { Plugins } from "../plugins/Plugins.ts"
import { Settings } from "../settings/Settings.ts"
import { allSkipped, placedSteps, type PlannedStep, skippedRow } from "../steps/PlacedSteps.ts"
import { decide, StepOutcome } from "../steps/StepDecision.ts"
import * as StepPreparation from "../steps/StepPreparation.ts"
import { redacted, redactorOf, withoutSecrets, withoutSecretsInTurns } from "../steps/StepRedaction.ts"
import { expecting } from "../validation/ResponseSchema.ts"
import { SchemaChecker } from "../validation/SchemaChecker.ts"
import { type EndedCalls, endedCalls, endedIn, undoings } from "./Compensation.ts"
import * as CompensationRun from "./CompensationRun.ts"
import * as ExpressionContext from "./ExpressionContext.ts"
import { givenUp } from "./GivenUp.ts"
import * as RunCheckpoints from "./RunCheckpoints.ts"

const failed = (error: PluginError): StepOutcome => StepOutcome.Failed({ error })

/** The run's deadline came before the step's end. */
const isLate = (outcome: StepOutcome): boolean =>
  outcome._tag === "Failed" && outcome.error._tag === "TimedOut" &&
  outcome.error.message === Interruption.deadlineExceeded

/** The policy of a step that ends the run regardless of its own policy. */
const endingPolicy = ({ failedStatus }: Pipeline): StepPolicy => ({
  critical: true,
  tolerated: "failed",
  failedStatus,
  notesFailures: false
})

const finishOf = (state: Finish["state"], failedSteps: number, at: number, reason?: string): Finish => ({
  state,
  failedSteps,
  at,
  ...(reason !== undefined && { reason })
})

/** A run in the middle of its steps. */
interface RunningSteps {
  readonly checkpoints: RunCheckpoints.RunCheckpoints
  readonly pipeline: Pipeline
  readonly steps: ReadonlyArray<PlannedStep>
  readonly ended: ReadonlyArray<EndedCalls>
}

/** The step that is being executed. */
interface OpenStep {
  readonly placed: PlannedStep
  readonly document: Document
  readonly callouts: StepCallouts.StepCallouts
}

/** Logs a defect, with its stack, and makes the step's failure of it. */
const broken = ({ id, name }: Step, defect: unknown): Effect.Effect<StepOutcome> =>
  Effect.as(
    Effect.logError("a step failed with a defect", { stepId: id, plugin: name }, Cause.die(defect)),
    failed(toDefect(defect))
  )

export const make = Effect.gen(function*() {
  const settings = yield* Settings
  const { byName } = yield* Plugins
  const openLedger = yield* RunCheckpoints.make
  const exchange = yield* CalloutAttempt.make
  const prepare = yield* StepPreparation.make
  const undo = yield* CompensationRun.make
  const sideCallout = yield* AuxiliaryCallout.make
  const checker = yield* SchemaChecker
  const clock = yield* Clock.Clock
  const manners = { health: yield* PartnerHealth.make, slots: PartnerConcurrency.make() }
  const openCallouts = StepCallouts.make(exchange, manners, clock)

  /** The probe of a step, with its expressions evaluated in the context of the step. */
  const probeOf = ({ probe: options }: Step, scope: ExpressionScope, now: number): Probe.Probe | undefined =>
    options && Probe.ofStep(
      Effect.suspend(() =>
        sideCallout({ member: "probe", options, scope, now, authProviders: settings.current().authProviders })
      )
    )

  /** Runs the plugin; its typed errors and its result become one outcome. A defect is the plugin's failure. */
  const perform = Effect.fnUntraced(function*(
    placed: PlannedStep,
    pipeline: Pipeline,
    checkpoints: RunCheckpoints.RunCheckpoints,
    scope: ExpressionContext.ExpressionContext,
    callouts: StepCallouts.StepCallouts,
    interruption: Interruption.Interruption,
    order: Order
  ) {
    const { defect, step } = placed
    if (defect !== undefined) return failed(defect)
    const plugin = byName.get(step.name)
    if (plugin === undefined) {
      return failed(new Unprepared({ message: `there is no plugin named ${step.name} in this process` }))
    }
    const prepared = yield* prepare(plugin, step, order, scope.at(order), checkpoints.startedAt())
    if (prepared._tag === "Failed") return failed(prepared.error)
    if (prepared._tag === "Skipped") return prepared.reason
    const { connectors, authProviders } = settings.current()
    const run: Effect.Effect<Result.Result<StepResult, PluginError>> = Effect.tap(
      Effect.result(plugin.run({
        options: prepared.options,
        order,
        orderVersion: order.version,
        step,
        pipeline,
        processEventId: processEventId(checkpoints.held.runId),
        shipmentId: checkpoints.held.shipmentId,
        connectors,
        authProviders,
        startedAt: checkpoints.startedAt(),
        callout: expecting(step, callouts.callout, checker)
      })),
      () => callouts.close
    )
    const halt = interruption.now()
    // A call that may have been open is recorded even though the run is halted; nothing is sent then.
    const result = halt === undefined ? yield* Interruption.interruptible(run, interruption) : yield* run
    if (result === undefined) {
      return failed(Interruption.toPluginError(interruption.now() ?? { _tag: "DeadlineExceeded" }))
    }
    return Result.isSuccess(result) ? StepOutcome.Succeeded({ result: result.success }) : failed(result.failure)
  }, (run, { step }) => Effect.catchDefect(run, (defect) => broken(step, defect)))

  /** Decides how the run goes on after the step, and stores that with it. */
  const settle = Effect.fnUntraced(
    function*(run: RunningSteps, { callouts, document, placed }: OpenStep, outcome: StepOutcome) {
      const { checkpoints, ended, pipeline, steps } = run
      const redactor = redactorOf(settings.current().secrets)
      const late = isLate(outcome)
      const decision = redacted(
        late
          ? { ...decide(outcome, endingPolicy(pipeline)), reason: Interruption.deadlineExceeded }
          : decide(outcome, placed.policy),
        redactor
      )
      const finishedAt = clock.currentTimeMillisUnsafe()
      const failedSteps = checkpoints.failedSteps() + (decision.state === "failed" ? 1 : 0)
      // What follows is folded into this commit where it is known to be nothing.
      const rest = decision.run === "continue"
        ? allSkipped(steps.slice(placed.index + 1), document.order, finishedAt)
        : undefined
      const failure = late ? decision.reason : `${placed.step.id}: ${decision.error ?? decision.reason}`
      const calls = endedCalls(
        { stepId: placed.step.id, phase: placed.phase, state: decision.state },
        callouts.records()
      )
      const compensating = decision.run === "stop" && undoings(steps, [...ended, calls]).length > 0
        ? failure
        : undefined
      const finish = compensating !== undefined
        ? undefined
        : decision.run === "stop"
        ? finishOf("failed", failedSteps, finishedAt, failure)
        : decision.run === "cancel"
        ? finishOf("cancelled", failedSteps, finishedAt, decision.reason)
        : rest === undefined
        ? undefined
        : finishOf("completed", failedSteps, finishedAt)
      const result = outcome._tag === "Failed"
        ? undefined
        : isLarge(outcome.result.patch)
        ? yield* withoutSecretsInTurns(outcome.result, redactor)
        : withoutSecrets(outcome.result, redactor)
      if (document.text.length >= largeLength || isLarge(result?.patch)) yield* Effect.uninterruptible(turn)
      const stored = yield* checkpoints.commit({
        placed,
        decision,
        result,
        startedAt: checkpoints.startedAt(),
        finishedAt,
        records: callouts.pending(),
        skipped: rest ?? [],
        failedSteps,
        finish,
        ...(compensating !== undefined && { compensating }),
        completedStatus: pipeline.completedStatus
      })
      // Not ended although it was to end: what was done is undone first.
      return { stored, calls, compensates: finish !== undefined || compensating !== undefined }
    }
  )

  /** Executes a run to its end, or until this process may no longer hold it. */
  return Effect.fnUntraced(function*(held: ClaimedRun, control: RunSignals) {
    const checkpoints = openLedger(held, control)
    const pipeline = yield* RunCheckpoints.untilAvailable(settings.pipeline(held.pipeline.name, held.pipeline.version))
    if (pipeline === undefined) {
      const reason = `pipeline ${held.pipeline.name} has no version ${held.pipeline.version}`
      return yield* checkpoints.end({ state: "failed", reason }, undefined)
    }
    const reason = givenUp(held)
    if (reason !== undefined) {
      const state = held.compensating ? "compensation-failed" : "failed"
      return yield* checkpoints.end({ state, reason }, held.compensating ? undefined : pipeline.failedStatus)
    }
    const scope = ExpressionContext.make(held, pipeline)
    const steps = placedSteps(pipeline, byName)
    const resumption = CalloutContext.resumption(held)
    const interruption = Interruption.ofSteps(clock, control, held.startedAt, pipeline.deadlineMs)
    const ended = endedIn(held)
    const running: RunningSteps = { checkpoints, pipeline, steps, ended }
    const compensate = undo({ checkpoints, control, scope, steps, ended, resumption, openCallouts })
    if (held.compensating) return yield* compensate

    /** Ends the run between two steps. */
    const halted = (halt: Interruption.InterruptReason) =>
      Effect.gen(function*() {
        const cancellation = halt._tag === "Cancelled" ? halt.cancellation : undefined
        const reason = cancellation?.reason ?? Interruption.deadlineExceeded
        const status = cancellation === undefined ? pipeline.failedStatus : undefined
        if (cancellation?.compensate ?? undoings(steps, ended).length > 0) {
          yield* checkpoints.compensate(reason, status)
          yield* compensate
        } else {
          const state = cancellation === undefined ? "failed" : "cancelled"
          if (!(yield* checkpoints.end({ state, reason }, status))) yield* compensate
        }
      })

    for (const placed of steps.slice(checkpoints.nextIndex)) {
      if (control.stopping()) return yield* checkpoints.releaseRun(placed.index)
      const halt = interruption.now()
      if (halt !== undefined && !CalloutContext.hasBegun(resumption, placed.index)) return yield* halted(halt)
      const document = yield* checkpoints.document
      const because = StepPreparation.skippedBy(placed.step, document.order)
      if (because !== undefined) {
        checkpoints.skip(skippedRow(placed, because, checkpoints.startedAt()))
        continue
      }
      const redactor = redactorOf(settings.current().secrets)
      const callouts = openCallouts({
        ...checkpoints.calloutContext(placed.index, document, redactor, resumption),
        interruption,
        probe: probeOf(placed.step, scope.at(document.order), checkpoints.startedAt())
      }, placed.step.onUnavailable === "hold")
      const outcome = yield* perform(placed, pipeline, checkpoints, scope, callouts, interruption, document.order)
      if (typeof outcome === "string") {
        checkpoints.skip(skippedRow(placed, outcome, checkpoints.startedAt()))
        continue
      }
      resumption.mayBeOpen = false
      const open = { placed, document, callouts }
      // A result that cannot be stored is a defect of the plugin, too.
      const { calls, compensates, stored } = yield* Effect.catchDefect(
        settle(running, open, outcome),
        (defect) => Effect.flatMap(broken(placed.step, defect), (outcome) => settle(running, open, outcome))
      )
      if (stored.ended) return
      ended.push(calls)
      scope.after(stored.row, callouts.last())
      if (compensates) return yield* compensate
    }
    if (!(yield* checkpoints.end({ state: "completed" }, pipeline.completedStatus))) yield* compensate
  })
})
