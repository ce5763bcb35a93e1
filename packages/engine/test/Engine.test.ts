import { assert, describe, it } from "@effect/vitest"
import { CancelRun } from "@sluice/engine/commands/CancelRun"
import { Intake } from "@sluice/engine/commands/Intake"
import * as Engine from "@sluice/engine/Engine"
import { Runs } from "@sluice/engine/runs/Runs"
import { OutboundMemory, respond } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

const pipeline = (options: { readonly [name: string]: string | number }) => ({
  pipelines: [{
    name: "books",
    match: { orderTypes: ["NEW_ORDER"] },
    completedStatus: "Shipped",
    steps: [{ name: "calloutPlugin", id: "warehouse", critical: true, options }]
  }]
})

const settings = pipeline({ endpoint: "https://warehouse.example/orders" })
const order = { body: { orderType: "NEW_ORDER" } }

describe("Engine.layerTest", () => {
  it.effect("runs an order against scripted partners, and Runs.result takes the receipt's id", () =>
    Effect.gen(function*() {
      const { processEventId } = yield* (yield* Intake).submit(order)
      const run = yield* (yield* Runs).result(processEventId)
      assert.strictEqual(run.state, "completed")
      assert.strictEqual(run.order.status, "Shipped")
      assert.deepStrictEqual(run.steps.map(({ callouts, stepId }) => [stepId, callouts[0]?.response?.status]), [
        ["warehouse", 201]
      ])
    }).pipe(Effect.provide(Engine.layerTest({
      settings,
      partners: { "https://warehouse.example": respond(201) }
    }))))

  it.effect("a script of one partner counts the requests to that partner alone, and the longest address counts", () =>
    Effect.gen(function*() {
      const { processEventId } = yield* (yield* Intake).submit(order)
      const { state } = yield* (yield* Runs).result(processEventId)
      assert.strictEqual(state, "completed")
    }).pipe(Effect.provide(Engine.layerTest({
      settings,
      partners: {
        "https://": respond(500),
        "https://warehouse.example": (_, index) => respond(index === 0 ? 201 : 500)
      }
    }))))

  it.effect("a partner without a script is unreachable by name", () =>
    Effect.gen(function*() {
      const { processEventId } = yield* (yield* Intake).submit(order)
      const result = yield* Effect.forkChild((yield* Runs).result(processEventId))
      yield* TestClock.adjust("1 hour")
      const { state, steps } = yield* Fiber.join(result)
      assert.strictEqual(state, "failed")
      assert.include(steps[0]?.error?.message, "no partner of this test")
    }).pipe(Effect.provide(Engine.layerTest({ settings, partners: {} }))))

  it.effect("a run is cancelled, and awaited, by the id of its receipt", () =>
    Effect.gen(function*() {
      const runs = yield* Runs
      const { processEventId } = yield* (yield* Intake).submit(order)
      const waiting = yield* Effect.forkChild(runs.awaitEnd(processEventId, "1 minute"))
      yield* (yield* CancelRun).cancel(processEventId, { reason: "sold out" })
      assert.isTrue(yield* Fiber.join(waiting))
      assert.strictEqual((yield* runs.result(processEventId)).state, "cancelled")
    }).pipe(Effect.provide(Engine.layerTest({ settings, partners: () => Effect.never }))))

  it.effect("the result of a run that never was is RunNotFound", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip((yield* Runs).result("process_event-0199aaaa000070008000ffffffffffff"))
      assert.strictEqual(error._tag, "RunNotFound")
    }).pipe(Effect.provide(Engine.layerTest({ settings, partners: {} }))))

  it.effect("settings with an expression are refused without an evaluator, with the way to have one", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.void.pipe(Effect.provide(Engine.layerTest({
        settings: pipeline({ endpoint: "{% order.url %}" }),
        partners: {}
      }))))
      assert.include(JSON.stringify(error.faults), "JsonataExpressions.layer()")
    }))

  it.effect("a callout's requests are seen by OutboundMemory", () =>
    Effect.gen(function*() {
      const { processEventId } = yield* (yield* Intake).submit(order)
      yield* (yield* Runs).result(processEventId)
      const { requests } = yield* OutboundMemory
      assert.deepStrictEqual(requests.map(({ url }) => url), ["https://warehouse.example/orders"])
    }).pipe(Effect.provide(Engine.layerTest({ settings, partners: () => respond(201) }))))
})
