/**
 * The conformance suite of `DeliveryStore`. An adapter's test is one call of `suite`; its harness makes deliveries,
 * which is not part of the port. Contract: sections 9 and 10.
 */
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type { DeliveryState } from "@sluice/domain/webhook/Delivery"
// oxlint-disable-next-line eslint/no-restricted-imports -- a suite is a test; nothing of it runs in the package
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, type Layer, type Scope } from "effect"
import {
  type ClaimedDelivery,
  claimMs,
  type ClaimRequest,
  type DeliveryStore,
  lookAgainMs,
  unpreparedCodes
} from "../DeliveryStore.ts"
import { disableAfterMs, failingReason, goneReason } from "../EndpointHealth.ts"
import { Next } from "../Judgement.ts"

/** A delivery to create. With `orderId` it is part of the sequence of that order. */
export interface Made {
  readonly endpointId: string
  readonly orderId?: string
  readonly body?: string
}

export class DeliveryStoreHarness extends Context.Service<DeliveryStoreHarness, {
  /** Starts a process over the store. */
  readonly start: Effect.Effect<DeliveryStore["Service"], never, Scope.Scope>
  /** Creates an endpoint that receives the deliveries made for it; `rate`: deliveries a second. */
  readonly subscribe: (endpointId: string, rate?: number) => Effect.Effect<void>
  /** Creates a delivery, and returns its id. */
  readonly make: (made: Made) => Effect.Effect<string>
  /**
   * Creates a delivery that belongs to no order, in a process that may be sending. Returns its id after the commit.
   */
  readonly makeHere: (endpointId: string) => Effect.Effect<string>
  readonly look: (id: string) => Effect.Effect<{ readonly state: DeliveryState; readonly attempts: number }>
  /** Lets every present claim expire. */
  readonly claimsRunOut: Effect.Effect<void>
  /** Moves the endpoint's first failure `ms` milliseconds into the past. */
  readonly failingForLonger: (endpointId: string, ms: number) => Effect.Effect<void>
  /** The reason why the endpoint was disabled; `undefined` if it was not. */
  readonly disabledReason: (endpointId: string) => Effect.Effect<string | undefined>
}>()("@sluice/delivery/testing/DeliveryStoreSuite") {}

type Store = DeliveryStore["Service"]

const everything: ClaimRequest = { room: new Map(), otherwise: 100, total: 1000 }

const claimed = (store: Store, request: Partial<ClaimRequest> = {}) =>
  Effect.map(store.claim({ ...everything, ...request }), ({ deliveries }) => deliveries)

const one = (deliveries: ReadonlyArray<ClaimedDelivery>): ClaimedDelivery => {
  assert.lengthOf(deliveries, 1)
  return deliveries[0]!
}

/** The part of a delivery that the port promises; a store may keep more. */
const told = (delivery: ClaimedDelivery) => {
  const { attempts, body, createdAt, endpointId, frozen, id, lane, messageId, round, sequence, type } = delivery
  return { attempts, body, createdAt, endpointId, frozen, id, lane, messageId, round, sequence, type }
}

const attempted = (delivery: ClaimedDelivery, next: Next) =>
  ({
    _tag: "Attempted",
    attempt: { number: delivery.attempts + 1, startedAt: 0, durationMs: 1 },
    next
  }) as const

const end = (store: Store, delivery: ClaimedDelivery, next: Next) => store.settle(delivery, attempted(delivery, next))

/** Takes what is made in this process while the scope is open. */
const receiving = Effect.fnUntraced(function*(store: Store, request: Partial<ClaimRequest> = {}) {
  const taken: Array<ClaimedDelivery> = []
  yield* store.receive({ room: () => ({ ...everything, ...request }), start: (more) => void taken.push(...more) })
  return taken
})

const bodyOf = ({ body }: ClaimedDelivery) => Utf8.decode(body)

export const suite = (name: string, layer: Layer.Layer<DeliveryStoreHarness>) =>
  // oxlint-disable-next-line vitest/valid-title -- the adapter's name
  describe(name, () => {
    const test = <E>(
      sentence: string,
      body: (harness: DeliveryStoreHarness["Service"], store: Store) => Effect.Effect<void, E, Scope.Scope>
    ) =>
      it.live(sentence, () =>
        Effect.gen(function*() {
          const harness = yield* DeliveryStoreHarness
          yield* body(harness, yield* harness.start)
        }).pipe(Effect.scoped, Effect.provide(layer)))

    test(
      "one delivery per order and endpoint is claimed at a time, in sequence, and other orders are not delayed",
      (harness, store) =>
        Effect.gen(function*() {
          yield* harness.subscribe("a")
          for (const body of ["1 of X", "2 of X", "3 of X"]) {
            yield* harness.make({ endpointId: "a", orderId: "X", body })
          }
          yield* harness.make({ endpointId: "a", orderId: "Y", body: "1 of Y" })
          for (const body of ["1 of none", "2 of none"]) {
            yield* harness.make({ endpointId: "a", body })
          }
          const first = yield* claimed(store)
          assert.deepStrictEqual(first.map(bodyOf), ["1 of X", "1 of Y", "1 of none", "2 of none"])
          const sequences = first.map(({ sequence }) => sequence)
          assert.deepStrictEqual(sequences, sequences.toSorted((a, b) => a - b))
          assert.lengthOf(yield* claimed(store), 0)
          yield* end(store, first[0]!, Next.Exhausted())
          const second = one(yield* claimed(store))
          assert.strictEqual(bodyOf(second), "2 of X")
          // A filtered one ends too.
          yield* store.settle(second, { _tag: "Filtered" })
          assert.strictEqual((yield* harness.look(second.id)).state, "filtered")
          assert.strictEqual(bodyOf(one(yield* claimed(store))), "3 of X")
        })
    )

    test("a delivery to be retried stays at the head of its sequence until it is due", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        for (const body of ["1", "2"]) {
          yield* harness.make({ endpointId: "a", orderId: "X", body })
        }
        yield* end(store, one(yield* claimed(store)), Next.Retry({ afterMs: 60_000 }))
        const { deliveries, nextInMs = 0 } = yield* store.claim(everything)
        assert.lengthOf(deliveries, 0)
        assert.isAbove(nextInMs, 30_000)
        assert.isAtMost(nextInMs, 60_000)
      }))

    test(
      "a claim takes from each endpoint queue no more than its room, so that a backlog hides no other queue",
      (harness, store) =>
        Effect.gen(function*() {
          for (const endpointId of ["dead", "alive"]) {
            yield* harness.subscribe(endpointId)
          }
          for (let n = 0; n < 20; n++) {
            yield* harness.make({ endpointId: "dead" })
          }
          yield* harness.make({ endpointId: "alive" })
          const first = yield* claimed(store, { otherwise: 3 })
          assert.deepStrictEqual(
            first.map(({ endpointId }) =>
              endpointId
            ).toSorted(),
            ["alive", "dead", "dead", "dead"]
          )
          const lane = first.find(({ endpointId }) => endpointId === "dead")!.lane
          assert.lengthOf(yield* claimed(store, { room: new Map([[lane, 0]]) }), 0)
          assert.lengthOf(yield* claimed(store, { room: new Map([[lane, 5]]), otherwise: 0 }), 5)
          const rest = yield* claimed(store, { total: 7 })
          assert.isAbove(rest.length, 0)
          assert.isAtMost(rest.length, 7)
        })
    )

    test(
      "an endpoint's rate limit is respected, and the claim says when the next delivery is allowed",
      (harness, store) =>
        Effect.gen(function*() {
          yield* harness.subscribe("slow", 1)
          for (let n = 0; n < 3; n++) {
            yield* harness.make({ endpointId: "slow" })
          }
          const other = yield* harness.start
          const both = yield* Effect.all([claimed(store), claimed(other)], { concurrency: 2 })
          assert.lengthOf(both.flat(), 1)
          const { deliveries, nextInMs = 0 } = yield* store.claim(everything)
          assert.lengthOf(deliveries, 0)
          assert.isAbove(nextInMs, 0)
          assert.isAtMost(nextInMs, 1000)
        })
    )

    test(
      "an expired claim is given to another process, and only the newest claim can settle the delivery",
      (harness, store) =>
        Effect.gen(function*() {
          yield* harness.subscribe("a")
          const id = yield* harness.make({ endpointId: "a" })
          const other = yield* harness.start
          const lost = one(yield* claimed(store))
          assert.lengthOf(yield* claimed(other), 0)
          yield* harness.claimsRunOut
          const found = one(yield* claimed(other))
          assert.strictEqual(found.messageId, lost.messageId)
          yield* end(store, lost, Next.Exhausted())
          assert.strictEqual((yield* harness.look(id)).state, "pending")
          yield* end(other, found, Next.Delivered())
          assert.deepStrictEqual(yield* harness.look(id), { state: "delivered", attempts: 1 })
        })
    )

    test("the bytes that were sent are kept for every later attempt, and attempts are counted", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        yield* harness.make({ endpointId: "a", body: "made" })
        const first = one(yield* claimed(store))
        assert.deepInclude(first, { frozen: false, attempts: 0, round: 0 })
        yield* store.freeze(first.id, Utf8.encode("sent"))
        yield* end(store, first, Next.Retry({ afterMs: 0 }))
        const second = one(yield* claimed(store))
        assert.strictEqual(bodyOf(second), "sent")
        assert.deepInclude(second, { frozen: true, attempts: 1, round: 1, messageId: first.messageId })
      }))

    test(
      "a claim says when there is more to claim: when a claim expires, or sooner behind claimed deliveries",
      (harness, store) =>
        Effect.gen(function*() {
          yield* harness.subscribe("a")
          yield* harness.make({ endpointId: "a" })
          assert.lengthOf(yield* claimed(store), 1)
          const { nextInMs = 0 } = yield* store.claim(everything)
          assert.isAbove(nextInMs, lookAgainMs)
          assert.isAtMost(nextInMs, claimMs)
          yield* harness.make({ endpointId: "a" })
          yield* store.settle(one(yield* claimed(store)), { _tag: "Returned" })
          const { nextInMs: sooner = 0 } = yield* store.claim(everything)
          assert.isAbove(sooner, 0)
          assert.isAtMost(sooner, lookAgainMs)
        })
    )

    test("the message's bytes are kept once they were sent, and not if a template failed", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        yield* harness.make({ endpointId: "a", body: "made" })
        const next = Next.Retry({ afterMs: 0 })
        for (const code of unpreparedCodes) {
          const unsent = one(yield* claimed(store))
          const { attempt } = attempted(unsent, next)
          const error = { code, message: `"error":{"code":"timed-out"` }
          yield* store.settle(unsent, { _tag: "Attempted", attempt: { ...attempt, error }, next })
        }
        const sent = one(yield* claimed(store))
        assert.isFalse(sent.frozen)
        const { attempt } = attempted(sent, next)
        const error = { code: "timed-out", message: `"error":{"code":"payload"` }
        yield* store.settle(sent, { _tag: "Attempted", attempt: { ...attempt, error }, next })
        const again = one(yield* claimed(store))
        assert.deepStrictEqual([again.frozen, bodyOf(again)], [true, "made"])
      }))

    test("a returned delivery is claimed again after a moment", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        const id = yield* harness.make({ endpointId: "a" })
        for (const _tag of ["Returned", "EndpointUnknown"] as const) {
          yield* store.settle(one(yield* claimed(store)), { _tag })
          const { deliveries, nextInMs = 0 } = yield* store.claim(everything)
          assert.lengthOf(deliveries, 0)
          assert.isAtMost(nextInMs, lookAgainMs)
          assert.deepStrictEqual(yield* harness.look(id), { state: "pending", attempts: 0 })
          yield* harness.claimsRunOut
        }
      }))

    test("an endpoint that is gone is disabled: its delivery is exhausted, the others and all later ones are held", (
      harness,
      store
    ) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        const ids = [yield* harness.make({ endpointId: "a", orderId: "X" })]
        ids.push(yield* harness.make({ endpointId: "a", orderId: "X" }))
        ids.push(yield* harness.make({ endpointId: "a" }))
        yield* end(store, one(yield* claimed(store, { total: 1 })), Next.Gone())
        ids.push(yield* harness.make({ endpointId: "a", orderId: "X" }))
        const states = yield* Effect.forEach(ids, harness.look)
        assert.deepStrictEqual(
          states.map(({ state }) =>
            state
          ),
          ["exhausted", "held", "held", "held"]
        )
        assert.strictEqual(yield* harness.disabledReason("a"), goneReason)
        assert.deepStrictEqual(yield* store.claim(everything), { deliveries: [] })
      }))

    test(
      "an endpoint is disabled after five days of failures only, and one success restarts the count",
      (harness, store) =>
        Effect.gen(function*() {
          for (const id of ["a", "b"]) {
            yield* harness.subscribe(id)
          }
          const attempt = Effect.fnUntraced(function*(endpointId: string, next: Next) {
            yield* harness.make({ endpointId })
            yield* end(store, one(yield* claimed(store)), next)
          })
          for (const id of ["a", "b"]) {
            yield* attempt(id, Next.Exhausted())
            yield* harness.failingForLonger(id, disableAfterMs + 1000)
          }
          yield* attempt("b", Next.Delivered())
          for (const id of ["a", "b"]) {
            yield* attempt(id, Next.Exhausted())
          }
          assert.strictEqual(yield* harness.disabledReason("a"), failingReason)
          assert.isUndefined(yield* harness.disabledReason("b"))
        })
    )

    test("a waiting process is woken when a delivery is created or becomes due", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        yield* harness.make({ endpointId: "a", orderId: "X" })
        const head = one(yield* claimed(store))
        yield* harness.make({ endpointId: "a", orderId: "X" })
        assert.lengthOf(yield* claimed(store), 0)
        const waiting = yield* Effect.forkChild(store.due)
        yield* end(store, head, Next.Delivered())
        yield* Fiber.join(waiting)
        one(yield* claimed(store))
      }))

    test(
      "a delivery created by this process is claimed by it at once, and hidden from others until the claim expires",
      (
        harness,
        store
      ) =>
        Effect.gen(function*() {
          yield* harness.subscribe("a")
          const other = yield* harness.start
          const taken = yield* receiving(store)
          const id = yield* harness.makeHere("a")
          const handed = one(taken)
          assert.strictEqual(handed.id, id)
          assert.lengthOf(yield* claimed(other), 0)
          yield* harness.claimsRunOut
          const found = one(yield* claimed(other))
          assert.deepStrictEqual(told(found), told(handed))
          // The earlier claim has expired: its result is refused.
          yield* end(store, handed, Next.Exhausted())
          assert.deepStrictEqual(yield* harness.look(id), { state: "pending", attempts: 0 })
          yield* end(other, found, Next.Delivered())
          assert.deepStrictEqual(yield* harness.look(id), { state: "delivered", attempts: 1 })
        })
    )

    test("local claims are limited to the room of the process, and other deliveries stay claimable", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        yield* Effect.scoped(Effect.gen(function*() {
          const taken = yield* receiving(store, { otherwise: 0 })
          yield* harness.makeHere("a")
          assert.lengthOf(taken, 0)
        }))
        const { lane } = one(yield* claimed(store))
        for (const request of [{ room: new Map([[lane, 0]]) }, { total: 0 }]) {
          yield* Effect.scoped(Effect.gen(function*() {
            const taken = yield* receiving(store, request)
            yield* harness.makeHere("a")
            assert.lengthOf(taken, 0)
          }))
          one(yield* claimed(store))
        }
        // No receiver is registered.
        yield* harness.makeHere("a")
        one(yield* claimed(store))
      }))

    test("a delivery to an endpoint with a rate limit is not claimed locally", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("slow", 1)
        const taken = yield* receiving(store)
        for (let n = 0; n < 3; n++) {
          yield* harness.makeHere("slow")
        }
        assert.lengthOf(taken, 0)
        assert.lengthOf(yield* claimed(store), 1)
      }))

    test(
      "a locally claimed delivery is held when its endpoint is disabled, and later ones are not claimed",
      (harness, store) =>
        Effect.gen(function*() {
          yield* harness.subscribe("a")
          const taken = yield* receiving(store)
          const ids = [yield* harness.makeHere("a"), yield* harness.makeHere("a"), yield* harness.makeHere("a")]
          yield* end(store, taken[0]!, Next.Gone())
          ids.push(yield* harness.makeHere("a"))
          assert.lengthOf(taken, 3)
          yield* store.settle(taken[1]!, { _tag: "Returned" })
          const states = yield* Effect.forEach(ids, harness.look)
          assert.deepStrictEqual(
            states.map(({ state }) =>
              state
            ),
            ["exhausted", "held", "held", "held"]
          )
        })
    )

    test("a locally claimed delivery that is returned can be claimed by other processes", (harness, store) =>
      Effect.gen(function*() {
        yield* harness.subscribe("a")
        const taken = yield* receiving(store)
        const id = yield* harness.makeHere("a")
        const other = yield* harness.start
        const waiting = yield* Effect.forkChild(store.due)
        yield* store.settle(one(taken), { _tag: "Returned" })
        yield* Fiber.join(waiting)
        const { nextInMs = Infinity } = yield* other.claim(everything)
        assert.isAtMost(nextInMs, lookAgainMs)
        yield* harness.claimsRunOut
        assert.strictEqual(one(yield* claimed(other)).id, id)
      }))
  })
