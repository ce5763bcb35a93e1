import { assert, it } from "@effect/vitest"
import { Runs } from "@sluice/engine/runs/Runs"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import { scriptOf } from "@sluice/engine/testing/ScriptedPartners"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { BookShop, sluice } from "../src/BookShop.ts"

const partners = OutboundMemory.layer(scriptOf({
  "https://loyalty.example": OutboundMemory.respond(200, { points: 42 }),
  "https://warehouse.example": OutboundMemory.respond(201)
}))

/** The layers that a test swaps: a journal in memory, partners that are scripted. */
const shop = BookShop.layer.pipe(
  Layer.provideMerge(sluice),
  Layer.provide(JournalMemory.layer),
  Layer.provideMerge(partners)
)

it.effect("a sale reaches the warehouse with the points that the loyalty programme gave", () =>
  Effect.gen(function*() {
    const { sell } = yield* BookShop
    const { order } = yield* (yield* Runs).result(yield* sell("978-0-262-51087-5"))
    assert.strictEqual(order.status, "Shipped")
    assert.deepStrictEqual(order.properties, [{ key: "loyaltyPoints", value: "42" }])

    const { requests } = yield* OutboundMemory.OutboundMemory
    assert.deepStrictEqual(requests.map(({ url }) => url), [
      "https://loyalty.example/points",
      "https://warehouse.example/orders"
    ])
    assert.deepStrictEqual(JSON.parse(String(requests[1]?.body)).properties, [{ key: "loyaltyPoints", value: "42" }])
  }).pipe(Effect.provide(shop)))
