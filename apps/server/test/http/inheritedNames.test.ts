/** Names that every JavaScript object inherits are names like any other: as ids of steps, members, keys and settings. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"]
const json = { "content-type": "application/json" }

const steps = (url: string, id: string, active: boolean) => ({
  match: { orderTypes: [id] },
  steps: [
    { name: "calloutPlugin", id, active, options: { endpoint: `${url}/first` } },
    {
      name: "calloutPlugin",
      id: "second",
      ...(active && { when: `callouts.${id}.status = 200 and steps.${id}.state = "succeeded"` }),
      options: {
        endpoint: `${url}/second`,
        headers: {
          "x-inline": `{% callouts.${id}.body.accountId %}`,
          "x-jsonata": `{% $uppercase(steps.${id}.state) %}`
        }
      }
    }
  ]
})

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("inherited names", (it) => {
  it.effect.each(names)(
    "a step, a pipeline and an order type called %s are found by expressions and by the API",
    (name) =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const partner = yield* Partner
        partner.answer("/first", (_, response) => response.end(JSON.stringify({ accountId: "A-1" })))
        const put = yield* ask("PUT", `/v1/pipelines/${name}`, { body: steps(partner.url, name, true) })
        assert.strictEqual(put.status, 201, put.text)
        const order = yield* ask("POST", "/v1/orders", {
          headers: { ...json, prefer: "wait=30" },
          raw:
            `{"orderType":"${name}","${name}":1,"properties":[{"key":"${name}","value":"1"}],"orderForm":{"${name}":1}}`
        })
        assert.deepStrictEqual(
          order.json.processEvent.steps.map(({ id, state }: { id: string; state: string }) => [id, state]),
          [[name, "succeeded"], ["second", "succeeded"]]
        )
        assert.deepInclude(partner.asked.at(-1)?.headers, { "x-inline": "A-1", "x-jsonata": "SUCCEEDED" })
        const { orderId, id } = order.json.processEvent
        const patch = { headers: json, raw: `{"customFields":{"${name}":2},"orderForm":{"${name}":3}}` }
        yield* ask("PATCH", `/v1/orders/${orderId}`, patch)
        const stored = yield* ask("GET", `/v1/orders/${orderId}`)
        for (const member of [`"${name}":1`, `"orderForm":{"${name}":3}`, `"customFields":{"${name}":2}`]) {
          assert.include(stored.text, member)
        }
        const shown = yield* ask("GET", `/v1/process-events/${id}`)
        assert.strictEqual(shown.json.steps[0].id, name)
        const simulated = yield* ask("POST", `/v1/pipelines/${name}/simulate`, { body: { lastRuns: 1 } })
        assert.isTrue(simulated.json.items[0].same, simulated.text)
      })
  )

  it.effect.each(names)(
    "a property %s that objects inherit is not mistaken for a callout",
    (name) =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const partner = yield* Partner
        yield* ask("PUT", `/v1/pipelines/${name}`, { body: steps(partner.url, name, false) })
        const order = yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body: { orderType: name } })
        const { error, state } = order.json.processEvent.steps[1]
        assert.strictEqual(state, "failed")
        assert.include(error.message, `step ${name} made no callout`)
      })
  )
})
