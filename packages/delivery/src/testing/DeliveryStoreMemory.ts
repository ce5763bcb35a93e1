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
  /** Epoch milliseconds; absent where it is blocked, or has ended. */
  dueAt: number | undefined
  /** The claim that holds it. */
  claim: number
  round: number
  /** True if it is part of the sequence of its order and endpoint. */
  readonly chained: boolean
  readonly attempts: Array<AttemptRecord>
}

/** A delivery to be made. `orderId` puts it in the sequence of its order. */
export interface NewDelivery {
  readonly type: string
  readonly endpointId: string
  readonly orderId?: string
  readonly body: string
}

export class DeliveryStoreMemory extends Context.Service<DeliveryStoreMemory, {
  readonly add: (delivery: NewDelivery) => Effect.Effect<string>
  readonly deliveries: ReadonlyMap<string, MemoryDelivery>
  /** Endpoints that were disabled, and why. */
  readonly disabled: ReadonlyMap<string, string>
  /** Since when endpoints have only failed, epoch milliseconds. */
  readonly failing: Map<string, number>
  /** Deliveries a second that endpoints take; no others are limited. */
  readonly rates: Map<string, number>
}>()("@sluice/delivery/testing/DeliveryStoreMemory") {}

const make = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const deliveries = new Map<string, MemoryDelivery>()
  const disabled = new Map<string, string>()
  const failing = new Map<string, number>()
  const rates = new Map<string, number>()
  /** Up to when a rate is used up. */
  const usedUntil = new Map<string, number>()
  const changed = Latch.makeUnsafe(false)
  let sequence = 0
  let claims = 0
  let receiver: Receiver | undefined

  const now = () => clock.currentTimeMillisUnsafe()
  const pendingIn = (one: MemoryDelivery) =>
    [...deliveries.values()].filter((other) =>
      other.chained && other.state === "pending" && other.lane === one.lane && other.orderId === one.orderId
    )

  const release = (one: MemoryDelivery) => {
    const [next] = one.chained ? pendingIn(one) : []
    if (next === undefined || next.dueAt !== undefined) return
    next.dueAt = now()
    changed.openUnsafe()
  }

  const postpone = (one: MemoryDelivery, ms: number) => {
    one.dueAt = now() + ms
    changed.openUnsafe()
  }

  const end = (one: MemoryDelivery, state: DeliveryState) => {
    one.state = state
    one.dueAt = undefined
    release(one)
  }

  const disable = (endpointId: string, reason: string) => {
    disabled.set(endpointId, reason)
    for (const one of deliveries.values()) {
      if (one.endpointId === endpointId && one.state === "pending") end(one, "held")
    }
  }

  const health = (endpointId: string, succeeded: boolean) => {
    const since = failingSince(failing.get(endpointId), succeeded, now())
    if (since === undefined) failing.delete(endpointId)
    else failing.set(endpointId, since)
    if (isGivenUp(since, now())) disable(endpointId, failingReason)
  }

  const attempted = (one: MemoryDelivery, { attempt, next }: Extract<Settlement, { readonly _tag: "Attempted" }>) => {
    one.attempts.push(attempt)
    if (!unpreparedCodes.some((code) => code === attempt.error?.code)) one.frozen = true
    one.round++
    switch (next._tag) {
      case "Delivered":
        end(one, "delivered")
        break
      case "Retry":
        postpone(one, next.afterMs)
        break
      case "Exhausted":
        end(one, "exhausted")
        break
      case "Gone":
        end(one, "exhausted")
        if (one.endpointId !== undefined) disable(one.endpointId, goneReason)
    }
    if (one.endpointId !== undefined) health(one.endpointId, next._tag === "Delivered")
  }

  /** The time from which a rate has room: at most the last twentieth of a second, or one delivery's worth. */
  const freeSince = (lane: string, rate: number): number =>
    Math.max(usedUntil.get(lane) ?? 0, now() - Math.max(1000 / rate, 50))

  const allowedBy = (lane: string): number => {
    const rate = rates.get(lane)
    return rate === undefined ? Infinity : Math.floor(((now() - freeSince(lane, rate)) * rate) / 1000 + 1e-6)
  }

  const mine = (one: MemoryDelivery): ClaimedDelivery & { readonly claim: number } => {
    one.claim = ++claims
    one.dueAt = now() + claimMs
    return { ...one, attempts: one.attempts.length }
  }

  const claimSync = ({ otherwise, room, total }: ClaimRequest): Claim => {
    const at = now()
    const taken: Array<MemoryDelivery> = []
    const left = new Map(room)
    let next: number | undefined
    for (const one of [...deliveries.values()].toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))) {
      const free = left.get(one.lane) ?? otherwise
      if (one.dueAt === undefined || free === 0) continue
      const rate = rates.get(one.lane)
      const dueAt = rate === undefined ? one.dueAt : Math.max(one.dueAt, freeSince(one.lane, rate) + 1000 / rate)
      if (one.dueAt > at || allowedBy(one.lane) < 1) next = Math.min(next ?? Infinity, dueAt)
      else if (taken.length < total) {
        left.set(one.lane, free - 1)
        if (rate !== undefined) usedUntil.set(one.lane, freeSince(one.lane, rate) + 1000 / rate)
        taken.push(one)
      }
    }
    return { deliveries: taken.map(mine), ...(next !== undefined && { nextInMs: next - at }) }
  }

  /** Claimed in the commit that made it, where there is a receiver with room for it. */
  const claimLocally = (one: MemoryDelivery) => {
    const { otherwise = 0, room, total = 0 } = receiver?.room() ?? {}
    if (rates.has(one.lane) || Math.min(room?.get(one.lane) ?? otherwise, total) < 1) changed.openUnsafe()
    else receiver?.start([mine(one)])
  }

  const settleSync = (delivery: ClaimedDelivery & { readonly claim?: number }, settlement: Settlement) => {
    const one = deliveries.get(delivery.id)
    if (one === undefined || one.claim !== delivery.claim || one.state !== "pending") return
    one.claim = 0
    switch (settlement._tag) {
      case "Attempted":
        return attempted(one, settlement)
      case "Filtered":
        return end(one, "filtered")
      case "EndpointUnknown":
      case "Returned":
        postpone(one, lookAgainMs)
    }
  }

  const store = DeliveryStore.of({
    claim: (request) =>
      Effect.sync(() => {
        changed.closeUnsafe()
        return claimSync(request)
      }),
    receive: (its) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          receiver = its
        }),
        () =>
          Effect.sync(() => {
            if (receiver === its) receiver = undefined
          })
      ),
    freeze: (id, body) =>
      Effect.sync(() => {
        const one = deliveries.get(id)
        if (one !== undefined) Object.assign(one, { body, frozen: true })
      }),
    settle: (delivery, settlement) => Effect.sync(() => settleSync(delivery, settlement)),
    due: changed.await
  })

  const add = (delivery: NewDelivery) =>
    Effect.sync(() => {
      const id = newUuidUnsafe()
      const one: MemoryDelivery = {
        ...delivery,
        id,
        messageId: newUuidUnsafe(),
        sequence: ++sequence,
        createdAt: now(),
        lane: delivery.endpointId,
        body: Utf8.encode(delivery.body),
        frozen: false,
        state: disabled.has(delivery.endpointId) ? "held" : "pending",
        dueAt: undefined,
        claim: 0,
        round: 0,
        chained: delivery.orderId !== undefined,
        attempts: []
      }
      const isFirst = !one.chained || pendingIn(one).length === 0
      deliveries.set(id, one)
      if (isFirst && one.state === "pending") {
        one.dueAt = now()
        claimLocally(one)
      }
      return id
    })

  return Context.make(DeliveryStore, store).pipe(
    Context.add(DeliveryStoreMemory, { add, deliveries, disabled, failing, rates })
  )
})

export const layer: Layer.Layer<DeliveryStore | DeliveryStoreMemory> = Layer.effectContext(make)
