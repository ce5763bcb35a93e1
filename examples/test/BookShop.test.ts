import { assert, it } from "@effect/vitest"
import { Expressions } from "@sluice/engine/expressions/Expressions"
import * as JournalMemory from "@sluice/engine/testing/JournalMemory"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import * as OutboundMemory from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { BookShop, sluice } from "../src/BookShop.ts"

/** The shop's settings hold no expressions: an evaluator that refuses is enough. */
const NoExpressions = Layer.succeed(Expressions, {
  check: () => Effect.die("no expressions here"),
  evaluate: () => Effect.die("no expressions here")
})

const partners = OutboundMemory.layer(({ url }) =>
  url.startsWith("https://loyalty.example")
    ? OutboundMemory.respond(200, { points: 42 })
    : OutboundMemory.respond(201)
)

/** The layers that a test swaps: a journal in memory, partners that are scripted. */
const shop = BookShop.layer.pipe(
  Layer.provideMerge(sluice),
  Layer.provideMerge(JournalMemory.layer),
  Layer.provideMerge(Layer.mergeAll(partners, NoExpressions))
)

it.effect("a sale reaches the warehouse with the points that the loyalty programme gave", () =>
  Effect.gen(function*() {
    const { sell } = yield* BookShop
    const id = yield* sell("978-0-262-51087-5")
    yield* TestClock.adjust("1 millis").pipe(Effect.repeat({ times: 10 }))

    const { orders } = yield* JournalStore
    const order = orders.get(id)?.versions.at(-1)?.order
    assert.strictEqual(order?.status, "Shipped")
    assert.deepStrictEqual(order?.properties, [{ key: "loyaltyPoints", value: "42" }])

    const { requests } = yield* OutboundMemory.OutboundMemory
    assert.deepStrictEqual(requests.map(({ url }) => url), [
      "https://loyalty.example/points",
      "https://warehouse.example/orders"
    ])
    assert.deepStrictEqual(JSON.parse(String(requests[1]?.body)).properties, [{ key: "loyaltyPoints", value: "42" }])
  }).pipe(Effect.provide(shop)))
