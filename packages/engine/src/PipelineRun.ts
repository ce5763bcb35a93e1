/**
 * One run of a pipeline over an order: for each step decide, call, judge, journal; then finish.
 *
 * A run can be taken up anywhere, because what it does next depends only on what the journal holds.
 * Contract: sections 6 and 10.
 */
import type { Order } from "@sluice/domain/Order"
import type { Pipeline } from "@sluice/domain/Pipeline"
import { makeRedactor, type Redactor } from "@sluice/domain/Redaction"
import { Clock, Effect, Result } from "effect"
import * as CalloutExchange from "./CalloutExchange.ts"
import type { Finish, HeldRun, StepRow } from "./Journal.ts"
import type { AnyPlugin, StepPolicy, StepResult } from "./Plugin.ts"
import { type PluginError, Unprepared } from "./PluginError.ts"
import { Plugins } from "./Plugins.ts"
import type { RunControl } from "./RunControl.ts"
import * as RunLedger from "./RunLedger.ts"
import * as RunScope from "./RunScope.ts"
import { Settings } from "./Settings.ts"
import * as StepCallouts from "./StepCallouts.ts"
import { decide, type StepDecision, StepOutcome } from "./StepDecision.ts"
import type { PlacedStep } from "./StepEntry.ts"
import * as StepPreparation from "./StepPreparation.ts"

/** How often a run may change hands without progress. */
export const maxTakeovers = 5

/** The steps of a pipeline in the order in which they run. Post-processing never stops a run. */
const placedSteps = (pipeline: Pipeline, plugins: ReadonlyMap<string, AnyPlugin>): ReadonlyArray<PlacedStep> => [
  ...pipeline.steps.map((step, index): PlacedStep => ({
    index,
    phase: "steps",
    step,
    critical: plugins.get(step.name)?.policy(step, pipeline).critical ?? step.critical ?? false
  })),
  ...pipeline.postProcessing.map((step, index): PlacedStep => ({
    index: pipeline.steps.length + index,
    phase: "postProcessing",
    step,
    critical: false
  }))
]

const policyOf = (plugin: AnyPlugin | undefined, placed: PlacedStep, pipeline: Pipeline): StepPolicy => ({
  tolerated: "failed",
  failedStatus: pipeline.failedStatus,
  notesFailures: false,
  ...plugin?.policy(placed.step, pipeline),
  critical: placed.critical
})

const skippedRow = ({ index, phase, step, critical }: PlacedStep, reason: string, at: number): StepRow => ({
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
const allSkipped = (steps: ReadonlyArray<PlacedStep>, order: Order, at: number): ReadonlyArray<StepRow> | undefined => {
  const rows: Array<StepRow> = []
  for (const placed of steps) {
    const reason = StepPreparation.skippedBy(placed.step, order)
    if (reason === undefined) return undefined
    rows.push(skippedRow(placed, reason, at))
  }
  return rows
}

/** Redactors are compiled once for a set of secrets. */
const redactors = new WeakMap<ReadonlyArray<string>, Redactor>()

const redactorOf = (secrets: ReadonlyArray<string>): Redactor => {
  let redactor = redactors.get(secrets)
  if (redactor === undefined) {
    redactor = makeRedactor(secrets)
    redactors.set(secrets, redactor)
  }
  return redactor
}

const failed = (error: PluginError): StepOutcome => StepOutcome.Failed({ error })

const finishOf = (state: Finish["state"], failedSteps: number, at: number, reason?: string): Finish => ({
  state,
  failedSteps,
  at,
  ...(reason !== undefined && { reason })
})

export const make = Effect.gen(function*() {
  const settings = yield* Settings
  const { byName } = yield* Plugins
  const openLedger = yield* RunLedger.make
  const exchange = yield* CalloutExchange.make
  const prepare = yield* StepPreparation.make
  const clock = yield* Clock.Clock

  /** Runs the plugin; its typed errors and its result become one outcome. A defect is the plugin's failure. */
  const perform = Effect.fnUntraced(function*(
    placed: PlacedStep,
    pipeline: Pipeline,
    ledger: RunLedger.RunLedger,
    scope: RunScope.RunScope,
    callouts: StepCallouts.StepCallouts,
    order: Order
  ) {
    const { step } = placed
    const plugin = byName.get(step.name)
    if (plugin === undefined) {
      return failed(new Unprepared({ message: `there is no plugin named ${step.name} in this process` }))
    }
    const prepared = yield* prepare(plugin, step, scope.at(order), ledger.startedAt())
    if (prepared._tag === "Failed") return failed(prepared.error)
    if (prepared._tag === "Skipped") return prepared.reason
    const { connectors, authProviders } = settings.current()
    const result: Result.Result<StepResult, PluginError> = yield* Effect.result(plugin.run({
      options: prepared.options,
      order,
      orderVersion: order.version,
      step,
      pipeline,
      shipmentId: ledger.held.shipmentId,
      connectors,
      authProviders,
      startedAt: ledger.startedAt(),
      callout: callouts.callout
    }))
    return Result.isSuccess(result) ? StepOutcome.Succeeded({ result: result.success }) : failed(result.failure)
  })

  /** Executes a run to its end, or until this process may no longer hold it. */
  return Effect.fnUntraced(function*(held: HeldRun, control: RunControl) {
    const ledger = openLedger(held, control)
    const pipeline = yield* RunLedger.untilAvailable(settings.pipeline(held.pipeline.name, held.pipeline.version))
    if (pipeline === undefined) {
      const reason = `pipeline ${held.pipeline.name} has no version ${held.pipeline.version}`
      return yield* ledger.end({ state: "failed", reason }, undefined)
    }
    if (held.takeovers > maxTakeovers) {
      return yield* ledger.end({ state: "failed", reason: "worker-lost" }, pipeline.failedStatus)
    }
    const scope = RunScope.make(held, pipeline)
    const steps = placedSteps(pipeline, byName)
    const resumption = StepCallouts.resumption(held)

    for (const placed of steps.slice(ledger.nextIndex)) {
      if (control.stopping()) yield* ledger.handOver(placed.index)
      const document = yield* ledger.document
      const because = StepPreparation.skippedBy(placed.step, document.order)
      if (because !== undefined) {
        ledger.skip(skippedRow(placed, because, ledger.startedAt()))
        continue
      }
      const redactor = redactorOf(settings.current().secrets)
      const callouts = StepCallouts.make(exchange, ledger.calloutScope(placed.index, document, redactor, resumption))
      const outcome = yield* perform(placed, pipeline, ledger, scope, callouts, document.order)
      if (typeof outcome === "string") {
        ledger.skip(skippedRow(placed, outcome, ledger.startedAt()))
        continue
      }
      const decision = redacted(decide(outcome, policyOf(byName.get(placed.step.name), placed, pipeline)), redactor)
      const finishedAt = clock.currentTimeMillisUnsafe()
      const failedSteps = ledger.failedSteps() + (decision.state === "failed" ? 1 : 0)
      // What follows is folded into this commit where it is known to be nothing.
      const rest = decision.run === "continue"
        ? allSkipped(steps.slice(placed.index + 1), document.order, finishedAt)
        : undefined
      const finish = decision.run === "stop"
        ? finishOf("failed", failedSteps, finishedAt, `${placed.step.id}: ${decision.error ?? decision.reason}`)
        : decision.run === "cancel"
        ? finishOf("cancelled", failedSteps, finishedAt, decision.reason)
        : rest === undefined
        ? undefined
        : finishOf("completed", failedSteps, finishedAt)
      resumption.mayBeOpen = false
      const row = yield* ledger.commit({
        placed,
        decision,
        result: outcome._tag === "Succeeded" ? withoutSecrets(outcome.result, redactor) : undefined,
        startedAt: ledger.startedAt(),
        finishedAt,
        records: callouts.pending(),
        skipped: rest ?? [],
        finish,
        completedStatus: pipeline.completedStatus
      })
      if (finish !== undefined) return
      scope.after(row, callouts.last())
    }
    yield* ledger.end({ state: "completed" }, pipeline.completedStatus)
  })
})

/** A partner that sends back what it was sent must not write a secret into the order. */
const withoutSecrets = (result: StepResult, redactor: Redactor): StepResult => {
  const text = JSON.stringify(result)
  const shown = redactor.text(text)
  return shown === text ? result : JSON.parse(shown)
}

/** What a partner said may hold a secret that it was sent. */
const redacted = (decision: StepDecision, redactor: Redactor): StepDecision => ({
  ...decision,
  reason: redactor.text(decision.reason),
  ...(decision.error !== undefined && { error: redactor.text(decision.error) }),
  ...(decision.note !== undefined && { note: redactor.text(decision.note) }),
  ...(decision.history !== undefined && { history: redactor.text(decision.history) })
})

export type PipelineRun = Effect.Success<typeof make>
