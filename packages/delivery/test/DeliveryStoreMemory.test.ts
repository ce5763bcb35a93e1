import { DeliveryStore } from "@sluice/delivery/DeliveryStore"
import * as DeliveryStoreMemory from "@sluice/delivery/testing/DeliveryStoreMemory"
import { DeliveryStoreHarness, suite } from "@sluice/delivery/testing/DeliveryStoreSuite"
import { Clock, Effect, Layer } from "effect"

const harness = Layer.effect(
  DeliveryStoreHarness,
  Effect.gen(function*() {
    const store = yield* DeliveryStore
    const { add, deliveries, disabled, failing, rates } = yield* DeliveryStoreMemory.DeliveryStoreMemory
    return {
      start: Effect.succeed(store),
      subscribe: (endpointId, rate) => Effect.sync(() => void (rate !== undefined && rates.set(endpointId, rate))),
      make: ({ body = "{}", ...made }) => add({ type: "order.submitted", body, ...made }),
      makeHere: (endpointId) => add({ type: endpointId, endpointId, body: "{}" }),
      look: (id) =>
        Effect.sync(() => {
          const { attempts, state } = deliveries.get(id)!
          return { state, attempts: attempts.length }
        }),
      claimsRunOut: Effect.map(Clock.currentTimeMillis, (now) => {
        for (const one of deliveries.values()) if (one.dueAt !== undefined) one.dueAt = now
      }),
      failingForLonger: (endpointId, ms) =>
        Effect.sync(() => void failing.set(endpointId, (failing.get(endpointId) ?? 0) - ms)),
      disabledReason: (endpointId) => Effect.sync(() => disabled.get(endpointId))
    }
  })
).pipe(Layer.provide(DeliveryStoreMemory.layer))

suite("DeliveryStoreMemory", harness)
