import { assert, layer } from "@effect/vitest"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const callout = (id: string, endpoint: string, options: JsonObject = {}): JsonObject => ({
  name: "calloutPlugin",
  id,
  options: { endpoint, ...options }
})

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("simulate", (it) => {
  const setUp = Effect.gen(function*() {
    const { ask } = yield* Sluice
    const partner = yield* Partner
    partner.answer(
      "/score",
      (asked, response) => void response.end(JSON.stringify({ score: JSON.parse(asked.body).id === "low" ? 10 : 90 }))
    )
    const score = callout("score", `${partner.url}/score`, { headers: { authorization: "Bearer hidden-in-records" } })
    const bill = {
      ...callout("bill", `${partner.url}/bill`, { headers: { "x-score": "{% $string(callouts.score.body.score) %}" } }),
      when: "callouts.score.body.score > 50"
    }
    yield* ask("PUT", "/v1/pipelines/scored", { body: { match: { orderTypes: ["SCORED"] }, steps: [score, bill] } })
    for (const id of ["low", "high"]) {
      yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=60" }, body: { orderType: "SCORED", id } })
    }
    const simulate = (body: Json) => ask("POST", "/v1/pipelines/scored/simulate", { body })
    return { ask, partner, score, bill, simulate }
  })

  it.effect("a simulation of the stored pipeline over its last runs finds no difference and sends nothing", () =>
    Effect.gen(function*() {
      const { ask, partner, simulate } = yield* setUp
      const asked = partner.asked.length
      const { json, status, text } = yield* simulate({})
      assert.strictEqual(status, 200, text)
      assert.deepStrictEqual(json.items.map((one: any) => [one.orderId, one.same]), [["high", true], ["low", true]])
      assert.match(json.items[0].processEventId, /^process_event-[0-9a-f]{32}$/)
      assert.strictEqual((yield* simulate({ lastRuns: 1 })).json.items.length, 1)
      assert.strictEqual(partner.asked.length, asked)
      assert.strictEqual((yield* ask("GET", "/v1/process-events?orderId=low")).json.items.length, 1)
    }))

  it.effect("a changed definition shows what it would have done to an order, and stores nothing", () =>
    Effect.gen(function*() {
      const { ask, bill, partner, score, simulate } = yield* setUp
      const definition = {
        steps: [score, { ...bill, when: "callouts.score.body.score > 5" }, callout("thank", `${partner.url}/thank`)]
      }
      const { json, text } = yield* simulate({ definition, orders: ["low", "high"] })
      const [low, high] = ["low", "high"].map((id) => json.items.find((one: any) => one.orderId === id))
      assert.deepStrictEqual(low.differences.map((one: any) => [one.stepId, one.kind]), [
        ["bill", "outcome"],
        ["thank", "added"]
      ])
      assert.deepStrictEqual(low.unanswered, ["bill", "thank"])
      assert.deepStrictEqual(high.unanswered, ["thank"])
      assert.deepStrictEqual([low.before, low.after], [{ state: "completed" }, { state: "completed" }])
      assert.notInclude(text, "hidden-in-records")
      assert.strictEqual((yield* ask("GET", "/v1/pipelines/scored")).json.version, 1)
    }))

  it.effect("the plan of one order shows the requests of each step, from recorded answers where they exist, and sends nothing", () =>
    Effect.gen(function*() {
      const { partner, simulate } = yield* setUp
      const asked = partner.asked.length
      const posted = yield* simulate({ order: { orderType: "SCORED", id: "planned" } })
      assert.strictEqual(posted.status, 200, posted.text)
      const [item] = posted.json.items
      assert.deepStrictEqual([item.orderId, item.same, item.unanswered], ["planned", false, ["score"]])
      assert.deepStrictEqual(item.plan.map((one: any) => [one.state, one.requests.length, one.dependsOn]), [
        ["unknown", 1, undefined],
        ["unknown", 0, ["score"]]
      ])
      const [request] = item.plan[0].requests
      assert.deepStrictEqual([request.endpoint, request.body.id], [`${partner.url}/score`, "planned"])
      assert.strictEqual(request.headers.authorization, "[redacted]")
      const stored = (yield* simulate({ orderId: "high" })).json.items[0]
      assert.deepStrictEqual([stored.same, stored.before, stored.plan.map((one: any) => one.state)], [
        true,
        { state: "completed" },
        ["succeeded", "succeeded"]
      ])
      assert.strictEqual(stored.plan[1].requests[0].headers["x-score"], "90")
      assert.strictEqual(partner.asked.length, asked)
    }))

  it.effect.each([
    [{ definition: { steps: [{ name: "nobody" }] } }, "definition.steps[0].name"],
    [{ definition: { name: "other", steps: [] } }, "definition.name"],
    [{ orders: ["low", "unheard-of"] }, "orders[1]"],
    [{ lastRuns: 0 }, "lastRuns"],
    [{ lastRuns: 10_001 }, "lastRuns"],
    [{ last: 5 }, "last"],
    [{ orderId: "unheard-of" }, "orderId"],
    [{ order: {} }, "order.orderType"],
    [{ order: { orderType: "X" }, orders: ["low"] }, "order"]
  ])("refuses %j, naming %s", ([body, path]) =>
    Effect.gen(function*() {
      const { simulate } = yield* setUp
      const { json, status } = yield* simulate(body as Json)
      assert.strictEqual(status, 400)
      assert.deepStrictEqual(json.errors.map((one: any) => one.path), [path])
    }))

  it.effect("says 404 for a pipeline that is not stored, unless a definition comes along", () =>
    Effect.gen(function*() {
      const { ask } = yield* setUp
      assert.strictEqual((yield* ask("POST", "/v1/pipelines/unheard/simulate", { body: {} })).status, 404)
      const posted = yield* ask("POST", "/v1/pipelines/unheard/simulate", { body: { definition: { steps: [] } } })
      assert.deepStrictEqual([posted.status, posted.json], [200, { items: [] }])
    }))
})
