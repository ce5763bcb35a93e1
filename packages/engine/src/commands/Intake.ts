/**
 * Takes orders in: checks the document, chooses the pipeline, stores both, starts the run. Contract: section 7.
 */
import {
  type EventId,
  eventId,
  type OrderId,
  orderId,
  type ProcessEventId,
  processEventId
} from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { writeCanonical, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { inTurns, isLarge, turnOf } from "@sluice/domain/internal/json/LargeText"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import * as Json from "@sluice/domain/json/Json"
import { type Fault, firstVersion, firstVersionSteps, submissionFaults } from "@sluice/domain/order/Order"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Digest } from "effect/crypto"
import {
  type Intake as Stored,
  type IntakeError,
  Journal,
  JournalFull,
  type OrderNotFound
} from "../journal/Journal.ts"
import { Runs } from "../runs/Runs.ts"
import { make as makeChoice, type MatchFailed, type NoPipeline } from "../settings/PipelineSelection.ts"
import { Settings, type SettingsSnapshot } from "../settings/Settings.ts"

/** The document cannot be an order. Nothing was stored. */
export class InvalidOrder extends Schema.TaggedError<InvalidOrder>()("InvalidOrder", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}

/** The pipeline that a `/process` request names does not exist. */
export class PipelineUnknown extends Schema.TaggedError<PipelineUnknown>()("PipelineUnknown", {
  name: Schema.String
}) {}

export interface OrderSubmission {
  readonly body: Json.Json
  readonly shipmentId?: string
  readonly idempotencyKey?: string
  /** The requester: the name of the API key. */
  readonly requestedBy?: string
}

export interface ProcessRequest {
  /** The pipeline to run; absent: the one that matches. */
  readonly pipeline?: string
  readonly shipmentId?: string
  readonly idempotencyKey?: string
  /** The requester: the name of the API key. */
  readonly requestedBy?: string
}

/** The ids and state of an order and its run, known as soon as both are stored. */
export interface Receipt {
  readonly orderId: OrderId
  readonly eventId: EventId
  readonly processEventId: ProcessEventId
  readonly state: RunState
  /** The request was made before: these are the first one's ids. */
  readonly repeated: boolean
}

export class Intake extends Context.Service<Intake, {
  /** Stores the order and starts its run; answers after the commit. A repeat answers what the first one did. */
  readonly submit: (
    submission: OrderSubmission
  ) => Effect.Effect<Receipt, InvalidOrder | NoPipeline | MatchFailed | IntakeError>
  /** Runs a pipeline over a stored order. */
  readonly process: (
    orderId: string,
    request: ProcessRequest
  ) => Effect.Effect<Receipt, NoPipeline | MatchFailed | PipelineUnknown | OrderNotFound | IntakeError>
  /** Opens a run by `opening` (a retry): refuses where there is no room, and starts the run once it is accepted. */
  readonly open: <E>(opening: Effect.Effect<Stored, E>, pipeline: string) => Effect.Effect<Receipt, E | JournalFull>
}>()("@sluice/engine/Intake") {
  static readonly layer = Layer.effect(Intake, Effect.suspend(() => make))
}

const keyFaults = (key: string | undefined): ReadonlyArray<Fault> =>
  key === undefined || (key.length > 0 && key.length <= 255)
    ? []
    : [{ path: "Idempotency-Key", message: "must have 1 to 255 characters" }]

/** The mark `paused` of a run whose pipeline is paused; no member otherwise. */
export const pauseOf = ({ paused }: SettingsSnapshot, pipeline: string): { readonly paused?: true } =>
  paused?.has(pipeline) === true ? { paused: true } : {}

/** Starts an accepted run even if the request that submitted it is interrupted. */
const starter = (runs: Runs["Service"]) => {
  const receipt = Effect.fnUntraced(function*(stored: Stored) {
    if (stored._tag === "Accepted") yield* runs.start(stored.run)
    const { orderId, eventId: event, runId } = stored._tag === "Accepted" ? stored.run : stored
    const given: Receipt = {
      orderId: orderId as OrderId,
      eventId: eventId(event),
      processEventId: processEventId(runId),
      state: stored._tag === "Accepted" ? "running" : stored._tag === "Queued" ? "queued" : stored.state,
      repeated: stored._tag === "Repeated"
    }
    return given
  })
  return <E>(intake: Effect.Effect<Stored, E>): Effect.Effect<Receipt, E> =>
    Effect.uninterruptible(Effect.flatMap(intake, receipt))
}

/** Checks that fail with `JournalFull` where this process has no room for another run, of any or of one pipeline. */
const makeRooms = (runs: Runs["Service"], settings: Settings["Service"]) => {
  const room = Effect.flatMap(
    runs.hasRoom,
    (hasRoom) => hasRoom ? Effect.void : Effect.fail(new JournalFull({ retryAfterSeconds: 1 }))
  )

  /** Refuses early where nothing can be taken in; what a paused pipeline takes in needs no room. */
  const roomForAny = Effect.suspend(() => (settings.current().paused?.size ?? 0) > 0 ? Effect.void : room)
  const roomFor = (pipeline: string) =>
    Effect.suspend(() => settings.current().paused?.has(pipeline) === true ? Effect.void : room)
  return { roomForAny, roomFor }
}

/** The digest of a request's canonical text; a long one is written in turns with other work. */
const makeFingerprint = (digest: Digest.Digest["Service"]) => (value: Json.Json, isLong: boolean) =>
  isLong
    ? Effect.flatMap(writeCanonical(value), (text) => digest.digest(Digest.sha256, Utf8.encode(text)))
    : digest.digest(Digest.sha256, Utf8.encode(Json.canonical(value)))

/** The members of a run that a request to process its order decides. */
const requested = ({ requestedBy, shipmentId }: ProcessRequest, { name, version }: Pipeline) => ({
  pipeline: { name, version },
  ...(shipmentId !== undefined && { shipmentId }),
  ...(requestedBy !== undefined && { requestedBy })
})

const make = Effect.gen(function*() {
  const journal = yield* Journal
  const settings = yield* Settings
  const runs = yield* Runs
  const fingerprintOf = makeFingerprint(yield* Digest.Digest)
  const choose = yield* makeChoice
  const clock = yield* Clock.Clock

  const started = starter(runs)
  const { roomFor, roomForAny } = makeRooms(runs, settings)

  const submit = Effect.fnUntraced(function*({ body, shipmentId, idempotencyKey, requestedBy }: OrderSubmission) {
    const own = turnOf(body)
    yield* own
    const faults = [...submissionFaults(body), ...keyFaults(idempotencyKey)]
    if (faults.length > 0 || !Json.isObject(body)) return yield* new InvalidOrder({ faults })
    yield* roomForAny
    const now = clock.currentTimeMillisUnsafe()
    const ownId = typeof body.id === "string" ? body.id : undefined
    const id = ownId ?? orderId(yield* newUuid)
    const order = isLarge(body)
      ? yield* inTurns(firstVersionSteps(body, id, isoOf(now)))
      : firstVersion(body, id, isoOf(now))
    yield* own
    const snapshot = settings.current()
    const pipeline = yield* choose(order, snapshot.pipelines, now)
    if (snapshot.paused !== undefined) yield* roomFor(pipeline.name)
    const repeatable = ownId !== undefined || idempotencyKey !== undefined || typeof body.externalId === "string"
    yield* own
    const fingerprint = repeatable
      ? yield* fingerprintOf({ body, shipmentId: shipmentId ?? null }, isLarge(body))
      : undefined
    yield* own
    const text = isLarge(body) ? yield* writeJson(order) : Json.stringify(order)
    return yield* started(journal.accept({
      document: { order, text },
      run: {
        runId: yield* newUuid,
        eventId: yield* newUuid,
        pipeline: { name: pipeline.name, version: pipeline.version },
        createdAt: now,
        ...(shipmentId !== undefined && { shipmentId }),
        ...(requestedBy !== undefined && { requestedBy }),
        ...pauseOf(snapshot, pipeline.name)
      },
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(fingerprint !== undefined && { fingerprint })
    }))
  })

  const process = Effect.fnUntraced(function*(id: string, request: ProcessRequest) {
    yield* roomForAny
    const { pipeline: named, shipmentId, idempotencyKey } = request
    const now = clock.currentTimeMillisUnsafe()
    const { order } = yield* journal.document(id)
    const { pipelines } = settings.current()
    const pipeline = named === undefined
      ? yield* choose(order, pipelines, now)
      : pipelines.find(({ name }) => name === named)
    if (pipeline === undefined) return yield* new PipelineUnknown({ name: named ?? "" })
    yield* roomFor(pipeline.name)
    const fingerprint = idempotencyKey === undefined
      ? undefined
      : yield* fingerprintOf({ orderId: id, pipeline: named ?? null, shipmentId: shipmentId ?? null }, false)
    return yield* started(journal.reprocess({
      orderId: id,
      run: {
        runId: yield* newUuid,
        createdAt: now,
        ...requested(request, pipeline),
        ...pauseOf(settings.current(), pipeline.name)
      },
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(fingerprint !== undefined && { fingerprint })
    })).pipe(Effect.catchTag("OrderMoved", Effect.die))
  })

  return Intake.of({
    submit,
    process,
    open: (opening, pipeline) => Effect.andThen(roomFor(pipeline), started(opening))
  })
})
