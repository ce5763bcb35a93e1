/** The messages that steps leave to be sent: `ExportOrder`, and `webhook` in post-processing. Contract: section 6. */
import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { AddressedConnector, Connector } from "@sluice/domain/pipeline/Connector"
import { messageCredentials } from "@sluice/engine/internal/callouts/MessageCredentials"
import { exportOrder } from "@sluice/engine/internal/plugins/builtin/ExportOrder"
import { postProcessingWebhook } from "@sluice/engine/internal/plugins/builtin/PostProcessingWebhook"
import { JournalStore } from "@sluice/engine/testing/JournalStore"
import { Effect, Redacted } from "effect"
import { callout, pipeline, respond, step, workflow, type World } from "../Harness.ts"
import { settle, stand, start, the } from "../Stand.ts"

const connector = (id: string, members: Partial<Connector> = {}): AddressedConnector => ({
  id,
  connector: {
    name: "Webhook",
    connectorId: id,
    host: `https://${id}.example`,
    customHeaders: {},
    disabledForMarkets: [],
    timeout: 7000,
    ...members
  } as Connector
})

const exports = (id: string, options: JsonObject = {}) =>
  step("ExportOrder", id, { connector: "Webhook", properties: [], ...options })

const webhook = (id: string, options: JsonObject = {}) =>
  step("webhook", id, { endpoint: `https://${id}.example/post`, ...options })

const world = (
  steps: ReturnType<typeof pipeline>["steps"],
  members: Parameters<typeof pipeline>[1] = {},
  connectors: ReadonlyArray<AddressedConnector> = []
): World => ({
  pipelines: [pipeline(steps, members)],
  connectors,
  plugins: [exportOrder, postProcessingWebhook]
})

/** The run over an order, and what it left to be sent. */
const ran = Effect.fnUntraced(function*(given: World, order: JsonObject = {}) {
  const { intake } = yield* start(given)
  yield* intake.submit({ body: { id: "o-1", orderType: "NEW_ORDER", ...order } })
  yield* settle
  const { messages } = (yield* JournalStore).orders.get("o-1")!
  return { ...(yield* the), messages, bodies: messages.map(({ body }) => JSON.parse(body)) }
})

const accepts = stand(() => respond(200, { orderPatch: { status: "Validated" } }))

describe("ExportOrder", () => {
  it.effect("queues the order as a workflow step would send it, calls no partner, and the run continues", () =>
    Effect.gen(function*() {
      const { bodies, messages, requests, state, steps } = yield* ran(
        world([exports("erp", { connectorId: "erp" }), exports("again", { connectorId: "erp" })], {}, [
          connector("erp")
        ]),
        { orderForm: { lineItems: [{ lineItemId: "1" }] } }
      )
      assert.deepStrictEqual([state, steps], ["completed", ["erp succeeded", "again succeeded"]])
      assert.isEmpty(requests)
      const [message] = messages
      assert.deepInclude(message, { type: "export", url: "https://erp.example", timeoutMs: 7000 })
      assert.deepStrictEqual(message?.origin, {
        pipeline: { name: "test", version: 1 },
        stepId: "erp",
        connector: "erp"
      })
      assert.match(message?.headers["user-agent"] ?? "", /^OmniumOms\//)
      assert.deepInclude(bodies[0].Value, { Id: "o-1", OrderType: "NEW_ORDER" })
      assert.deepStrictEqual(bodies[0].Value.OrderLines, [{ LineItemId: "1" }])
      assert.isDefined(bodies[0].WorkflowStep)
      assert.lengthOf(new Set(messages.map(({ idempotencyKey }) => idempotencyKey)), 2)
    }).pipe(Effect.provide(accepts)))

  it.effect("sends the order of that moment, even if the run fails afterwards", () =>
    Effect.gen(function*() {
      const { bodies, state } = yield* ran(world([
        workflow("validates"),
        exports("erp", { properties: [{ key: "Host", value: "https://erp.example" }] }),
        callout("refuses", { shouldRejectOn: { status: [200] } }, { critical: true })
      ]))
      assert.strictEqual(state, "failed")
      assert.deepStrictEqual(bodies.map(({ Value }) => Value.Status), ["Validated"])
    }).pipe(Effect.provide(accepts)))

  it.effect("chooses the connector by market, and fails alone if there is none", () =>
    Effect.gen(function*() {
      const { messages, state, steps } = yield* ran(
        world([exports("market"), exports("unknown", { connectorId: "nobody", stopOnError: true })], {}, [
          connector("nordic", { enabledForMarkets: ["SWE"] }),
          connector("worldwide")
        ]),
        { marketId: "SWE" }
      )
      assert.deepStrictEqual(messages.map(({ url }) => url), ["https://nordic.example"])
      assert.deepStrictEqual([state, steps], ["completed", ["market succeeded", "unknown failed"]])
    }).pipe(Effect.provide(accepts)))

  it("resolves credentials when it is sent, the step's own headers before the connector's", () => {
    const token = Redacted.make("token-of-erp")
    const erp = connector("erp", {
      bearerToken: token,
      customHeaders: { "X-Shop": "1", "X-Other": "2" }
    })
    const origin = { pipeline: { name: "test", version: 1 }, stepId: "erp", connector: "erp" }
    const properties = [{ key: "X-Shop", value: "7", keyGroup: "RequestHeaders" }]
    const settings = { pipelines: [], connectors: [erp], authProviders: [], secrets: [] }
    const found = messageCredentials(
      origin,
      "https://erp.example/orders",
      pipeline([exports("erp", { properties })]),
      settings
    )
    assert.deepInclude(found, { headers: { "x-shop": "7", "x-other": "2" } })
    assert.deepInclude(found, { authentication: { type: "bearer", token } })
  })

  it("gets no credentials of a connector that now has another origin or cannot be read", () => {
    const erp = connector("erp", { bearerToken: Redacted.make("token-of-erp") })
    const origin = { pipeline: { name: "test", version: 1 }, stepId: "erp", connector: "erp" }
    const found = (address: string, one = erp) =>
      messageCredentials(origin, address, pipeline([exports("erp")]), {
        pipelines: [],
        connectors: [one],
        authProviders: [],
        secrets: []
      })
    assert.hasAllKeys(found("https://erp.example:8443/orders"), ["unavailable"])
    assert.hasAllKeys(found("https://erp.example/orders", { ...erp, unreadable: "cannot be opened" }), ["unavailable"])
    const allowed = { ...erp, connector: { ...erp.connector, allowedHosts: ["https://erp.example:8443"] } }
    assert.hasAllKeys(found("https://erp.example:8443/orders", allowed), ["url", "headers", "authentication"])
  })
})

describe("the secrets in the URL of a message", () => {
  const url = "https://erp.example/orders?api_key=s3cret-s3cret&a=1"
  const shown = "https://erp.example/orders?api_key=[redacted]&a=1"
  const origin = { pipeline: { name: "test", version: 1 }, stepId: "hook" }
  const settings = { pipelines: [], connectors: [], authProviders: [], secrets: [] }
  const hook = (endpoint: string) => webhook("hook", { endpoint })

  it.effect("are not stored with the message, and come from the settings when it is sent", () =>
    Effect.gen(function*() {
      const { messages } = yield* ran(world([], { postProcessing: [hook(url)] }))
      assert.deepStrictEqual(messages.map((message) => message.url), [shown])
      assert.deepInclude(messageCredentials(origin, shown, pipeline([hook(url)]), settings), { url })
      assert.hasAllKeys(messageCredentials(origin, shown, pipeline([hook("https://erp.example/")]), settings), [
        "unavailable"
      ])
    }).pipe(Effect.provide(accepts)))
})

describe("webhook in post-processing", () => {
  it.effect("sends the order with everything that the steps added, once they have ended", () =>
    Effect.gen(function*() {
      const { bodies, messages, state } = yield* ran(world([workflow("validates")], {
        completedStatus: "Active",
        postProcessing: [
          webhook("whole"),
          webhook("part", { payload: "{% callouts.validates.body %}" }),
          webhook("literal", { payload: { order: "{% order.id %}" } })
        ]
      }))
      assert.strictEqual(state, "completed")
      assert.deepStrictEqual(messages.map(({ type, url }) => `${type} ${url}`), [
        "postProcessing https://whole.example/post",
        "postProcessing https://part.example/post",
        "postProcessing https://literal.example/post"
      ])
      assert.deepInclude(bodies[0], { id: "o-1", status: "Validated" })
      assert.deepStrictEqual(bodies.slice(1), [{ orderPatch: { status: "Validated" } }, { order: "o-1" }])
    }).pipe(Effect.provide(accepts)))

  it.effect("is not sent if the run failed", () =>
    Effect.gen(function*() {
      const failed = yield* ran(world([callout("no", { shouldRejectOn: { status: [200] } }, { critical: true })], {
        postProcessing: [webhook("post")]
      }))
      assert.deepStrictEqual([failed.state, failed.messages], ["failed", []])
    }).pipe(Effect.provide(accepts)))

  it.effect("fails alone if its payload yields nothing", () =>
    Effect.gen(function*() {
      const { messages, state, steps } = yield* ran(world([], {
        postProcessing: [webhook("nothing", { payload: "{% order.absent %}" }), webhook("post")]
      }))
      assert.deepStrictEqual(messages.map(({ url }) => url), ["https://post.example/post"])
      assert.deepStrictEqual([state, steps], ["completed", ["nothing failed", "post succeeded"]])
    }).pipe(Effect.provide(accepts)))
})
