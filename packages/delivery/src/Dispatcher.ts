/**
 * Sends what is due: claims by lane with bounds, attempts, judges, records. One hanging endpoint does not slow others.
 * Contract: sections 9 and 10.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { testType } from "@sluice/domain/webhook/Delivery"
import { PartnerTurns, type TurnRequest } from "@sluice/http-client/internal/PartnerTurns"
import { urlHost } from "@sluice/http-client/internal/UrlHost"
import { Cause, Clock, Context, type Duration, Effect, Exit, FiberSet, Latch, Layer, Random } from "effect"
import * as DeliveryAttempt from "./DeliveryAttempt.ts"
import * as DeliveryRequest from "./DeliveryRequest.ts"
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

/** Between two questions for a turn at a limited partner, and the time until the delivery is given back for it. */
const turnAgainMs = 200
const turnPatienceMs = 12_000

const returned: Settlement = { _tag: "Returned" }
const endpointUnknown: Settlement = { _tag: "EndpointUnknown" }
const filtered: Settlement = { _tag: "Filtered" }

const answered = (settlement: Settlement): boolean =>
  settlement._tag === "Returned" ? false : settlement._tag !== "Attempted" || settlement.attempt.response !== undefined

const make = Effect.fnUntraced(function*(options: DispatcherOptions) {
  const store = yield* DeliveryStore
  const destinations = yield* Destinations
  const { attempt } = yield* DeliveryAttempt.make
  const requestOf = yield* DeliveryRequest.make
  const turns = yield* PartnerTurns
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
    { round, target }: ClaimedDelivery,
    { callout, end, record }: DeliveryAttempt.Attempted,
    delaysMs: ReadonlyArray<number>
  ): Effect.Effect<Settlement> =>
    Effect.map(Random.next, (draw) => {
      const now = clock.currentTimeMillisUnsafe()
      const rejectOn = target?.callout?.rejectOn
      const next = judge(end, { delaysMs, made: round + 1, now, draw, rejectOn })
      return { _tag: "Attempted", attempt: record, next, ...(callout !== undefined && { callout }) }
    })

  /**
   * Makes the attempt when its turn has come at a partner with limits; `undefined` where that takes too long, or the
   * process is to stop. The wait keeps the endpoint's room, so that the oldest deliveries wait here, and few.
   */
  const inTurn = <A>(request: TurnRequest, sending: Effect.Effect<A>, leftMs: number): Effect.Effect<A | undefined> => {
    const once = Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        restore(turns.take(request)),
        ({ begin, end }) => Effect.ensuring(restore(Effect.andThen(begin, sending)), end)
      )
    )
    return Effect.catchTag(once, "TurnNotNear", () =>
      stop.asked || leftMs <= 0
        ? Effect.undefined
        : Effect.andThen(
          Effect.sleep(turnAgainMs),
          Effect.suspend(() => inTurn(request, sending, leftMs - turnAgainMs))
        ))
  }

  const send = Effect.fnUntraced(function*(delivery: ClaimedDelivery) {
    const number = delivery.attempts + 1
    const made = yield* requestOf(delivery)
    switch (made._tag) {
      case "EndpointUnknown":
        return endpointUnknown
      case "Filtered":
        return filtered
      case "Unprepared": {
        const at = clock.currentTimeMillisUnsafe()
        return yield* settled(delivery, DeliveryAttempt.unsent(number, at, made.code, made.message), made.delaysMs)
      }
      case "Ready": {
        if (made.isChanged) yield* store.freeze(delivery.id, made.request.body)
        const host = urlHost(made.request.url)
        const sending = Effect.suspend(() => attempt(delivery.id, number, made.request, destinations.redactor()))
        const attempted = host === undefined || !turns.isLimited(host)
          ? yield* sending
          : yield* inTurn({ host, line: delivery.lane, released: true }, sending, turnPatienceMs)
        return attempted === undefined ? returned : yield* settled(delivery, attempted, made.delaysMs)
      }
    }
  })

  const outcome = (delivery: ClaimedDelivery): Effect.Effect<Settlement, StoreUnavailable> => {
    const endpoint = delivery.endpointId === undefined ? undefined : destinations.endpoint(delivery.endpointId)
    // It was claimed before the endpoint was disabled, and is held by now.
    return endpoint?.disabled === true && delivery.type !== testType ? Effect.succeed(returned) : send(delivery)
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
