/**
 * Settles a failed step by hand: its record says so, and a retry goes on after it. Contract: section 7, `resolve`.
 */
import { processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { Json } from "@sluice/domain/json/Json"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { type JournalUnavailable, type Resolution, RunNotFound, type StepRow } from "../journal/Journal.ts"
import { PastRuns } from "../journal/PastRuns.ts"
import { Settings } from "../settings/Settings.ts"
import { redactorOf } from "../steps/StepRedaction.ts"

/** The run has no such step. */
export class StepNotFound extends Schema.TaggedError<StepNotFound>()("StepNotFound", { stepId: Schema.String }) {}

/** The step is not one to be settled: the run is open, or the step did not fail, or was settled otherwise. */
export class NotResolvable extends Schema.TaggedError<NotResolvable>()("NotResolvable", { message: Schema.String }) {}

export interface ResolveRequest {
  /** The value of `steps.<id>.output` for later steps, and of `callouts.<id>.body` where the partner never answered. */
  readonly output?: Json
  readonly reason: string
  readonly requestedBy?: string
}

export class ResolveStep extends Context.Service<ResolveStep, {
  /** Answers after the commit. The same request again changes nothing. */
  readonly resolve: (
    processEventId: string,
    stepId: string,
    request: ResolveRequest
  ) => Effect.Effect<void, RunNotFound | StepNotFound | NotResolvable | JournalUnavailable>
}>()("@sluice/engine/ResolveStep") {
  static readonly layer = Layer.effect(ResolveStep, Effect.suspend(() => make))
}

const settled = (step: StepRow, { output, reason, requestedBy }: ResolveRequest, at: number): StepRow => {
  const resolution: Resolution = { reason, at, ...(requestedBy !== undefined && { requestedBy }) }
  const by = requestedBy === undefined ? "" : ` by ${requestedBy}`
  const before = step.error?.message ?? step.reason
  return {
    ...step,
    state: "succeeded",
    reason: `resolved by hand${by}: ${reason}${before === undefined ? "" : ` (it had failed: ${before})`}`,
    ...(output !== undefined && { output }),
    resolution
  }
}

/** Redacts the request: an operator may paste a secret, and resolutions are shown to everyone. */
const withoutSecrets = (request: ResolveRequest, redactor: Redactor): ResolveRequest => {
  const text = JSON.stringify(request)
  return redactor.text(text) === text ? request : redactor.json(request)
}

const same = (step: StepRow, { output, reason }: ResolveRequest): boolean =>
  step.resolution?.reason === reason && JSON.stringify(step.output) === JSON.stringify(output)

const make = Effect.gen(function*() {
  const pastRuns = yield* PastRuns
  const settings = yield* Settings
  const clock = yield* Clock.Clock

  const resolve: ResolveStep["Service"]["resolve"] = Effect.fnUntraced(function*(id, stepId, asked) {
    const request = withoutSecrets(asked, redactorOf(settings.current().secrets))
    const runId = id.startsWith("process_event-") ? uuidOf(id) : undefined
    const past = runId === undefined ? undefined : yield* pastRuns.get(runId)
    if (past === undefined) return yield* new RunNotFound({ runId: id })
    const step = past.steps.find((row) => row.stepId === stepId)
    if (!isFinal(past.state)) {
      return yield* new NotResolvable({ message: `${id} is ${past.state}: wait for its end, or cancel it` })
    }
    if (step === undefined) return yield* new StepNotFound({ stepId })
    if (step.resolution !== undefined) {
      if (same(step, request)) return
      return yield* new NotResolvable({ message: `step ${stepId} was settled already: ${step.reason}` })
    }
    const state = (actual: string) =>
      new NotResolvable({ message: `step ${stepId} is ${actual}: only a failed step is settled by hand` })
    if (step.state !== "failed") return yield* state(step.state)
    const at = clock.currentTimeMillisUnsafe()
    const after = settled(step, request, at)
    const stored = yield* pastRuns.settle(past.runId, after, {
      at: isoOf(at),
      operation: "StepResolved",
      message: `step ${stepId} of ${processEventId(past.runId)} was ${after.reason}`,
      source: "api"
    })
    // Somebody else was quicker; the second look says what they made of it.
    if (!stored) yield* resolve(id, stepId, request)
  })

  return ResolveStep.of({ resolve })
})
