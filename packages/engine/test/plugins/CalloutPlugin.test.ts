/** The requests of `calloutPlugin`, and the options that are refused. Contract: section 6. */
import { assert, describe, it } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { Intake } from "@sluice/engine/commands/Intake"
import { PipelineCheck } from "@sluice/engine/internal/validation/PipelineCheck"
import { calloutPlugin } from "@sluice/engine/plugins/builtin/CalloutPlugin"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { OutboundMemory } from "@sluice/http-client/testing/OutboundMemory"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { callout, ExpressionsPaths, partners, pipeline, process, respond } from "../Harness.ts"

const order = { id: "o-1", orderType: "NEW_ORDER", orderNumber: "7" }

/** The request of a callout with these options, and how its step ended. */
const sent = (options: JsonObject) =>
  Effect.gen(function*() {
    const { submit } = yield* Intake
    yield* submit({ body: order })
    yield* TestClock.adjust("1 second").pipe(Effect.repeat({ times: 3 }))
    const { requests } = yield* OutboundMemory
    const [run] = [...(yield* JournalStore).runs.values()]
    return { request: requests[0], step: run!.steps[0], record: run!.callouts[0]?.record }
  }).pipe(Effect.provide(
    process({ pipelines: [pipeline([callout("a", options)])] }).pipe(
      Layer.provideMerge(JournalStore.layer),
      Layer.provideMerge(partners(() => respond(200)))
    )
  ))

const whole = "the whole order"

describe("a callout sends", () => {
  it.effect.each<[JsonObject, string, Json | undefined]>([
    [{}, "POST", whole],
    [{ method: "POST" }, "POST", whole],
    [{ method: "PUT" }, "PUT", whole],
    [{ method: "PATCH" }, "PATCH", whole],
    [{ method: "GET" }, "GET", undefined],
    [{ method: "DELETE" }, "DELETE", undefined],
    [{ body: {} }, "POST", {}],
    [{ body: { of: "{% order.orderNumber %}", n: 1 } }, "POST", { of: "7", n: 1 }],
    [{ method: "PATCH", body: "{% order.orderNumber %}" }, "PATCH", "7"],
    [{ method: "DELETE", body: { reason: "moved" } }, "DELETE", { reason: "moved" }]
  ])("with %j", ([options, method, body]) =>
    Effect.gen(function*() {
      const { record, request, step } = yield* sent(options)
      assert.strictEqual(step?.state, "succeeded")
      assert.strictEqual(request?.method, method)
      const text = request?.body
      if (body === whole) assert.deepInclude(JSON.parse(String(text)), { ...order, status: "New", version: 1 })
      else assert.deepStrictEqual(text === undefined ? undefined : JSON.parse(String(text)), body)
      assert.strictEqual(request?.headers["content-type"], body === undefined ? undefined : "application/json")
      assert.strictEqual(record?.method, method)
    }))

  it.effect("nothing where an expression makes it a GET that has a body", () =>
    Effect.gen(function*() {
      const { request, step } = yield* sent({ method: "{% order.method %}", body: {} })
      assert.isUndefined(request)
      assert.strictEqual(step?.error?.kind, "unprepared")
    }))
})

describe("a callout with retries", () => {
  const retry = { delaysMs: [1000, 1000] }
  it.effect.each<[string, JsonObject, ReadonlyArray<number>, ReadonlyArray<string>]>([
    ["repeats a 429 that is not listed", { retry }, [429, 429, 200], ["rejected", "rejected", "succeeded"]],
    ["fails where a 429 remains", { retry }, [429, 429, 429, 200], ["rejected", "rejected", "rejected"]],
    ["takes a 500 that is not listed for an answer", { retry }, [500, 200], ["succeeded"]],
    ["repeats a 500 that is listed", { retry, shouldRejectOn: { status: [500] } }, [500, 200], [
      "rejected",
      "succeeded"
    ]],
    ["does not repeat a 400 that is listed", { retry, shouldRejectOn: { status: [400] } }, [400, 200], ["rejected"]],
    ["takes a 429 for an answer where no delay is given", { retry: { delaysMs: [] } }, [429, 200], ["succeeded"]],
    ["takes a 429 for an answer without retries", {}, [429, 200], ["succeeded"]]
  ])("%s", ([sentence, options, statuses, outcomes]) => {
    let asked = 0
    return Effect.gen(function*() {
      const { submit } = yield* Intake
      yield* submit({ body: order })
      yield* TestClock.adjust("1 second").pipe(Effect.repeat({ times: 5 }))
      const [run] = [...(yield* JournalStore).runs.values()]
      assert.deepStrictEqual(run?.callouts.map(({ record }) => record.outcome), outcomes)
      assert.strictEqual(run?.steps[0]?.state, outcomes.at(-1) === "succeeded" ? "succeeded" : "failed")
      assert.strictEqual(asked, outcomes.length, sentence)
    }).pipe(Effect.provide(
      process({ pipelines: [pipeline([callout("a", options)])] }).pipe(
        Layer.provideMerge(JournalStore.layer),
        Layer.provideMerge(partners(() => respond(statuses[asked++] ?? 599)))
      )
    ))
  })
})

describe("a pipeline is refused for a callout", () => {
  const endpoint = "https://a.example"
  it.effect.each<[JsonObject, string, RegExp]>([
    [{ method: "GET", body: {} }, "steps[0].options.body", /^cannot be sent with GET/],
    [{ method: "GET", body: "{% order %}" }, "steps[0].options.body", /^cannot be sent with GET/],
    [{ body: "{% order.id %}", endpoint: "{% order.url %}", method: "GET" }, "steps[0].options.body", /with GET/],
    [{ body: "order" }, "steps[0].options.body", /^must be an object or an expression/],
    [{ body: [1] }, "steps[0].options.body", /^must be an object or an expression/],
    [{ body: 7, headers: { a: "{% order.id %}" } }, "steps[0].options.body", /^must be an object or an expression/],
    [{ method: "get" }, "steps[0].options.method", /./],
    [{ method: "HEAD" }, "steps[0].options.method", /./]
  ])("with %j", ([options, path, message]) =>
    Effect.gen(function*() {
      const { check } = yield* PipelineCheck
      const step = { name: "calloutPlugin", options: { endpoint, ...options } }
      const { faults } = yield* Effect.flip(check({ name: "p", steps: [step] }))
      assert.deepStrictEqual(faults.map((fault) => fault.path), [path])
      assert.match(faults[0]?.message ?? "", message)
    }).pipe(Effect.provide(PipelineCheck.layer.pipe(Layer.provide([
      Plugins.layer([calloutPlugin]),
      ExpressionsPaths,
      partners(() => respond(200))
    ])))))
})
