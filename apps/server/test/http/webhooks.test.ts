import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Webhook } from "standardwebhooks"
import { type Asked, Partner } from "../support/Partner.ts"
import { deviation } from "../support/SentBodies.ts"
import { Sluice } from "../support/Sluice.ts"

const world = Sluice.layer().pipe(Layer.provideMerge(Partner.layer))

const eventually = Effect.fnUntraced(function*<A>(look: Effect.Effect<A | undefined, never, Sluice | Partner>) {
  for (let tries = 0; tries < 200; tries++) {
    const found = yield* look
    if (found !== undefined) return found
    yield* Effect.sleep("25 millis")
  }
  return yield* Effect.die("it did not come")
})

/** The requests that the partner was sent at a path, once there are `count` of them. */
const received = (path: string, count = 1) =>
  eventually(Effect.map(Partner, ({ asked }) => {
    const found = asked.filter((one) => one.path === path)
    return found.length >= count ? found : undefined
  }))

const endpoint = Effect.fnUntraced(function*(path: string, members: object = {}) {
  const { ask } = yield* Sluice
  const { url } = yield* Partner
  const { status, json, text } = yield* ask("POST", "/v1/webhook-endpoints", {
    body: { url: `${url}${path}`, types: ["*"], ...members } as never
  })
  assert.strictEqual(status, 201, text)
  return json as { readonly id: string; readonly secret: string }
})

const pipeline = (name: string, orderType: string, members: object = {}) =>
  Effect.flatMap(
    Sluice,
    ({ ask }) =>
      ask("PUT", `/v1/pipelines/${name}`, {
        body: { match: { orderTypes: [orderType] }, steps: [], ...members } as never
      })
  )

const verified = (secret: string, asked: Asked) =>
  new Webhook(secret).verify(asked.body, asked.headers as Record<string, string>) as Record<string, any>

const delivery = (filter: string, state: string) =>
  eventually(
    Effect.flatMap(Sluice, ({ ask }) =>
      Effect.map(ask("GET", `/v1/deliveries?${filter}`), ({ json }) =>
        json.items.find((item: { readonly state: string }) =>
          item.state === state
        ) as { readonly id: string } | undefined))
  )

it("a sent body that deviates from the schema of its type is found", () => {
  const body = { at: "2026-11-30T00:00:00.000Z", reason: "r", host: "partner.example" }
  assert.isUndefined(deviation("partner.down", JSON.stringify(body)))
  assert.isUndefined(deviation("export", "any"))
  for (const wrong of [{ ...body, reason: "" }, { ...body, host: undefined }, { ...body, at: 1 }]) {
    assert.match(deviation("partner.down", JSON.stringify(wrong)) ?? "", /^a sent partner\.down does not fit/)
  }
})

layer(world, { excludeTestServices: true })("webhooks", (it) => {
  it.effect("webhooks about an order and what it creates are sent in sequence, signed", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* pipeline("new-order", "NEW_ORDER")
      const left = ["order.submitted", "customer.created", "subscription.created", "entitlements.updated"]
      const { secret } = yield* endpoint("/new", { types: left })
      const submitted = yield* ask("POST", "/v1/orders", {
        headers: { prefer: "wait=60" },
        body: {
          orderType: "NEW_ORDER",
          customerId: "C1",
          customerEmail: "a@b.c",
          orderItems: [{ name: "Digital", offer: { products: ["/p/web"] } }]
        }
      })
      assert.strictEqual(submitted.status, 200, submitted.text)
      const all = yield* received("/new", 4)
      assert.deepStrictEqual(all.map(({ headers }) => headers["webhook-type"]), left)
      const bodies = all.map((one) => verified(secret, one))
      assert.strictEqual(bodies[0]?.["id"], submitted.json.order.id)
      const subscription = yield* ask("GET", `/v1/subscriptions/${bodies[2]?.["id"]}`)
      const [entitlement] = subscription.json.entitlements
      assert.match(entitlement.id, /^entitlement-[0-9a-f]{32}$/)
      assert.deepInclude(subscription.json, {
        ...bodies[2],
        customerId: "C1",
        orderId: submitted.json.order.id,
        entitlements: [{ id: entitlement.id, product: "/p/web", status: "Active" }]
      })
      assert.deepStrictEqual(bodies[3], {
        subscriptionId: subscription.json.id,
        customerId: "C1",
        entitlements: subscription.json.entitlements
      })
      const again = yield* ask("POST", `/v1/orders/${submitted.json.order.id}/process`, {
        headers: { prefer: "wait=60" },
        body: {}
      })
      assert.strictEqual(again.json.processEvent.state, "completed", again.text)
      const { items } = (yield* ask("GET", "/v1/subscriptions")).json
      assert.deepStrictEqual(items, [subscription.json], "processed twice, it leaves one subscription")
      assert.lengthOf((yield* ask("GET", `/v1/deliveries?orderId=${submitted.json.order.id}`)).json.items, 4)
      const customer = yield* ask("GET", "/v1/customers/C1")
      assert.deepStrictEqual(customer.json, bodies[1])
      assert.strictEqual((yield* ask("GET", "/v1/customers")).json.items.length, 1)
    }))

  it.effect("report the changes of an order with their cause, its status, and the end of its run", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const patch = { OrderPatch: { tags: ["checked"] } }
      partner.answer("/checks", (_, response) => response.writeHead(200).end(JSON.stringify(patch)))
      const types = ["order.updated", "order.status_changed", "order.completed"]
      const { secret } = yield* endpoint("/state", { types })
      yield* pipeline("state", "STATE", {
        completedStatus: "Done",
        steps: [{
          name: "WebhookWorkflowStep",
          id: "check",
          Connector: "Webhook",
          Properties: [{ Key: "Host", Value: `${partner.url}/checks` }]
        }]
      })
      const submitted = yield* ask("POST", "/v1/orders", {
        headers: { prefer: "wait=60" },
        body: { orderType: "STATE", customerName: "Ada" }
      })
      const { order, processEvent } = submitted.json
      assert.strictEqual(processEvent.state, "completed", submitted.text)
      yield* ask("PATCH", `/v1/orders/${order.id}`, { body: { customerName: "Ada L." } })
      const all = (yield* received("/state", 4)).map((one) => ({
        type: one.headers["webhook-type"],
        cause: one.headers["webhook-cause"],
        body: verified(secret, one)
      }))
      assert.deepStrictEqual(all.map(({ type }) => type), [...types, "order.updated"])
      const [updated, status, completed, patched] = all
      const [callout] = processEvent.steps[0].callouts
      assert.deepInclude(updated?.body, { before: 1, after: 2, cause: callout.id })
      assert.deepStrictEqual(
        updated?.body["changes"].map(({ path, before, after }: any) => [path, before, after]),
        [["/status", "New", "Done"], ["/tags", null, ["checked"]]]
      )
      assert.deepStrictEqual(status?.body, updated?.body)
      assert.deepStrictEqual([completed?.body, completed?.cause], [order, processEvent.id])
      assert.deepInclude(patched?.body, {
        before: 2,
        after: 3,
        changes: [{ path: "/customerName", before: "Ada", after: "Ada L." }]
      })
      assert.match(patched?.body["cause"], /^audit-[0-9a-f]{32}$/)
      const act = yield* ask("GET", `/v1/audit/${patched?.body["cause"]}`)
      assert.strictEqual(act.json.action, "order.update", act.text)
      assert.notStrictEqual(updated?.cause, patched?.cause)
    }))

  it.effect("error webhooks name the plugins that failed, even if the run continued", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      partner.answer("/fails", (_, response) => response.writeHead(404).end())
      yield* pipeline("fails", "REFUND", {
        steps: [{
          name: "calloutPlugin",
          id: "a",
          options: { endpoint: `${partner.url}/fails`, shouldRejectOn: { status: [404] } }
        }]
      })
      const { secret } = yield* endpoint("/error", { types: ["error"] })
      yield* ask("POST", "/v1/orders", { body: { orderType: "REFUND" } })
      const [asked] = yield* received("/error")
      assert.deepInclude(verified(secret, asked as Asked), {
        pluginErrorOutput: [{ name: "calloutPlugin", message: "callout plugin failed due to response status: [404]" }]
      })
    }))

  it.effect("an endpoint's secret is shown once, a rotated secret signs beside the old one, and a test is delivered", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const { id, secret } = yield* endpoint("/rotates", { types: ["error"] })
      assert.strictEqual((yield* ask("GET", `/v1/webhook-endpoints/${id}`)).json.secret, "[redacted]")
      const { json } = yield* ask("POST", `/v1/webhook-endpoints/${id}/rotate-secret`)
      assert.match(json.secret, /^whsec_/)
      const put = yield* ask("PUT", `/v1/webhook-endpoints/${id}`, {
        body: (yield* ask("GET", `/v1/webhook-endpoints/${id}`)).json
      })
      assert.strictEqual(put.status, 200, put.text)
      assert.strictEqual((yield* ask("POST", `/v1/webhook-endpoints/${id}/test`)).status, 202)
      const [asked] = yield* received("/rotates")
      for (const one of [secret, json.secret]) assert.strictEqual(verified(one, asked as Asked)["type"], "test")
    }))

  it.effect("each attempt of a delivery is recorded, and a redelivery has the same id", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const { id } = yield* endpoint("/again", { types: ["cancel.attempted"], retrySchedule: [0, 50] })
      partner.answer("/again", (_, response) => response.writeHead(500).end("no"))
      const event = yield* ask("POST", "/v1/events", {
        body: { type: "cancel.attempted", data: { reason: 12345678901234567890n.toString() } }
      })
      assert.strictEqual(event.status, 202, event.text)
      const exhausted = yield* delivery(`endpointId=${id}`, "exhausted")
      const shown = (yield* ask("GET", `/v1/deliveries/${exhausted.id}`)).json
      assert.deepStrictEqual(shown.attempts.map(({ number, status }: any) => [number, status]), [[1, 500], [2, 500]])
      assert.strictEqual(shown.attempts[0].response.body, "no")
      partner.answer("/again", (_, response) => response.writeHead(204).end())
      assert.strictEqual((yield* ask("POST", `/v1/deliveries/${exhausted.id}/redeliver`)).status, 202)
      yield* delivery(`endpointId=${id}`, "delivered")
      const all = yield* received("/again", 3)
      assert.strictEqual(new Set(all.map(({ headers }) => headers["webhook-id"])).size, 1)
      assert.strictEqual(JSON.parse(all[0]?.body ?? "").id, event.json.eventId)
    }))

  it.effect("an event that is reported again under its key is sent once; another event under that key is a conflict", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* endpoint("/once", { types: ["payment_method.added"] })
      const report = (data: object, key = "k1") =>
        ask("POST", "/v1/events", {
          headers: { "idempotency-key": key },
          body: { type: "payment_method.added", data } as never
        })
      const [first, second, other, fresh] = [
        yield* report({ a: 1, b: 2 }),
        yield* report({ b: 2, a: 1 }),
        yield* report({ a: 2 }),
        yield* report({ a: 1, b: 2 }, "k2")
      ]
      assert.deepStrictEqual([first, second, other, fresh].map(({ status }) => status), [202, 202, 409, 202])
      assert.strictEqual(second?.json.eventId, first?.json.eventId)
      assert.notStrictEqual(fresh?.json.eventId, first?.json.eventId)
      // A namespace of its own: the same key is good for an order.
      yield* pipeline("keyed", "KEYED")
      const order = yield* ask("POST", "/v1/orders", {
        headers: { "idempotency-key": "k1" },
        body: { orderType: "KEYED" }
      })
      assert.strictEqual(order.status, 202, order.text)
      yield* received("/once", 2)
      yield* Effect.sleep("200 millis")
      assert.lengthOf(yield* received("/once", 2), 2)
    }))

  it.effect("a delivery shows the request of its last attempt, or else the one that would be sent, without secrets", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const { id } = yield* endpoint("/shown", {
        types: ["checkout.initiated"],
        headers: { "x-api-key": "0123456789abcdef" },
        auth: { type: "bearer", token: "a-token-that-is-secret" },
        rateLimitPerSecond: 0.001
      })
      partner.answer("/shown", (_, response) => response.writeHead(204).end())
      for (const cart of ["a", "b"]) {
        yield* ask("POST", "/v1/events", {
          raw: `{"type":"checkout.initiated","data":{"cart":"${cart}","big":12345678901234567890}}`,
          headers: { "content-type": "application/json" }
        })
      }
      const sent = yield* delivery(`endpointId=${id}`, "delivered")
      const waits = yield* delivery(`endpointId=${id}`, "pending")
      const [asked] = yield* received("/shown")
      for (const [one, cart] of [[sent, "a"], [waits, "b"]] as const) {
        const { json, text } = yield* ask("GET", `/v1/deliveries/${one.id}`)
        assert.strictEqual(json.request.url, `${partner.url}/shown`)
        assert.deepInclude(json.request.headers, {
          authorization: "[redacted]",
          "x-api-key": "[redacted]",
          "webhook-id": json.messageId,
          "webhook-type": "checkout.initiated",
          "webhook-sequence": String(json.sequence)
        })
        assert.include(text, `"cart":"${cart}","big":12345678901234567890}`)
        assert.notInclude(text, "a-token-that-is-secret")
      }
      const { json } = yield* ask("GET", `/v1/deliveries/${sent.id}`)
      assert.strictEqual(json.request.headers["webhook-signature"], asked?.headers["webhook-signature"])
    }))

  it.effect("webhooks that steps send carry their idempotency key, and are signed if there is a signingSecret", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const { url } = yield* Partner
      const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
      const connector = { Name: "Webhook", ConnectorId: "signed", Host: `${url}/signed-export`, signingSecret: secret }
      assert.strictEqual((yield* ask("PUT", "/v1/connectors/signed", { body: connector })).status, 201)
      const steps = [{ name: "ExportOrder", Connector: "Webhook", ConnectorId: "signed" }]
      const webhook = { endpoint: `${url}/signed-webhook`, signingSecret: secret }
      yield* pipeline("signs", "SIGNS", { steps, postProcessing: [{ name: "webhook", options: webhook }] })
      yield* ask("POST", "/v1/orders", { body: { orderType: "SIGNS" }, headers: { prefer: "wait=60" } })
      for (const path of ["/signed-export", "/signed-webhook"]) {
        const [asked] = yield* received(path)
        assert.strictEqual(asked?.headers["webhook-id"], asked?.headers["idempotency-key"])
        assert.isObject(verified(secret, asked as Asked))
      }
      const shown = [
        yield* ask("GET", "/v1/connectors/signed"),
        yield* ask("GET", "/v1/pipelines/signs"),
        yield* ask("GET", "/v1/deliveries?type=export")
      ]
      for (const { text } of shown) assert.notInclude(text, secret)
      const wrong = yield* ask("PUT", "/v1/connectors/signed", { body: { ...connector, signingSecret: "no secret" } })
      assert.deepStrictEqual([wrong.status, wrong.json.errors?.[0]?.path], [400, "signingSecret"])
      const badStep = { name: "webhook", options: { ...webhook, signingSecret: "no secret" } }
      const bad = yield* pipeline("signs", "SIGNS", { postProcessing: [badStep] })
      assert.deepStrictEqual([bad.status, bad.json.errors?.[0]?.path], [400, "postProcessing[0].options.signingSecret"])
    }))

  it.effect("deliveries of a disabled endpoint are held, and sent by a replay once it is enabled", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const { id } = yield* endpoint("/held", { types: ["address.added"], disabled: true })
      for (const n of [1, 2]) yield* ask("POST", "/v1/events", { body: { type: "address.added", data: { n } } })
      yield* delivery(`endpointId=${id}`, "held")
      const replay = { body: { since: "2020-01-01" } }
      assert.strictEqual((yield* ask("POST", `/v1/webhook-endpoints/${id}/replay`, replay)).status, 409)
      for (
        const [path, members] of [
          ["until", { until: "2019-01-01" }],
          ["types[0]", { types: ["order.invented"] }],
          ["states", { states: [] }],
          ["since", { since: "2026-02-30" }]
        ] as const
      ) {
        const wrong = yield* ask("POST", `/v1/webhook-endpoints/${id}/replay`, { body: { ...replay.body, ...members } })
        assert.deepStrictEqual([wrong.status, wrong.json.errors?.[0]?.path], [400, path])
      }
      const { json } = yield* ask("GET", `/v1/webhook-endpoints/${id}`)
      assert.isString(json.disabledAt)
      const enabled = yield* ask("PUT", `/v1/webhook-endpoints/${id}`, { body: { ...json, disabled: false } })
      assert.notProperty(enabled.json, "disabledAt")
      const started = yield* ask("POST", `/v1/webhook-endpoints/${id}/replay`, replay)
      assert.strictEqual(started.status, 202, started.text)
      yield* received("/held", 2)
      const done = yield* ask("GET", `/v1/webhook-endpoints/${id}/replays/${started.json.id}`)
      assert.deepInclude(done.json, { state: "completed", replayed: 2, remaining: 0 })
    }))

  it.effect("webhooks of ExportOrder and post-processing are sent with credentials, and delay no run", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      yield* ask("PUT", "/v1/connectors/erp", {
        body: { Name: "Webhook", ConnectorId: "erp", Host: `${partner.url}/export`, BearerToken: "token-of-erp" }
      })
      yield* pipeline("exports", "DATA_CAPTURE", {
        steps: [{
          name: "ExportOrder",
          Connector: "Webhook",
          ConnectorId: "erp",
          Properties: [{ Key: "X-Shop", Value: "7", KeyGroup: "RequestHeaders" }]
        }],
        postProcessing: [{ name: "webhook", options: { endpoint: `${partner.url}/post`, payload: "{% order.id %}" } }]
      })
      const run = yield* ask("POST", "/v1/orders", {
        headers: { prefer: "wait=60" },
        body: { id: "EXP-1", orderType: "DATA_CAPTURE" }
      })
      assert.strictEqual(run.json.processEvent.state, "completed", run.text)
      const [exported] = yield* received("/export")
      const [post] = yield* received("/post")
      assert.strictEqual(JSON.parse(exported?.body ?? "").Value.Id, "EXP-1")
      assert.deepInclude(exported?.headers, {
        authorization: "Bearer token-of-erp",
        "x-shop": "7",
        "x-delivery-count": "1"
      })
      assert.isUndefined(exported?.headers["webhook-signature"])
      assert.strictEqual(post?.body, "\"EXP-1\"")
      const { json } = yield* ask("GET", "/v1/deliveries?orderId=EXP-1")
      const ofSteps = json.items.filter(({ endpointId }: any) => endpointId === null)
      assert.deepStrictEqual(ofSteps.map(({ type }: any) => type).toSorted(), ["export", "postProcessing"])
    }))

  it.effect("an endpoint to which nothing can be sent is refused with the name of the member", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const refused = [
        ["url", { url: "http://169.254.169.254/" }],
        ["types[0]", { types: ["order.invented"] }],
        ["secret", { secret: "hunter2" }],
        ["secret", { secret: "[redacted]" }],
        ["filter", { filter: "((" }],
        ["payload", { payload: "$random()" }],
        ["retrySchedule", { retrySchedule: ["soon"] }]
      ] as const
      for (const [path, members] of refused) {
        const { json, status } = yield* ask("POST", "/v1/webhook-endpoints", {
          body: { url: "https://example.com/", types: ["*"], ...members } as never
        })
        assert.deepStrictEqual([status, json.errors?.[0]?.path], [400, path])
      }
      for (
        const body of [{ type: "order.submitted", data: {} }, { type: "address.added", data: { id: 1 } }, {
          type: "address.added"
        }]
      ) {
        assert.strictEqual((yield* ask("POST", "/v1/events", { body })).status, 400)
      }
      assert.strictEqual((yield* ask("GET", "/v1/deliveries/delivery-1")).status, 404)
    }))
})
