/** A store of deliveries in memory, for tests. Several dispatchers may share it. Obeys `DeliveryStoreSuite`. */
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { DeliveryState } from "@sluice/domain/webhook/Delivery"
import { Clock, Context, Effect, Latch, Layer } from "effect"
import {
  type AttemptRecord,
  type Claim,
  type ClaimedDelivery,
  claimMs,
  type ClaimRequest,
  DeliveryStore,
  lookAgainMs,
  type Receiver,
  type Settlement,
  unpreparedCodes
} from "../DeliveryStore.ts"
import { failingReason, failingSince, goneReason, isGivenUp } from "../EndpointHealth.ts"

export interface MemoryDelivery extends Omit<ClaimedDelivery, "attempts" | "round" | "body" | "frozen"> {
  body: Uint8Array
  frozen: boolean
  state: DeliveryState
  /** Epoch milliseconds; absent for a delivery that is blocked or has ended. */
  dueAt: number | undefined
  /** The claim that holds it. */
  claim: number
  round: number
  /** True if it is part of the sequence of its order and endpoint. */
  readonly chained: boolean
  readonly attempts: Array<AttemptRecord>
}

/** A delivery to create. With `orderId` it is part of the sequence of that order. */
export interface NewDelivery {
  readonly type: string
  readonly endpointId: string
  readonly orderId?: string
  readonly body: string
}

export class DeliveryStoreMemory extends Context.Service<DeliveryStoreMemory, {
  readonly add: (delivery: NewDelivery) => Effect.Effect<string>
  readonly deliveries: ReadonlyMap<string, MemoryDelivery>
  /** The reasons for which endpoints were disabled, by endpoint. */
  readonly disabled: ReadonlyMap<string, string>
  /** The time, in epoch milliseconds, since which all attempts at an endpoint have failed. */
  readonly failing: Map<string, number>
  /** The largest number of deliveries a second, by endpoint; other endpoints have no limit. */
  readonly rates: Map<string, number>
}>()("@sluice/delivery/testing/DeliveryStoreMemory") {}

/** The stored deliveries and endpoints, and the receiver of new ones. */
interface State {
  readonly now: () => number
  readonly deliveries: Map<string, MemoryDelivery>
  readonly disabled: Map<string, string>
  readonly failing: Map<string, number>
  readonly rates: Map<string, number>
  /** The time up to which a rate is used up, epoch milliseconds. */
  readonly usedUntil: Map<string, number>
  /** Opened when a delivery may have become due. */
  readonly changed: Latch.Latch
  sequence: number
  claims: number
  receiver: Receiver | undefined
}

/** The pending deliveries of the sequence that `one` belongs to. */
const pendingIn = ({ deliveries }: State, one: MemoryDelivery) =>
  [...deliveries.values()].filter((other) =>
    other.chained && other.state === "pending" && other.lane === one.lane && other.orderId === one.orderId
  )

/** Makes the next delivery of the sequence due. */
const release = (state: State, one: MemoryDelivery) => {
  const [next] = one.chained ? pendingIn(state, one) : []
  if (next === undefined || next.dueAt !== undefined) return
  next.dueAt = state.now()
  state.changed.openUnsafe()
}

const postpone = (state: State, one: MemoryDelivery, ms: number) => {
  one.dueAt = state.now() + ms
  state.changed.openUnsafe()
}

const end = (state: State, one: MemoryDelivery, as: DeliveryState) => {
  one.state = as
  one.dueAt = undefined
  release(state, one)
}

const disable = (state: State, endpointId: string, reason: string) => {
  state.disabled.set(endpointId, reason)
  for (const one of state.deliveries.values()) {
    if (one.endpointId === endpointId && one.state === "pending") end(state, one, "held")
  }
}

const recordHealth = (state: State, endpointId: string, succeeded: boolean) => {
  const since = failingSince(state.failing.get(endpointId), succeeded, state.now())
  if (since === undefined) state.failing.delete(endpointId)
  else state.failing.set(endpointId, since)
  if (isGivenUp(since, state.now())) disable(state, endpointId, failingReason)
}

const attempted = (
  state: State,
  one: MemoryDelivery,
  { attempt, next }: Extract<Settlement, { readonly _tag: "Attempted" }>
) => {
  one.attempts.push(attempt)
  if (!unpreparedCodes.some((code) => code === attempt.error?.code)) one.frozen = true
  one.round++
  switch (next._tag) {
    case "Delivered":
      end(state, one, "delivered")
      break
    case "Retry":
      postpone(state, one, next.afterMs)
      break
    case "Exhausted":
      end(state, one, "exhausted")
      break
    case "Gone":
      end(state, one, "exhausted")
      if (one.endpointId !== undefined) disable(state, one.endpointId, goneReason)
  }
  if (one.endpointId !== undefined) recordHealth(state, one.endpointId, next._tag === "Delivered")
}

/** The time from which a rate has room: at most the last twentieth of a second, or one delivery's worth. */
const freeSince = (state: State, lane: string, rate: number): number =>
  Math.max(state.usedUntil.get(lane) ?? 0, state.now() - Math.max(1000 / rate, 50))

const allowedBy = (state: State, lane: string): number => {
  const rate = state.rates.get(lane)
  return rate === undefined
    ? Infinity
    : Math.floor(((state.now() - freeSince(state, lane, rate)) * rate) / 1000 + 1e-6)
}

type Claimed = ClaimedDelivery & { readonly claim: number }

const claimOf = (state: State, one: MemoryDelivery): Claimed => {
  one.claim = ++state.claims
  one.dueAt = state.now() + claimMs
  return { ...one, attempts: one.attempts.length }
}

const claim = (state: State, { otherwise, room, total }: ClaimRequest): Claim => {
  const at = state.now()
  const taken: Array<MemoryDelivery> = []
  const left = new Map(room)
  let next: number | undefined
  for (const one of [...state.deliveries.values()].toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))) {
    const free = left.get(one.lane) ?? otherwise
    if (one.dueAt === undefined || free === 0) continue
    const rate = state.rates.get(one.lane)
    const dueAt = rate === undefined ? one.dueAt : Math.max(one.dueAt, freeSince(state, one.lane, rate) + 1000 / rate)
    if (one.dueAt > at || allowedBy(state, one.lane) < 1) next = Math.min(next ?? Infinity, dueAt)
    else if (taken.length < total) {
      left.set(one.lane, free - 1)
      if (rate !== undefined) state.usedUntil.set(one.lane, freeSince(state, one.lane, rate) + 1000 / rate)
      taken.push(one)
    }
  }
  return { deliveries: taken.map((one) => claimOf(state, one)), ...(next !== undefined && { nextInMs: next - at }) }
}

/** Claims a new delivery at once where there is a receiver with room for it. */
const claimLocally = (state: State, one: MemoryDelivery) => {
  const { otherwise = 0, room, total = 0 } = state.receiver?.room() ?? {}
  if (state.rates.has(one.lane) || Math.min(room?.get(one.lane) ?? otherwise, total) < 1) state.changed.openUnsafe()
  else state.receiver?.start([claimOf(state, one)])
}

const settle = (state: State, delivery: ClaimedDelivery & { readonly claim?: number }, settlement: Settlement) => {
  const one = state.deliveries.get(delivery.id)
  if (one === undefined || one.claim !== delivery.claim || one.state !== "pending") return
  one.claim = 0
  switch (settlement._tag) {
    case "Attempted":
      return attempted(state, one, settlement)
    case "Filtered":
      return end(state, one, "filtered")
    case "EndpointUnknown":
    case "Returned":
      postpone(state, one, lookAgainMs)
  }
}

const add = (state: State, delivery: NewDelivery): string => {
  const id = newUuidUnsafe()
  const one: MemoryDelivery = {
    ...delivery,
    id,
    messageId: newUuidUnsafe(),
    sequence: ++state.sequence,
    createdAt: state.now(),
    lane: delivery.endpointId,
    body: Utf8.encode(delivery.body),
    frozen: false,
    state: state.disabled.has(delivery.endpointId) ? "held" : "pending",
    dueAt: undefined,
    claim: 0,
    round: 0,
    chained: delivery.orderId !== undefined,
    attempts: []
  }
  const isFirst = !one.chained || pendingIn(state, one).length === 0
  state.deliveries.set(id, one)
  if (isFirst && one.state === "pending") {
    one.dueAt = state.now()
    claimLocally(state, one)
  }
  return id
}

const storeOf = (state: State) =>
  DeliveryStore.of({
    claim: (request) =>
      Effect.sync(() => {
        state.changed.closeUnsafe()
        return claim(state, request)
      }),
    receive: (receiver) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          state.receiver = receiver
        }),
        () =>
          Effect.sync(() => {
            if (state.receiver === receiver) state.receiver = undefined
          })
      ),
    freeze: (id, body) =>
      Effect.sync(() => {
        const one = state.deliveries.get(id)
        if (one !== undefined) Object.assign(one, { body, frozen: true })
      }),
    settle: (delivery, settlement) => Effect.sync(() => settle(state, delivery, settlement)),
    due: state.changed.await
  })

const make = Effect.map(Clock.Clock, (clock) => {
  const state: State = {
    now: () => clock.currentTimeMillisUnsafe(),
    deliveries: new Map(),
    disabled: new Map(),
    failing: new Map(),
    rates: new Map(),
    usedUntil: new Map(),
    changed: Latch.makeUnsafe(false),
    sequence: 0,
    claims: 0,
    receiver: undefined
  }
  const { deliveries, disabled, failing, rates } = state
  return Context.make(DeliveryStore, storeOf(state)).pipe(
    Context.add(DeliveryStoreMemory, {
      add: (delivery) => Effect.sync(() => add(state, delivery)),
      deliveries,
      disabled,
      failing,
      rates
    })
  )
})

export const layer: Layer.Layer<DeliveryStore | DeliveryStoreMemory> = Layer.effectContext(make)
