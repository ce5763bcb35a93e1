/**
 * One run of a pipeline over an order: for each step decide, call, judge, journal; then finish.
 *
 * A run can be taken up anywhere, because what it does next depends only on what the journal holds.
 * Contract: sections 6 and 10.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { PartnerTurns } from "@sluice/http-client/internal/PartnerTurns"
import { Clock, Effect } from "effect"
import * as AuxiliaryCallout from "../callouts/AuxiliaryCallout.ts"
import * as CalloutAttempt from "../callouts/CalloutAttempt.ts"
import * as CalloutContext from "../callouts/CalloutContext.ts"
import { deferredResult } from "../callouts/DeferredCallout.ts"
import * as Probe from "../callouts/Probe.ts"
import * as StepCallouts from "../callouts/StepCallouts.ts"
import type { ExpressionScope } from "../expressions/Expressions.ts"
import * as Interruption from "../interruption/Interruption.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { ClaimedRun } from "../journal/Journal.ts"
import { untilAvailable } from "../journal/UntilAvailable.ts"
import * as PartnerConcurrency from "../partners/PartnerConcurrency.ts"
import * as PartnerHealth from "../partners/PartnerHealth.ts"
import type { StepInput, StepPolicy } from "../plugins/Plugin.ts"
import { isPluginError, type PluginError, toDefect, Unprepared } from "../plugins/PluginError.ts"
import { Plugins } from "../plugins/Plugins.ts"
import { Settings } from "../settings/Settings.ts"
import { allSkipped, placedSteps, type PlannedStep } from "../steps/PlacedSteps.ts"
import { outcomeOf } from "../steps/StepCommit.ts"
import { decide, StepOutcome } from "../steps/StepDecision.ts"
import * as StepPreparation from "../steps/StepPreparation.ts"
import { expecting } from "../validation/ResponseSchema.ts"
import { SchemaChecker, type SchemaCheckerService } from "../validation/SchemaChecker.ts"
import { type EndedCalls, endedCalls, endedIn, undoings } from "./Compensation.ts"
import * as CompensationRun from "./CompensationRun.ts"
import * as ExpressionContext from "./ExpressionContext.ts"
import { givenUp } from "./GivenUp.ts"
import * as RunCheckpoints from "./RunCheckpoints.ts"
import { broken, type OpenTask, performed, type RunInProgress, type Task } from "./StepLoop.ts"
import * as StepLoop from "./StepLoop.ts"

const failed = (error: PluginError): StepOutcome => StepOutcome.Failed({ error })

/** An error that is not the engine's, which types forbid, is the plugin's defect. */
const failure = (error: unknown): StepOutcome => failed(isPluginError(error) ? error : toDefect(error))

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

/** A run in the middle of its steps. */
interface RunningSteps extends RunInProgress {
  readonly pipeline: Pipeline
  readonly steps: ReadonlyArray<PlannedStep>
  readonly scope: ExpressionContext.ExpressionContext
  readonly interruption: Interruption.Interruption
  /** The steps that have ended, with what has to be undone of them. */
  readonly ended: Array<EndedCalls>
}

/** The steps in the order of the pipeline; where a failure leads. */
const follow =
  ({ ended, steps }: RunningSteps, placed: PlannedStep): Task["follow"] =>
  (decision, outcome, { callouts, document }, at) => {
    // If all following steps are skipped, this commit ends the run as well.
    const rest = decision.run === "continue"
      ? allSkipped(steps.slice(placed.index + 1), document.order, at)
      : undefined
    const { phase, step: { id: stepId } } = placed
    const undoes = decision.run === "stop"
      && undoings(steps, [...ended, endedCalls({ stepId, phase, state: decision.state }, callouts.records())]).length >
        0
    return {
      outcome: outcomeOf({ stepId, decision, late: isLate(outcome), last: rest !== undefined, undoes }),
      skipped: rest ?? []
    }
  }

/** The services that runs are executed with; one for each process. Per run there are no generator functions: docs/adr/0002. */
interface Services {
  readonly settings: Settings["Service"]
  readonly plugins: Plugins["Service"]["byName"]
  readonly checker: SchemaCheckerService
  readonly clock: Clock.Clock
  readonly openCheckpoints: Effect.Success<typeof RunCheckpoints.make>
  readonly openCallouts: StepCallouts.OpenCallouts
  readonly prepare: Effect.Success<typeof StepPreparation.make>
  readonly loop: Effect.Success<typeof StepLoop.make>
  readonly undo: Effect.Success<typeof CompensationRun.make>
  readonly sideCallout: Effect.Success<typeof AuxiliaryCallout.make>
}

/** The probe of a step, with its expressions evaluated in the context of the step. */
const probeOf = (
  { settings, sideCallout }: Services,
  { probe: options }: Step,
  scope: ExpressionScope,
  now: number
): Probe.Probe | undefined =>
  options && Probe.ofStep(
    Effect.suspend(() =>
      sideCallout({ member: "probe", options, scope, now, authProviders: settings.current().authProviders })
    )
  )

/** Runs the plugin; its typed errors and its result become one outcome. A defect is the plugin's failure. */
const perform = Effect.fnUntraced(function*(
  { checker, plugins, prepare, settings }: Services,
  run: RunningSteps,
  placed: PlannedStep,
  open: OpenTask
) {
  const { checkpoints, interruption, pipeline, scope } = run
  const { callouts, document } = open
  const { order } = document
  const { defect, step } = placed
  if (defect !== undefined) return failed(defect)
  const plugin = plugins.get(step.name)
  if (plugin === undefined) {
    return failed(new Unprepared({ message: `there is no plugin named ${step.name} in this process` }))
  }
  const prepared = yield* prepare(plugin, step, order, scope.at(order), checkpoints.startedAt())
  if (prepared._tag === "Failed") return failed(prepared.error)
  if (prepared._tag === "Skipped") return prepared.reason
  const { connectors, authProviders } = settings.current()
  const { held } = checkpoints
  const input: StepInput<unknown> = {
    options: prepared.options,
    order,
    orderVersion: order.version,
    step,
    pipeline,
    processEventId: processEventId(held.runId),
    shipmentId: held.shipmentId,
    connectors,
    authProviders,
    startedAt: checkpoints.startedAt(),
    callout: expecting(step, callouts.callout, checker),
    once: callouts.once
  }
  const result = step.blocking === false && plugin.deferred !== undefined
    ? Effect.map(
      plugin.deferred(input),
      (deferred) => deferredResult({ held, index: placed.index, step, pipeline, document }, deferred)
    )
    : plugin.run(input)
  const work = Effect.tap(
    Effect.match(result, { onFailure: failure, onSuccess: (result) => StepOutcome.Succeeded({ result }) }),
    () => callouts.close
  )
  const interrupted = interruption.now()
  const outcome = yield* performed(work, interruption)
  // The run was interrupted before this step, and a takeover could not know that nothing of it had begun.
  return interrupted !== undefined && outcome._tag === "Succeeded" && callouts.records().length === 0
      && callouts.effects() === undefined
    ? failed(Interruption.toPluginError(interrupted))
    : outcome
}, (work, _services, _run, { step }) => Effect.catchDefect(work, (defect) => broken(step, defect)))

const taskOf = (services: Services, run: RunningSteps, placed: PlannedStep): Task => {
  const { checkpoints, ended, interruption, pipeline, scope } = run
  const { step } = placed
  return {
    placed,
    interruption,
    holds: step.onUnavailable === "hold",
    isAnsweredLater: step.awaitCallback !== undefined,
    completedStatus: pipeline.completedStatus,
    skippedBy: (order) => StepPreparation.skippedBy(step, order),
    probe: ({ order }) => probeOf(services, step, scope.at(order), checkpoints.startedAt()),
    perform: (open) => perform(services, run, placed, open),
    decide: (outcome) =>
      isLate(outcome)
        ? { ...decide(outcome, endingPolicy(pipeline)), reason: Interruption.deadlineExceeded }
        : decide(outcome, placed.policy),
    follow: follow(run, placed),
    after: (row, { callouts }) => {
      ended.push(endedCalls(row, callouts.records()))
      return scope.after(row, callouts.last())
    }
  }
}

/** Ends a run that was interrupted between two steps. */
const endBetween = Effect.fnUntraced(
  function*({ undo }: Services, run: RunningSteps, halt: Interruption.InterruptReason) {
    const { checkpoints, ended, pipeline, steps } = run
    const cancellation = halt._tag === "Cancelled" ? halt.cancellation : undefined
    const reason = cancellation?.reason ?? Interruption.deadlineExceeded
    const status = cancellation === undefined ? pipeline.failedStatus : undefined
    if (cancellation?.compensate ?? undoings(steps, ended).length > 0) {
      yield* checkpoints.compensate(reason, status)
      return yield* undo(run)
    }
    const state = cancellation === undefined ? "failed" : "cancelled"
    if (!(yield* checkpoints.end({ state, reason }, status))) yield* undo(run)
  }
)

/** Executes a run to its end, or until this process may no longer hold it. */
const execute = Effect.fnUntraced(function*(services: Services, held: ClaimedRun, control: RunSignals) {
  const { clock, loop, openCallouts, openCheckpoints, plugins, settings, undo } = services
  const checkpoints = openCheckpoints(held, control)
  const pipeline = yield* untilAvailable(settings.pipeline(held.pipeline.name, held.pipeline.version))
  if (pipeline === undefined) {
    const reason = `pipeline ${held.pipeline.name} has no version ${held.pipeline.version}`
    return yield* checkpoints.end({ state: "failed", reason }, undefined)
  }
  const reason = givenUp(held)
  if (reason !== undefined) {
    const state = held.compensating ? "compensation-failed" : "failed"
    return yield* checkpoints.end({ state, reason }, held.compensating ? undefined : pipeline.failedStatus)
  }
  const running: RunningSteps = {
    checkpoints,
    control,
    openCallouts,
    pipeline,
    scope: yield* ExpressionContext.make(held, pipeline),
    steps: placedSteps(pipeline, plugins),
    resumption: CalloutContext.resumption(held),
    interruption: Interruption.ofSteps(clock, control, held.startedAt, pipeline.deadlineMs),
    ended: endedIn(held)
  }
  if (held.compensating) return yield* undo(running)
  const left = running.steps.slice(checkpoints.nextIndex)
  const exit = yield* loop(running, left.map((placed) => taskOf(services, running, placed)))
  switch (exit._tag) {
    case "Ended":
      return
    case "Compensates":
      return yield* undo(running)
    case "Interrupted":
      return yield* endBetween(services, running, exit.reason)
    case "Finished":
      if (!(yield* checkpoints.end({ state: "completed" }, pipeline.completedStatus))) yield* undo(running)
  }
})

export const make = Effect.gen(function*() {
  const exchange = yield* CalloutAttempt.make
  const clock = yield* Clock.Clock
  const manners = {
    health: yield* PartnerHealth.make,
    slots: PartnerConcurrency.make(),
    turns: yield* PartnerTurns
  }
  const services: Services = {
    settings: yield* Settings,
    plugins: (yield* Plugins).byName,
    checker: yield* SchemaChecker,
    clock,
    openCheckpoints: yield* RunCheckpoints.make,
    openCallouts: StepCallouts.make(exchange, manners, clock),
    prepare: yield* StepPreparation.make,
    loop: yield* StepLoop.make,
    undo: yield* CompensationRun.make,
    sideCallout: yield* AuxiliaryCallout.make
  }
  return (held: ClaimedRun, control: RunSignals) => execute(services, held, control)
})
