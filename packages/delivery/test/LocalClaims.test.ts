import { assert, describe, it } from "@effect/vitest"
import { DeliveryStore, lookAgainMs } from "@sluice/delivery/DeliveryStore"
import * as DeliveryStoreMemory from "@sluice/delivery/testing/DeliveryStoreMemory"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Clock, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { dispatcher, endpoint, respond } from "./Harness.ts"

const delivery = (endpointId: string) => ({ type: "order.submitted", endpointId, body: "{}" })

const memory = Effect.map(DeliveryStoreMemory.DeliveryStoreMemory, (store) => ({
  ...store,
  all: () => [...store.deliveries.values()]
}))

/** A dispatcher that is open as long as the scope, and what it asked its store for. */
const dispatching = Effect.fnUntraced(
  function*(receive: OutboundMemory.OutboundScript, scope: Scope.Scope) {
    const claims = { made: 0, taken: 0 }
    const counting = Layer.effect(
      DeliveryStore,
      Effect.map(DeliveryStore, (store) =>
        DeliveryStore.of({
          ...store,
          claim: (request) =>
            Effect.tap(store.claim(request), ({ deliveries }) =>
              Effect.sync(() => {
                claims.made++
                claims.taken += deliveries.length
              }))
        }))
    )
    const layer = dispatcher([endpoint("a"), endpoint("b")]).pipe(
      Layer.provide([OutboundMemory.layer(receive), counting])
    )
    yield* Layer.buildWithScope(layer, scope)
    yield* TestClock.adjust("1 second")
    return claims
  }
)

describe("a delivery that the sending process creates", () => {
  it.effect("is sent without a poll, and one without room is found by a poll", () =>
    Effect.scoped(Effect.gen(function*() {
      const { add, all } = yield* memory
      const slowly = Effect.delay(Effect.succeed(respond(200)), "50 millis")
      const claims = yield* dispatching(() => slowly, yield* Effect.scope)
      const before = claims.made
      for (let n = 0; n < 100; n++) {
        yield* add(delivery("a"))
        yield* TestClock.adjust("100 millis")
      }
      assert.isTrue(all().every(({ state }) => state === "delivered"))
      assert.strictEqual(claims.made, before)
      for (let n = 0; n < 100; n++) yield* add(delivery("b"))
      yield* TestClock.adjust("1 second")
      assert.isAbove(claims.taken, 0)
      assert.isTrue(all().every(({ state }) => state === "delivered"))
    })).pipe(Effect.provide(DeliveryStoreMemory.layer)))

  it.effect("is returned if it is not sent before the process ends", () =>
    Effect.gen(function*() {
      const { add, all } = yield* memory
      const scope = yield* Scope.make()
      yield* dispatching(() => Effect.never, scope)
      yield* add(delivery("a"))
      assert.notStrictEqual(all()[0]?.claim, 0)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(all().map(({ claim, state }) => [state, claim]), [["pending", 0]])
      assert.isAtMost(all()[0]?.dueAt ?? Infinity, (yield* Clock.currentTimeMillis) + lookAgainMs)
      // Nobody receives any more.
      yield* add(delivery("a"))
      assert.strictEqual(all()[1]?.claim, 0)
    }).pipe(Effect.provide(DeliveryStoreMemory.layer)))
})
