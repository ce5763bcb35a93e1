/**
 * Sends what is due: claims by lane with bounds, attempts, judges, records. One hanging endpoint does not slow others.
 * Contract: sections 9 and 10.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { exportType, testType } from "@sluice/domain/webhook/Delivery"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import { Cause, Clock, Context, type Duration, Effect, Exit, FiberSet, Latch, Layer, Random, Result } from "effect"
import * as DeliveryAttempt from "./DeliveryAttempt.ts"
import { defaultDelaysMs } from "./DeliverySchedule.ts"
import {
  type Claim,
  type ClaimedDelivery,
  DeliveryStore,
  type Settlement,
  type StoreUnavailable
} from "./DeliveryStore.ts"
import { Destinations } from "./Destinations.ts"
import * as EndpointQueues from "./EndpointQueues.ts"
import { judge } from "./Judgement.ts"
import * as Preparation from "./Preparation.ts"

export interface DispatcherOptions {
  /** The grace of attempts after the process was asked to stop. Default 20 s. */
  readonly grace?: Duration.Input
}

/** After a claim that was not full: what is made or ends in between is one claim's, not one each. */
const pause = "4 millis"

export class Dispatcher extends Context.Service<Dispatcher, {
  /** Attempts in flight in this process. */
  readonly inFlight: Effect.Effect<number>
}>()("@sluice/delivery/Dispatcher") {
  /** Sends while its scope is open. */
  static readonly layer = (options: DispatcherOptions = {}) => Layer.effect(Dispatcher, make(options))
}

const returned: Settlement = { _tag: "Returned" }
const endpointUnknown: Settlement = { _tag: "EndpointUnknown" }
const filtered: Settlement = { _tag: "Filtered" }

const answered = (settlement: Settlement): boolean =>
  settlement._tag !== "Attempted" || settlement.attempt.response !== undefined

const make = Effect.fnUntraced(function*(options: DispatcherOptions) {
  const store = yield* DeliveryStore
  const destinations = yield* Destinations
  const { attempt, signedHeaders, lowerCased } = yield* DeliveryAttempt.make
  const prepare = yield* Preparation.make
  const clock = yield* Clock.Clock
  const queues = EndpointQueues.make()
  const freed = Latch.makeUnsafe(false)
  const stop = { asked: false }
  /** There may be more that is due than was taken: a claim follows. */
  let claiming = true
  /** EndpointQueues where the last claim did not look for want of room; all of them, where there was none at all. */
  let passedOver: ReadonlySet<string> | "all" = new Set()
  const isPassedOver = (lane: string) => passedOver === "all" || passedOver.has(lane)

  const settled = (
    { round }: ClaimedDelivery,
    { end, record }: DeliveryAttempt.Attempted,
    delaysMs: ReadonlyArray<number>
  ): Effect.Effect<Settlement> =>
    Effect.map(Random.next, (draw) => {
      const now = clock.currentTimeMillisUnsafe()
      return { _tag: "Attempted", attempt: record, next: judge(end, { delaysMs, made: round + 1, now, draw }) }
    })

  /** Sends an endpoint what its settings make of the message. */
  const toEndpoint = Effect.fnUntraced(function*(delivery: ClaimedDelivery, endpoint: WebhookEndpoint) {
    const number = delivery.attempts + 1
    const delaysMs = endpoint.delaysMs ?? defaultDelaysMs
    if (endpoint.unreadable !== undefined) {
      // Nothing is sent without the endpoint's secrets. The body that its template makes is not fixed by this attempt.
      const code = endpoint.payload === undefined ? "destination" : "payload"
      const unsent = DeliveryAttempt.unsent(number, clock.currentTimeMillisUnsafe(), code, endpoint.unreadable)
      return yield* settled(delivery, unsent, delaysMs)
    }
    const prepared = yield* prepare(delivery, endpoint)
    switch (prepared._tag) {
      case "Filtered":
        return filtered
      case "Failed": {
        const at = clock.currentTimeMillisUnsafe()
        const message = destinations.redactor().text(prepared.message)
        return yield* settled(delivery, DeliveryAttempt.unsent(number, at, prepared.code, message), delaysMs)
      }
      case "Ready": {
        if (prepared.changed) yield* store.freeze(delivery.id, prepared.body)
        const request: DeliveryAttempt.AttemptRequest = {
          url: endpoint.url,
          headers: yield* signedHeaders(delivery, endpoint, prepared.body),
          authentication: endpoint.authentication,
          timeoutMs: DeliveryAttempt.timeoutMs,
          body: prepared.body
        }
        return yield* settled(delivery, yield* attempt(number, request, destinations.redactor()), delaysMs)
      }
    }
  })

  /** Sends what a step left, with the credentials of the moment. */
  const toTarget = Effect.fnUntraced(
    function*(delivery: ClaimedDelivery, target: NonNullable<ClaimedDelivery["target"]>) {
      const number = delivery.attempts + 1
      const found = yield* Effect.result(destinations.credentials(target))
      if (Result.isFailure(found)) {
        const at = clock.currentTimeMillisUnsafe()
        const unsent = DeliveryAttempt.unsent(number, at, "destination", found.failure.message)
        return yield* settled(delivery, unsent, defaultDelaysMs)
      }
      // An export is what a workflow step would send; anything else is a webhook, and shows no secrets.
      const isExport = delivery.type === exportType
      const body = isExport || delivery.frozen ? delivery.body : destinations.redactor().bytes(delivery.body)
      if (body !== delivery.body) yield* store.freeze(delivery.id, body)
      const request: DeliveryAttempt.AttemptRequest = {
        url: found.success.url,
        headers: {
          "content-type": "application/json",
          ...lowerCased(target.headers),
          ...lowerCased(found.success.headers),
          ...(isExport && {
            "x-delivery-count": String(number),
            "x-max-delivery-count": String(defaultDelaysMs.length)
          }),
          "idempotency-key": target.idempotencyKey
        },
        authentication: found.success.authentication,
        timeoutMs: target.timeoutMs,
        body
      }
      return yield* settled(delivery, yield* attempt(number, request, destinations.redactor()), defaultDelaysMs)
    }
  )

  const outcome = (delivery: ClaimedDelivery): Effect.Effect<Settlement, StoreUnavailable> => {
    if (delivery.target !== undefined) return toTarget(delivery, delivery.target)
    const endpoint = delivery.endpointId === undefined ? undefined : destinations.endpoint(delivery.endpointId)
    if (endpoint === undefined) return Effect.succeed(endpointUnknown)
    // It was claimed before the endpoint was disabled, and is held by now.
    return endpoint.disabled && delivery.type !== testType ? Effect.succeed(returned) : toEndpoint(delivery, endpoint)
  }

  const defect = (delivery: ClaimedDelivery, cause: Cause.Cause<unknown>) => {
    const at = clock.currentTimeMillisUnsafe()
    const unsent = DeliveryAttempt.unsent(delivery.attempts + 1, at, "defect", "internal error")
    return Effect.andThen(
      Effect.logError("a delivery failed because of a defect", { delivery: delivery.id }, cause),
      settled(delivery, unsent, defaultDelaysMs)
    )
  }

  const leaving = (delivery: ClaimedDelivery, handed: boolean, settlement: Settlement) => {
    queues.leave(delivery.lane, answered(settlement), handed)
    if (isPassedOver(delivery.lane)) freed.openUnsafe()
    return store.settle(delivery, settlement)
  }

  /** Settles the delivery whatever happens to the attempt; otherwise it is found again when its claim has expired. */
  const deliver = (delivery: ClaimedDelivery, handed: boolean): Effect.Effect<void> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.exit(restore(outcome(delivery))), (exit) => {
        if (Exit.isSuccess(exit)) return leaving(delivery, handed, exit.value)
        return Cause.hasInterruptsOnly(exit.cause) || Cause.hasFails(exit.cause)
          ? leaving(delivery, handed, returned)
          : Effect.flatMap(defect(delivery, exit.cause), (settlement) => leaving(delivery, handed, settlement))
      })
    )

  const fibers = yield* FiberSet.make<void>()
  yield* Effect.addFinalizer(() =>
    Effect.timeoutOption(Effect.ignore(FiberSet.awaitEmpty(fibers)), options.grace ?? "20 seconds")
  )

  const runFork = yield* FiberSet.runtime(fibers)()
  const start = (deliveries: ReadonlyArray<ClaimedDelivery>, handed: boolean) => {
    for (const { lane } of deliveries) queues.enter(lane, handed)
    for (const delivery of deliveries) runFork(deliver(delivery, handed))
  }

  const claim: Effect.Effect<Claim> = Effect.suspend(() => {
    const room = queues.room()
    const total = Math.min(queues.free(), EndpointQueues.batch)
    passedOver = total === 0 ? "all" : new Set([...room.keys()].filter((lane) => room.get(lane) === 0))
    return total === 0
      ? Effect.succeed({ deliveries: [] })
      : store.claim({ room, otherwise: EndpointQueues.bounds.initial, total })
  }).pipe(Effect.catchTag("StoreUnavailable", () => Effect.succeed({ deliveries: [], nextInMs: 1000 })))

  /** Waits until there may be something to claim: a delivery is due or new, or a full endpoint queue has room again. */
  const rest = (nextInMs: number | undefined) =>
    Effect.raceFirst(
      nextInMs === undefined ? Effect.never : Effect.sleep(Math.max(1, nextInMs)),
      Effect.raceFirst(store.due, Effect.andThen(freed.await, Effect.sleep(pause)))
    )

  yield* BackgroundLoop.fork(
    "delivery-dispatcher",
    Effect.gen(function*() {
      while (!stop.asked) {
        freed.closeUnsafe()
        claiming = true
        // What is claimed is started, whatever comes in between.
        const { deliveries, nextInMs } = yield* Effect.uninterruptible(
          Effect.tap(claim, ({ deliveries }) => Effect.sync(() => start(deliveries, false)))
        )
        if (deliveries.length === 0) {
          claiming = false
          yield* rest(nextInMs)
        } else if (deliveries.length < EndpointQueues.batch / 2) yield* Effect.sleep(pause)
        else yield* Effect.yieldNow
      }
    })
  )

  yield* store.receive({
    room: () => queues.localClaims((lane) => claiming || (lane !== undefined && isPassedOver(lane))),
    start: (deliveries) => start(deliveries, true)
  })

  // First of all, while commits that are under way are waited for.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      stop.asked = true
    })
  )

  return Dispatcher.of({ inFlight: Effect.sync(queues.inFlight) })
})
