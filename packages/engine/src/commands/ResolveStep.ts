/**
 * Settles a step by hand. A failed step's record says so, and a retry goes on after it; a step that waits for a callback
 * is answered in the partner's place, and its run goes on. Contract: section 7, `resolve`; section 6, "Waiting for a
 * callback".
 */
import { processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { isSmall, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { remember } from "@sluice/domain/internal/json/KnownTexts"
import { turnFor } from "@sluice/domain/internal/json/LargeText"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { equals, type Json } from "@sluice/domain/json/Json"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import type { Resolution } from "../journal/Callback.ts"
import { Journal, type JournalUnavailable, RunNotFound, type StepRow } from "../journal/Journal.ts"
import { type PastRun, PastRuns } from "../journal/PastRuns.ts"
import { Settings } from "../settings/Settings.ts"
import { byHand } from "../steps/StepCommit.ts"
import { redactorOf } from "../steps/StepRedaction.ts"

/** The run has no such step. */
export class StepNotFound extends Schema.TaggedError<StepNotFound>()("StepNotFound", { stepId: Schema.String }) {}

/** The step neither failed nor waits for a callback, or its run is open, or it was settled otherwise. */
export class NotResolvable extends Schema.TaggedError<NotResolvable>()("NotResolvable", { message: Schema.String }) {}

export interface ResolveRequest {
  /**
   * The value of `steps.<id>.output` for later steps, and of `callouts.<id>.body` where the partner never answered; for a
   * step that waits for a callback the body of the answer.
   */
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
  const before = step.error?.message ?? step.reason
  return {
    ...step,
    state: "succeeded",
    reason: `${byHand(resolution)}${before === undefined ? "" : ` (it had failed: ${before})`}`,
    ...(output !== undefined && { output }),
    resolution
  }
}

/** Redacts the request: an operator may paste a secret, and resolutions are shown to everyone. */
const withoutSecrets = Effect.fnUntraced(function*(request: ResolveRequest, redactor: Redactor) {
  const text = yield* writeJson(request)
  yield* turnFor(text.length)
  const isClean = redactor.text(text) === text
  yield* turnFor(text.length)
  const safe = isClean ? request : redactor.json(request)
  if (!isSmall(safe.output)) remember(safe.output, yield* writeJson(safe.output))
  return safe
})

const same = (step: StepRow, { output, reason }: ResolveRequest): boolean =>
  step.resolution?.reason === reason
  && (step.resolution.callback === true || equals(step.output, output))

/** The step that the run waits for the callback of, by id and position. */
export const awaitedStep = ({ state, wait }: PastRun): { readonly id: string; readonly index: number } | undefined =>
  state === "waiting" && wait?.callback !== undefined ? { id: wait.callback, index: wait.index } : undefined

const make = Effect.gen(function*() {
  const journal = yield* Journal
  const pastRuns = yield* PastRuns
  const settings = yield* Settings
  const clock = yield* Clock.Clock

  /** Answers for the partner that the step waits for. */
  const answer = Effect.fnUntraced(function*(past: PastRun, index: number, stepId: string, request: ResolveRequest) {
    const { output, reason, requestedBy } = request
    const at = clock.currentTimeMillisUnsafe()
    const resolution: Resolution = { reason, at, ...(requestedBy !== undefined && { requestedBy }) }
    const isTaken = yield* journal.answerCallback(past.runId, index, {
      answer: {
        headers: output === undefined ? {} : { "content-type": "application/json" },
        body: Utf8.encode(output === undefined ? "" : yield* writeJson(output)),
        at,
        resolution
      },
      history: {
        at: isoOf(at),
        operation: "StepResolved",
        message: `step ${stepId} of ${processEventId(past.runId)} was ${byHand(resolution)}`,
        source: "api"
      }
    })
    if (isTaken) return
    const taken = yield* journal.callbackAnswer(past.runId, index)
    if (taken?.resolution?.reason === reason) return
    return yield* new NotResolvable({ message: `step ${stepId} was answered already, or waits no more` })
  })

  /** Answers whether a run that has not ended has the step or may still reach it. */
  const hasStep = ({ pipeline, steps }: PastRun, stepId: string) =>
    steps.some((row) => row.stepId === stepId)
      ? Effect.succeed(true)
      : Effect.map(
        settings.pipeline(pipeline.name, pipeline.version),
        (version) =>
          version === undefined || [...version.steps, ...version.postProcessing].some(({ id }) => id === stepId)
      )

  const resolve: ResolveStep["Service"]["resolve"] = Effect.fnUntraced(function*(id, stepId, asked) {
    const request = yield* withoutSecrets(asked, redactorOf(settings.current().secrets))
    const runId = id.startsWith("process_event-") ? uuidOf(id) : undefined
    const past = runId === undefined ? undefined : yield* pastRuns.get(runId)
    if (past === undefined) return yield* new RunNotFound({ runId: id })
    const step = past.steps.find((row) => row.stepId === stepId)
    const awaited = awaitedStep(past)
    if (awaited?.id === stepId) return yield* answer(past, awaited.index, stepId, request)
    if (!isFinal(past.state) && !(yield* hasStep(past, stepId))) return yield* new StepNotFound({ stepId })
    if (!isFinal(past.state) && !(step?.resolution !== undefined && same(step, request))) {
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
    // Another request was quicker: the second look finds its result.
    if (!stored) yield* resolve(id, stepId, request)
  })

  return ResolveStep.of({ resolve })
})
