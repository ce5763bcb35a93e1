/**
 * Retries a run that has ended: a new run over the same order, which goes on where the old one stopped.
 * Contract: sections 5, 6 (last sentence) and 7.
 */
import { processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import * as Json from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Digest } from "effect/crypto"
import {
  type Document,
  IntakeConflict,
  type IntakeError,
  Journal,
  type Reprocess,
  RunNotFound,
  type SetAside
} from "../journal/Journal.ts"
import { sameFingerprint } from "../journal/JournalRules.ts"
import { type PastRun, PastRuns } from "../journal/PastRuns.ts"
import { Plugins } from "../plugins/Plugins.ts"
import { Settings } from "../settings/Settings.ts"
import { changeOrder } from "../steps/OrderChange.ts"
import { placedSteps } from "../steps/PlacedSteps.ts"
import { redactorOf } from "../steps/StepRedaction.ts"
import { Intake, pauseOf, type Receipt } from "./Intake.ts"
import { planRetry } from "./RetryPlan.ts"

/** The run cannot be retried like this. Nothing was stored. */
export class RetryRefused extends Schema.TaggedError<RetryRefused>()("RetryRefused", {
  path: Schema.String,
  message: Schema.String
}) {}

export interface RetryRequest {
  /** The step to go on at; absent: where the run stopped. */
  readonly from?: string
  /** The pipeline version to run: the original one, or the newest. Default `original`. */
  readonly pipeline?: "original" | "current"
  /** Secrets in it are redacted before it is stored. */
  readonly reason?: string
  /** Sends under new keys even where the outcome of the old requests is unknown. */
  readonly newKey?: boolean
  readonly idempotencyKey?: string
  /** The requester: the name of the API key. */
  readonly requestedBy?: string
}

export class RetryRun extends Context.Service<RetryRun, {
  /** Answers after the commit. `IntakeConflict` where the run or another retry of it is open. */
  readonly retry: (
    processEventId: string,
    request: RetryRequest
  ) => Effect.Effect<Receipt, RunNotFound | RetryRefused | IntakeError>
}>()("@sluice/engine/Retry") {
  static readonly layer = Layer.effect(RetryRun, Effect.suspend(() => make))
}

/** The order with the status that the failure replaced, unless it was changed since. */
const putBack = (
  document: Document,
  setAside: SetAside | undefined,
  past: PastRun,
  now: number
): Pick<Reprocess, "write" | "history"> => {
  if (setAside === undefined || document.order.status !== setAside.after) return {}
  const at = isoOf(now)
  const changed = changeOrder(document, { status: setAside.before }, () => at)
  return changed.document === undefined ? {} : {
    write: { seen: document.order.version, document: changed.document, before: document.order },
    history: [{
      at,
      operation: "StatusChanged",
      message: `status put back because ${processEventId(past.runId)} is retried`,
      source: "api",
      before: { status: setAside.after },
      after: { status: setAside.before }
    }]
  }
}

const refuse = ({ path, message }: Fault) => new RetryRefused({ path, message })

const servicesOf = Effect.gen(function*() {
  const journal = yield* Journal
  const pastRuns = yield* PastRuns
  const settings = yield* Settings
  const intake = yield* Intake
  const digest = yield* Digest.Digest
  const { byName } = yield* Plugins
  const clock = yield* Clock.Clock
  return { byName, clock, digest, intake, journal, pastRuns, settings }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const fingerprintOf = ({ digest }: Services, id: string, { from, pipeline, reason, newKey }: RetryRequest) =>
  digest.digest(
    Digest.sha256,
    Utf8.encode(Json.canonical({
      retryOf: id,
      from: from ?? null,
      pipeline: pipeline ?? null,
      reason: reason ?? null,
      newKey: newKey ?? null
    }))
  )

/** Answers a repeated request first: the answer does not depend on what happened to the run since. */
const repeated = Effect.fnUntraced(
  function*({ intake, pastRuns }: Services, past: PastRun, key: string, fingerprint: Uint8Array) {
    const { orderId, pipeline } = past
    const known = yield* pastRuns.keyed(orderId, key)
    if (known === undefined) return undefined
    if (!sameFingerprint(known.fingerprint, fingerprint)) {
      return yield* new IntakeConflict({
        message: `Idempotency-Key ${JSON.stringify(key)} was used for another request about order ${orderId}`
      })
    }
    const { runId, eventId, state } = known
    return yield* intake.open(
      Effect.succeed({ _tag: "Repeated", orderId, runId, eventId, state } as const),
      pipeline.name
    )
  }
)

const pipelineFor = Effect.fnUntraced(
  function*({ settings }: Services, { pipeline: { name, version } }: PastRun, current: boolean) {
    const original = yield* settings.pipeline(name, version)
    const target = current ? settings.current().pipelines.find((one) => one.name === name) : original
    return target === undefined
      ? yield* new RetryRefused({
        path: "pipeline",
        message: current
          ? `${name} is no longer there: retry with pipeline "original"`
          : `${name} has no version ${version} any more: retry with pipeline "current"`
      })
      : { original, target }
  }
)

const retry = Effect.fnUntraced(function*(services: Services, id: string, request: RetryRequest) {
  const { byName, clock, intake, journal, pastRuns, settings } = services
  const runId = id.startsWith("process_event-") ? uuidOf(id) : undefined
  const past = runId === undefined ? undefined : yield* pastRuns.get(runId)
  if (past === undefined) return yield* new RunNotFound({ runId: id })
  const { orderId } = past
  const { idempotencyKey, requestedBy, reason } = request
  const fingerprint = idempotencyKey === undefined ? undefined : yield* fingerprintOf(services, id, request)
  if (idempotencyKey !== undefined && fingerprint !== undefined) {
    const receipt = yield* repeated(services, past, idempotencyKey, fingerprint)
    if (receipt !== undefined) return receipt
  }
  if (!isFinal(past.state)) {
    return yield* new IntakeConflict({ message: `${id} is ${past.state}: it can be retried when it has ended` })
  }
  const { original, target } = yield* pipelineFor(services, past, request.pipeline === "current")
  const plan = planRetry({
    past,
    original: original === undefined ? [] : placedSteps(original, byName),
    target: placedSteps(target, byName),
    from: request.from,
    newKey: request.newKey === true
  })
  if ("fault" in plan) return yield* refuse(plan.fault)
  const run = {
    runId: yield* newUuid,
    pipeline: { name: target.name, version: target.version },
    createdAt: clock.currentTimeMillisUnsafe(),
    retryOf: past.runId,
    ...(past.shipmentId !== undefined && { shipmentId: past.shipmentId }),
    ...(plan.fromStep !== undefined && { fromStep: plan.fromStep }),
    ...(reason !== undefined && { retryReason: redactorOf(settings.current().secrets).text(reason) }),
    ...(requestedBy !== undefined && { requestedBy }),
    ...(plan.inheritedKeys.length > 0 && { inheritedKeys: plan.inheritedKeys }),
    ...pauseOf(settings.current(), target.name)
  }
  const opening = Effect.flatMap(journal.document(orderId), (document) =>
    journal.reprocess({
      orderId,
      run,
      reused: plan.reused,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...putBack(document, past.setAside, past, run.createdAt)
    }))
  return yield* intake.open(
    Effect.retry(opening, { while: ({ _tag }) => _tag === "OrderMoved" }).pipe(
      // An order with a run is never gone.
      Effect.catchTags({ OrderMoved: Effect.die, OrderNotFound: Effect.die })
    ),
    target.name
  )
})

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  return RetryRun.of({ retry: (id, request) => retry(services, id, request) })
})
