/**
 * Metrics of deliveries, as a layer around the store: leave it out for no metrics. `sluice_deliveries_total{state}`.
 * Contract: section 7, `/metrics`.
 */
import { Effect, Layer, Metric } from "effect"
import { DeliveryStore, type Settlement } from "./DeliveryStore.ts"

const states = ["delivered", "exhausted", "filtered"] as const
type Ended = (typeof states)[number]

const ended = Object.fromEntries(
  states.map((state) => [
    state,
    Metric.counter("sluice_deliveries_total", {
      description: "Deliveries that ended in this process, by their final state.",
      incremental: true,
      attributes: { state }
    })
  ])
) as { readonly [State in Ended]: Metric.Counter<number> }

/** `undefined` where it goes on. */
const endOf = (settlement: Settlement): Ended | undefined => {
  if (settlement._tag === "Filtered") return "filtered"
  if (settlement._tag !== "Attempted") return undefined
  switch (settlement.next._tag) {
    case "Delivered":
      return "delivered"
    case "Exhausted":
    case "Gone":
      return "exhausted"
    case "Retry":
      return undefined
  }
}

/** A store that counts the deliveries which end through it. */
export const store: Layer.Layer<DeliveryStore, never, DeliveryStore> = Layer.effect(
  DeliveryStore,
  Effect.gen(function*() {
    const inner = yield* DeliveryStore
    const context = yield* Effect.context<never>()
    // Each state is there from the start, so that a rate can be taken of the first one.
    for (const counter of Object.values(ended)) counter.updateUnsafe(0, context)
    return DeliveryStore.of({
      ...inner,
      settle: (delivery, settlement) =>
        Effect.tap(inner.settle(delivery, settlement), () =>
          Effect.sync(() => {
            const state = endOf(settlement)
            if (state !== undefined) ended[state].updateUnsafe(1, context)
          }))
    })
  })
)
