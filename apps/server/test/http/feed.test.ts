/** The feed, the webhook types, and the client that verifies both ways of getting a message. Section 7. */
import { assert, layer } from "@effect/vitest"
import { eventTypes } from "@sluice/api/internal/webhooks/EventTypes"
import { verifyWebhook, type WebhookMessage } from "@sluice/client/Webhooks"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const world = Sluice.layer().pipe(Layer.provideMerge(Partner.layer))

interface Item {
  readonly sequence: number
  readonly id: string
  readonly type: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const verified = ({ body, headers }: Pick<Item, "body" | "headers">, secret: string) =>
  Effect.promise((): Promise<WebhookMessage> => verifyWebhook({ headers, body }, { secret }))

layer(world, { excludeTestServices: true })("the feed", (it) => {
  it.effect("gives what is sent: the same bytes and ids, verified alike, in order, from where the reader left off", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      partner.shapes("/sent")
      yield* ask("PUT", "/v1/pipelines/all", { body: { steps: [], completedStatus: "Done" } })
      const created = yield* ask("POST", "/v1/webhook-endpoints", {
        body: {
          id: "sent",
          url: `${partner.url}/sent`,
          types: ["order.submitted", "order.updated", "order.completed"],
          payload: "$merge([$, {\"extra\": 1}])",
          filter: "$not(orderType = 'REFUND' or order.orderType = 'REFUND')"
        }
      })
      const { secret } = created.json
      yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body: { orderType: "REFUND" } })
      yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body: { id: "FED", orderType: "NEW_ORDER" } })
      const read = (query: string) =>
        Effect.map(ask("GET", `/v1/webhook-endpoints/sent/feed${query}`), ({ json, status, text }) => {
          assert.strictEqual(status, 200, text)
          return json as { readonly items: ReadonlyArray<Item>; readonly next: number }
        })
      while (partner.asked.filter(({ path }) => path === "/sent").length < 3) yield* Effect.sleep("20 millis")
      const { items, next } = yield* read("?wait=10")
      assert.deepStrictEqual(items.map(({ type }) => type), ["order.submitted", "order.updated", "order.completed"])
      assert.strictEqual(next, items.at(-1)?.sequence)
      assert.isTrue(items.every(({ headers }) => Object.keys(headers).every((name) => name.startsWith("webhook-"))))
      const pushed = partner.asked.filter(({ path }) => path === "/sent")
      assert.deepStrictEqual(
        items.map(({ body, id, sequence }) => [body, id, String(sequence)]),
        pushed.map(({ body, headers }) => [body, headers["webhook-id"], headers["webhook-sequence"]])
      )
      for (const one of [...items, ...pushed as unknown as ReadonlyArray<Item>]) {
        const message = yield* verified(one, secret)
        if (message.type !== "order.updated") continue
        // Typed by the message's type.
        assert.deepStrictEqual(message.body.changes.map(({ path }) => path), ["/status"])
        assert.match(message.cause ?? "", /^version-[0-9a-f]{32}-2$/)
      }
      const again = yield* read(`?after=${items[0]?.sequence}`)
      assert.deepStrictEqual(again.items.map(({ id }) => id), items.slice(1).map(({ id }) => id))
      assert.deepStrictEqual(yield* read(`?after=${next}`), { items: [], next })
      const [changed] = yield* Effect.promise(() =>
        Promise.allSettled([verifyWebhook({ ...items[0]!, body: `${items[0]?.body} ` }, { secret })])
      )
      assert.strictEqual(changed?.status, "rejected")
      for (const query of ["?after=-1", "?after=x", "?wait=61", "?wait=1.5", "?limit=1"]) {
        assert.strictEqual((yield* ask("GET", `/v1/webhook-endpoints/sent/feed${query}`)).status, 400, query)
      }
      assert.strictEqual((yield* ask("GET", "/v1/webhook-endpoints/none/feed")).status, 404)
    }))

  it.effect("waits for the first message, and gives those of an endpoint that only pulls", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const body = { url: "https://pulls.example", types: ["checkout.initiated"], disabled: true }
      yield* ask("PUT", "/v1/webhook-endpoints/pulls", { body })
      const [page] = yield* Effect.all([
        ask("GET", "/v1/webhook-endpoints/pulls/feed?wait=60"),
        Effect.delay(ask("POST", "/v1/events", { body: { type: "checkout.initiated", data: { a: 1 } } }), "300 millis")
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual(page.json.items.map(({ type }: Item) => type), ["checkout.initiated"])
      const { items } = (yield* ask("GET", "/v1/deliveries?endpointId=pulls")).json
      assert.strictEqual(items[0].state, "held")
    }))
})

layer(world, { excludeTestServices: true })("a delivery", (it) => {
  it.effect("names its cause and its request before and after it is sent, and says why it waits", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      partner.answer("/refuses", (_, response) => response.writeHead(500).end("no"))
      yield* ask("PUT", "/v1/pipelines/all", { body: { steps: [] } })
      yield* ask("PUT", "/v1/webhook-endpoints/waits", {
        body: { url: `${partner.url}/refuses?token=0123456789`, types: ["order.submitted", "order.completed"] }
      })
      const { json: { order, processEvent } } = yield* ask("POST", "/v1/orders", {
        headers: { prefer: "wait=30" },
        body: { orderType: "NEW_ORDER" }
      })
      const views = Effect.gen(function*() {
        const { items } = (yield* ask("GET", `/v1/deliveries?orderId=${order.id}`)).json
        return yield* Effect.forEach(
          items as ReadonlyArray<{ id: string }>,
          ({ id }) => Effect.map(ask("GET", `/v1/deliveries/${id}`), ({ json }) => json)
        )
      })
      let [completed, submitted] = yield* views
      while (submitted.attempts.length === 0) {
        yield* Effect.sleep("20 millis")
        ;[completed, submitted] = yield* views
      }
      assert.deepInclude(completed, { cause: processEvent.id, blockedBy: submitted.id, state: "pending" })
      assert.include(completed.waitReason, submitted.id)
      assert.match(submitted.cause, /^version-[0-9a-f]{32}-1$/)
      assert.strictEqual(submitted.waitReason, "the last attempt failed; the next one comes with its schedule")
      assert.isString(submitted.nextAttemptAt)
      const listed = Effect.map(
        ask("GET", `/v1/deliveries?orderId=${order.id}`),
        ({ json }) => json.items.map(({ waitReason }: { readonly waitReason?: string }) => waitReason)
      )
      assert.deepStrictEqual(yield* listed, [completed.waitReason, submitted.waitReason])
      const host = new URL(partner.url).host
      yield* ask("PUT", `/v1/partners/${host}`, { body: { paused: true, reason: "their release" } })
      const isPaused = `waits because partner ${host} is paused: their release`
      assert.deepStrictEqual(yield* listed, [completed.waitReason, isPaused])
      assert.strictEqual((yield* ask("GET", `/v1/deliveries/${submitted.id}`)).json.waitReason, isPaused)
      yield* ask("PUT", `/v1/partners/${host}`, { body: { paused: false } })
      assert.strictEqual(submitted.attempts[0].response.status, 500)
      for (const { cause, request, type } of [completed, submitted]) {
        assert.strictEqual(request.body.id, order.id)
        assert.strictEqual(request.url, `${partner.url}/refuses?token=[redacted]`)
        assert.deepInclude(request.headers, { "webhook-cause": cause, "webhook-type": type })
      }
    }))
})

layer(world, { excludeTestServices: true })("the webhook types", (it) => {
  it.effect("are listed page by page with a schema that stands alone, and described in OpenAPI", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const first = yield* ask("GET", "/v1/event-types?limit=7")
      const rest = yield* ask("GET", `/v1/event-types?limit=200&cursor=${first.json.nextCursor}`)
      const items = [...first.json.items, ...rest.json.items]
      assert.deepStrictEqual(items, JSON.parse(JSON.stringify(eventTypes)))
      assert.isNull(rest.json.nextCursor)
      const { webhooks } = (yield* ask("GET", "/openapi.json")).json
      assert.deepStrictEqual(Object.keys(webhooks), eventTypes.map(({ type }) => type as string))
      for (const { schema, type } of items) {
        const { $schema: dialect, ...inline } = schema
        assert.strictEqual(dialect, "https://json-schema.org/draft/2020-12/schema")
        assert.notInclude(JSON.stringify(schema), "$ref")
        assert.deepStrictEqual(webhooks[type].post.requestBody.content["application/json"].schema, inline)
      }
      const every = yield* ask("PUT", "/v1/webhook-endpoints/every", {
        body: { url: "https://every.example", types: items.map(({ type }) => type), disabled: true }
      })
      assert.strictEqual(every.status, 201, every.text)
    }))
})
