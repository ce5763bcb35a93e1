import { assert, it } from "@effect/vitest"
import * as Engine from "@sluice/engine/Engine"
import { OutboundMemory, respond } from "@sluice/http-client/testing/OutboundMemory"
import { Effect } from "effect"
import { sell, settings } from "../src/FirstPipeline.ts"

const partners = { "https://warehouse.example": respond(201, { parcel: "P-1" }) }

it.effect("a book that is sold is shipped by the warehouse", () =>
  Effect.gen(function*() {
    const { order, state, steps } = yield* sell("978-0-262-51087-5")
    assert.strictEqual(state, "completed")
    assert.strictEqual(order.status, "Shipped")
    assert.deepStrictEqual(steps.map(({ callouts }) => callouts[0]?.response?.status), [201])

    const { requests } = yield* OutboundMemory
    assert.include(String(requests[0]?.body), "978-0-262-51087-5")
  }).pipe(Effect.provide(Engine.layerTest({ settings, partners }))))
