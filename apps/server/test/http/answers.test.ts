import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const latin1 = Buffer.from("{\"status\":\"Validé\",\"orderOrigin\":\"é\"}", "latin1")

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("answers of partners", (it) => {
  const run = Effect.fnUntraced(function*(contentType: string, body: Uint8Array = latin1) {
    const { ask } = yield* Sluice
    const { answer, url } = yield* Partner
    answer("/bytes", (_, response) => void response.writeHead(200, { "content-type": contentType }).end(body))
    yield* ask("PUT", "/v1/pipelines/bytes", {
      body: {
        steps: [
          { name: "calloutPlugin", id: "plain", options: { endpoint: `${url}/bytes` } },
          { name: "calloutPlugin", id: "schema", responseSchema: true, options: { endpoint: `${url}/bytes` } },
          {
            name: "WebhookWorkflowStep",
            id: "patch",
            Connector: "Webhook",
            Properties: [{ Key: "Host", Value: `${url}/bytes` }]
          },
          {
            name: "calloutPlugin",
            id: "reads",
            options: {
              endpoint: `${url}/reads`,
              headers: { "x-null": "{% callouts.plain.body = null ? 'yes' : 'no' %}" }
            }
          }
        ]
      }
    })
    const { json, text } = yield* ask("POST", "/v1/orders", {
      headers: { prefer: "wait=60" },
      body: { orderType: "X" }
    })
    assert.property(json, "processEvent", text)
    assert.strictEqual(json.processEvent.state, "completed")
    const steps = Object.fromEntries(json.processEvent.steps.map((step: { id: string }) => [step.id, step]))
    return { order: json.order, steps }
  })

  it.effect("a binary body is judged by its status, recorded in base64, and malformed where JSON is needed", () =>
    Effect.gen(function*() {
      const { order, steps } = yield* run("application/json")
      for (const id of ["plain", "schema", "patch"]) {
        const [{ response }] = steps[id].callouts
        assert.strictEqual(response.body, null)
        assert.strictEqual(response.bodyBase64, latin1.toString("base64"))
      }
      assert.strictEqual(steps.plain.state, "succeeded")
      assert.deepInclude(steps.schema.callouts[0], { outcome: "invalid-response" })
      assert.deepInclude(steps.patch, { state: "warning" })
      assert.lengthOf(steps.patch.callouts, 1)
      assert.match(steps.patch.error.message, /is not UTF-8/)
      assert.strictEqual(steps.reads.callouts[0].request.headers["x-null"], "yes")
      assert.strictEqual(order.status, "New")
      assert.notInclude(JSON.stringify([order, steps]), "\ufffd")
    }))

  it.effect("a body is decoded by the charset that it declares", () =>
    Effect.gen(function*() {
      const { steps } = yield* run("application/json; charset=ISO-8859-1")
      assert.deepStrictEqual(steps.plain.callouts[0].response.body, { status: "Validé", orderOrigin: "é" })
      assert.notProperty(steps.plain.callouts[0].response, "bodyBase64")
      assert.strictEqual(steps.schema.state, "succeeded")
      assert.strictEqual(steps.patch.state, "succeeded")
    }))
})
