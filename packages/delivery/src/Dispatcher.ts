/**
 * Sends what is due: claims by lane with bounds, attempts, judges, records. One hanging endpoint does not slow others.
 * Contract: sections 9 and 10.
 */
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { testType } from "@sluice/domain/webhook/Delivery"
import { PartnerTurns, type PartnerTurnsService, type TurnRequest } from "@sluice/http-client/internal/PartnerTurns"
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

/** The sending half of the process: its services, and its mutable state. */
interface Sender {
  readonly store: DeliveryStore["Service"]
  readonly destinations: Destinations["Service"]
  readonly attempt: Effect.Success<typeof DeliveryAttempt.make>["attempt"]
  readonly authorize: Effect.Success<typeof DeliveryAttempt.make>["authorize"]
  readonly requestOf: Effect.Success<typeof DeliveryRequest.make>
  readonly turns: PartnerTurnsService
  readonly clock: Clock.Clock
  readonly queues: ReturnType<typeof EndpointQueues.make>
  /** Opened when a queue that the last claim passed over has room again. */
  readonly freed: Latch.Latch
  readonly runFork: (deliver: Effect.Effect<void>) => void
  /** The process was asked to stop. */
  stopping: boolean
  /** True while more may be due than was taken: a claim follows. */
  claiming: boolean
  /** The queues at which the last claim did not look for want of room; all of them where there was none at all. */
  passedOver: ReadonlySet<string> | "all"
}

const isPassedOver = ({ passedOver }: Sender, queue: string): boolean => passedOver === "all" || passedOver.has(queue)

const settled = (
  { clock }: Sender,
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
const inTurn = <A>(
  sender: Sender,
  request: TurnRequest,
  sending: Effect.Effect<A>,
  leftMs: number
): Effect.Effect<A | undefined> => {
  const once = Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      restore(sender.turns.take(request)),
      ({ begin, end }) => Effect.ensuring(restore(Effect.andThen(begin, sending)), end)
    )
  )
  return Effect.catchTag(once, "TurnNotNear", () =>
    sender.stopping || leftMs <= 0
      ? Effect.undefined
      : Effect.andThen(
        Effect.sleep(turnAgainMs),
        Effect.suspend(() => inTurn(sender, request, sending, leftMs - turnAgainMs))
      ))
}

const send = Effect.fnUntraced(function*(sender: Sender, delivery: ClaimedDelivery) {
  const { attempt, authorize, clock, destinations, requestOf, store, turns } = sender
  const number = delivery.attempts + 1
  const made = yield* requestOf(delivery)
  switch (made._tag) {
    case "EndpointUnknown":
      return endpointUnknown
    case "Filtered":
      return filtered
    case "Unprepared": {
      const at = clock.currentTimeMillisUnsafe()
      return yield* settled(
        sender,
        delivery,
        DeliveryAttempt.unsent(number, at, made.code, made.message),
        made.delaysMs
      )
    }
    case "Ready": {
      if (made.isChanged) yield* store.freeze(delivery.id, made.request.body)
      const host = urlHost(made.request.url)
      const authorized = yield* Effect.catchTag(
        authorize(made.request),
        "TurnNotNear",
        () => Effect.succeed("not near" as const)
      )
      if (authorized === "not near") return returned
      const sending = Effect.suspend(() =>
        attempt(delivery.id, number, made.request, destinations.redactor(), authorized)
      )
      const attempted = host === undefined || !turns.isLimited(host)
        ? yield* sending
        : yield* inTurn(sender, { host, line: delivery.lane, released: true }, sending, turnPatienceMs)
      return attempted === undefined ? returned : yield* settled(sender, delivery, attempted, made.delaysMs)
    }
  }
})

const outcome = (sender: Sender, delivery: ClaimedDelivery): Effect.Effect<Settlement, StoreUnavailable> => {
  const { destinations } = sender
  const endpoint = delivery.endpointId === undefined ? undefined : destinations.endpoint(delivery.endpointId)
  // It was claimed before the endpoint was disabled, and is held by now.
  return endpoint?.disabled === true && delivery.type !== testType ? Effect.succeed(returned) : send(sender, delivery)
}

const defect = (sender: Sender, delivery: ClaimedDelivery, cause: Cause.Cause<unknown>) => {
  const at = sender.clock.currentTimeMillisUnsafe()
  const unsent = DeliveryAttempt.unsent(delivery.attempts + 1, at, "defect", "internal error")
  return Effect.andThen(
    Effect.logError("a delivery failed because of a defect", { delivery: delivery.id }, cause),
    settled(sender, delivery, unsent, defaultDelaysMs)
  )
}

const leaving = (sender: Sender, delivery: ClaimedDelivery, handed: boolean, settlement: Settlement) => {
  const { freed, queues, store } = sender
  queues.leave(delivery.lane, answered(settlement), handed)
  if (isPassedOver(sender, delivery.lane)) freed.openUnsafe()
  return store.settle(delivery, settlement)
}

/** Makes the attempt and settles the delivery, also after a defect or an interruption: an unsettled claim blocks it until the claim expires. */
const deliver = (sender: Sender, delivery: ClaimedDelivery, handed: boolean): Effect.Effect<void> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.exit(restore(outcome(sender, delivery))), (exit) => {
      if (Exit.isSuccess(exit)) return leaving(sender, delivery, handed, exit.value)
      return Cause.hasInterruptsOnly(exit.cause) || Cause.hasFails(exit.cause)
        ? leaving(sender, delivery, handed, returned)
        : Effect.flatMap(defect(sender, delivery, exit.cause), (settlement) =>
          leaving(sender, delivery, handed, settlement))
    })
  )

const start = (sender: Sender, deliveries: ReadonlyArray<ClaimedDelivery>, handed: boolean) => {
  for (const { lane } of deliveries) sender.queues.enter(lane, handed)
  for (const delivery of deliveries) sender.runFork(deliver(sender, delivery, handed))
}

/** Claims as much as there is room for. */
const claim = (sender: Sender): Effect.Effect<Claim> =>
  Effect.suspend(() => {
    const { queues, store } = sender
    const room = queues.room()
    const total = Math.min(queues.free(), EndpointQueues.batch)
    sender.passedOver = total === 0 ? "all" : new Set([...room.keys()].filter((lane) => room.get(lane) === 0))
    return total === 0
      ? Effect.succeed({ deliveries: [] })
      : store.claim({ room, otherwise: EndpointQueues.bounds.initial, total })
  }).pipe(Effect.catchTag("StoreUnavailable", () => Effect.succeed({ deliveries: [], nextInMs: 1000 })))

/** Waits until there may be something to claim: a delivery is due or new, or a full endpoint queue has room again. */
const rest = ({ freed, store }: Sender, nextInMs: number | undefined) =>
  Effect.raceFirst(
    nextInMs === undefined ? Effect.never : Effect.sleep(Math.max(1, nextInMs)),
    Effect.raceFirst(store.due, Effect.andThen(freed.await, Effect.sleep(pause)))
  )

/** Claims what is due, starts it, and waits for more, until the process is to stop. */
const dispatch = Effect.fnUntraced(function*(sender: Sender) {
  while (!sender.stopping) {
    sender.freed.closeUnsafe()
    sender.claiming = true
    // A claim and the start of its deliveries are not interrupted in between.
    const { deliveries, nextInMs } = yield* Effect.uninterruptible(
      Effect.tap(claim(sender), ({ deliveries }) => Effect.sync(() => start(sender, deliveries, false)))
    )
    if (deliveries.length === 0) {
      sender.claiming = false
      yield* rest(sender, nextInMs)
    } else if (deliveries.length < EndpointQueues.batch / 2) yield* Effect.sleep(pause)
    else yield* Effect.yieldNow
  }
})

const make = Effect.fnUntraced(function*(options: DispatcherOptions) {
  const store = yield* DeliveryStore
  const destinations = yield* Destinations
  const { attempt, authorize } = yield* DeliveryAttempt.make
  const requestOf = yield* DeliveryRequest.make
  const turns = yield* PartnerTurns
  const clock = yield* Clock.Clock
  const queues = EndpointQueues.make()
  const fibers = yield* FiberSet.make<void>()
  yield* Effect.addFinalizer(() =>
    Effect.timeoutOption(Effect.ignore(FiberSet.awaitEmpty(fibers)), options.grace ?? "20 seconds")
  )
  const sender: Sender = {
    store,
    destinations,
    attempt,
    authorize,
    requestOf,
    turns,
    clock,
    queues,
    freed: Latch.makeUnsafe(false),
    runFork: yield* FiberSet.runtime(fibers)(),
    stopping: false,
    claiming: true,
    passedOver: new Set()
  }
  yield* BackgroundLoop.fork("delivery-dispatcher", dispatch(sender))
  yield* store.receive({
    room: () => queues.localClaims((queue) => sender.claiming || (queue !== undefined && isPassedOver(sender, queue))),
    start: (deliveries) => start(sender, deliveries, true)
  })
  // The first finalizer to run: it precedes the wait for commits that are under way.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      sender.stopping = true
    })
  )
  return Dispatcher.of({ inFlight: Effect.sync(queues.inFlight) })
})
