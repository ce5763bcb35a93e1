/**
 * Documents of outsiders are read and written piece by piece, wherever they come by: nothing parses or writes a large one
 * at one time. Contract: section 3, "Limits". The times of single operations are measured by `benchmarks/documents.ts`.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { type Ask, Sluice, untilAvailable } from "../support/Sluice.ts"

/** Characters of JSON that may be parsed or written at one time: twice the length of a piece, and what is read around it. */
const mostAtOnce = 200_000

/** A document of some 450 KiB in small parts. */
const list = Array.from({ length: 16_000 }, (_, i) => ({ a: i, b: `value-${i}` }))

/** The calls of `JSON` over more than `mostAtOnce` characters that are not the test's own, each place once. */
const watchJson = Effect.acquireRelease(
  Effect.sync(() => {
    const { parse, stringify } = JSON
    const found = new Set<string>()
    const note = (name: string, length: number) => {
      if (length <= mostAtOnce) return
      const places = (new Error().stack ?? "").split("\n").slice(3)
      const place = places.find((one) => !one.includes("/json/Json.ts")) ?? ""
      if (!place.includes("/test/")) found.add(`${name} ${place.trim()}`)
    }
    JSON.parse = (text: string, ...rest: ReadonlyArray<never>) => {
      if (text?.[0] !== "\"") note("parse", text?.length ?? 0)
      return parse(text, ...rest)
    }
    JSON.stringify = (value: unknown, ...rest: ReadonlyArray<never>) => {
      const text = stringify(value, ...rest)
      if (typeof value !== "string") note("stringify", text?.length ?? 0)
      return text
    }
    return { found, parse, stringify }
  }),
  ({ parse, stringify }) =>
    Effect.sync(() => {
      JSON.parse = parse
      JSON.stringify = stringify
    })
)

const large = JSON.stringify

interface Passed {
  readonly key: Readonly<Record<string, string>>
  readonly order: object
  readonly orderId: string
  readonly run: any
}

layer(Sluice.layer().pipe(Layer.provideMerge(Partner.layer)), { excludeTestServices: true })("documents", (it) => {
  const ask = Effect.fnUntraced(function*(method: string, path: string, body?: unknown, headers: Ask["headers"] = {}) {
    const { ask } = yield* Sluice
    const raw = body === undefined ? undefined : large(body)
    const answer = yield* untilAvailable(ask(method, path, {
      headers: { ...(raw !== undefined && { "content-type": "application/json" }), ...headers },
      raw
    }))
    assert.isBelow(answer.status, 300, `${method} ${path}: ${answer.text.slice(0, 2000)}`)
    return answer
  })

  /** Settings by which a large document passes every step, expression, filter and template. */
  const configure = Effect.gen(function*() {
    const { answer, shapes, url } = yield* Partner
    // The partner would parse them at one time, in this very process.
    shapes("/")
    const reply = (prefix: string, body: unknown) =>
      answer(prefix, (_, response) => {
        response.writeHead(200, { "content-type": "application/json" }).end(large(body))
      })
    reply("/validate", { list })
    reply("/workflow", { OrderPatch: { customFields: { list } } })
    reply("/v1/accounts", { success: true, accountNumber: "A1", list })
    reply("/v1/orders", { success: true, orderNumber: "O1", subscriptionNumbers: ["S1"], list })
    reply("/services", { success: true, id: "e1", errors: [], list })
    answer("/fails", (_, response) => void response.writeHead(500).end("{}"))
    yield* ask("PUT", "/v1/pipelines/large", {
      name: "large",
      steps: [
        { name: "calloutPlugin", id: "validate", options: { endpoint: `${url}/validate` } },
        {
          name: "calloutPlugin",
          id: "copies",
          when: "$length(order.id) > 0",
          options: {
            endpoint: `${url}/copies`,
            body: "{% { \"list\": callouts.validate.body.list } %}"
          }
        },
        {
          name: "WebhookWorkflowStep",
          id: "workflow",
          Connector: "Webhook",
          Properties: [{ Key: "Host", Value: `${url}/workflow` }]
        },
        { name: "zuora", options: { baseUrl: url, subscriptions: [{ productRatePlanId: "p1" }] } },
        { name: "salesforceV3", options: { instanceUrl: url, orderTypes: ["NEW_ORDER"] } },
        {
          name: "calloutPlugin",
          id: "after",
          when: "$exists(callouts.zuora.body)",
          options: { endpoint: `${url}/after` }
        },
        { name: "calloutPlugin", id: "fails", options: { endpoint: `${url}/fails`, shouldRejectOn: { status: [500] } } }
      ],
      postProcessing: [{
        name: "webhook",
        options: { endpoint: `${url}/post`, payload: "{% { \"list\": order.list } %}" }
      }]
    })
    yield* ask("PUT", "/v1/webhook-endpoints/all", {
      url: `${url}/all`,
      types: ["*"],
      filter: "$exists(type)",
      payload: "{ \"type\": type, \"order\": order }"
    })
    yield* ask("PUT", "/v1/webhook-endpoints/plain", { url: `${url}/plain`, types: ["*"] })
  })

  /** The answer with the whole order and run, once that has ended. */
  const whole = Effect.fnUntraced(function*(order: object, key: Ask["headers"]) {
    for (;;) {
      const answer = yield* ask("POST", "/v1/orders", order, { ...key, prefer: "wait=60" })
      if (answer.status === 200) return answer
    }
  })

  const delivered = Effect.fnUntraced(function*(orderId: string) {
    for (;;) {
      const { json } = yield* ask("GET", `/v1/deliveries?orderId=${orderId}&limit=200`)
      const items: ReadonlyArray<{ readonly id: string; readonly state: string }> = json.items
      if (items.length > 0 && items.every(({ state }) => state !== "pending")) return items
      yield* Effect.sleep("50 millis")
    }
  })

  /** An order whose run has passed every step, and the run. */
  const passed = Effect.fnUntraced(function*(attempt: number): Effect.fn.Return<Passed, never, Sluice> {
    const orderId = `large-${attempt}`
    const key = { "idempotency-key": orderId }
    const order = {
      id: orderId,
      orderType: "NEW_ORDER",
      customerId: "c-1",
      customerEmail: "c@example.com",
      orderItems: [{ name: "n", offer: { data: { products: [{ code: "p" }] } } }],
      list
    }
    const { json: { processEvent: run }, text } = yield* whole(order, key)
    // An expression has 250 ms, which a busy machine may not give it: such a run says nothing, and another order is sent.
    if (/took longer than \d+ ms/.test(text)) return yield* passed(attempt + 1)
    assert.deepStrictEqual(
      run.steps.map(({ id, state }: { readonly id: string; readonly state: string }) => `${id} ${state}`),
      [
        "validate succeeded",
        "copies succeeded",
        "workflow succeeded",
        "zuora succeeded",
        "salesforceV3 succeeded",
        "after succeeded",
        "fails failed",
        "webhook succeeded"
      ],
      text.slice(-4000)
    )
    return { key, order, orderId, run }
  })

  it.effect(
    "are never parsed or written at one time, on no way through the product",
    Effect.fnUntraced(function*() {
      yield* configure
      const { found } = yield* watchJson
      const { key, order, orderId, run } = yield* passed(1)
      yield* ask("POST", "/v1/orders", order, key)
      yield* ask("PATCH", `/v1/orders/${orderId}`, { customFields: { list: list.slice(1) } })
      for (
        const path of [
          "",
          "/versions/1",
          "/history",
          "/timeline",
          "/why?path=/customFields/list",
          "/why?path=/status"
        ]
      ) yield* ask("GET", `/v1/orders/${orderId}${path}`)
      yield* ask("GET", "/v1/orders")
      yield* ask("GET", `/v1/process-events/${run.id}`)
      yield* ask("GET", `/v1/process-events/${run.id}/stream`)
      for (const { callouts } of run.steps) {
        for (const { id } of callouts) yield* ask("GET", `/v1/process-events/${run.id}/callouts/${id}`)
      }
      for (const { id } of yield* delivered(orderId)) yield* ask("GET", `/v1/deliveries/${id}`)
      yield* ask("GET", "/v1/webhook-endpoints/all/feed")
      yield* ask("GET", "/v1/webhook-endpoints/plain/feed")
      yield* ask("POST", "/v1/pipelines/large/simulate", { lastRuns: 1 })
      yield* ask("POST", "/v1/pipelines/large/simulate", { orderId })
      yield* ask("POST", "/v1/pipelines/large/simulate", { order })
      yield* ask("POST", `/v1/process-events/${run.id}/steps/fails/resolve`, { reason: "by hand", output: { list } })
      yield* ask("POST", `/v1/process-events/${run.id}/retry`, { from: "workflow", reason: "again" }, {
        "idempotency-key": "retry-1",
        prefer: "wait=60"
      })
      yield* ask("POST", "/v1/events", { type: "checkout.initiated", data: { list } }, { "idempotency-key": "e-1" })
      yield* ask("GET", "/v1/customers/c-1/export")
      yield* ask("GET", "/v1/subscriptions")
      yield* ask("GET", "/v1/audit")
      yield* ask("GET", "/v1/process-events")
      assert.deepStrictEqual([...found], [])
    }, Effect.scoped),
    600_000
  )
})
