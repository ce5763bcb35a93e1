import { assert, it } from "@effect/vitest"
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import { respond } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { settings } from "../src/BookShop.ts"
import { loyalty } from "../src/LoyaltyPlugin.ts"

const engine = Engine.layerTest({
  settings,
  plugins: [loyalty],
  partners: {
    "https://loyalty.example": (_, index) => index === 0 ? Effect.never : respond(200, { points: 42 }),
    "https://warehouse.example": respond(201)
  }
})

it.effect("a plugin whose partner hangs asks again once its time is out, on the test's clock", () =>
  Effect.gen(function*() {
    const { processEventId } = yield* (yield* Intake).submit({ body: { orderType: "NEW_ORDER" } })
    const result = yield* Effect.forkChild((yield* Runs).result(processEventId))
    yield* TestClock.adjust("2 seconds")
    const { state, steps } = yield* Fiber.join(result)
    assert.strictEqual(state, "completed")
    assert.deepStrictEqual(steps[0]?.callouts.map(({ outcome }) => outcome), ["timed-out", "succeeded"])
  }).pipe(Effect.provide(engine)))
