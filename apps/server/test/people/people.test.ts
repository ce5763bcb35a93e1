/** Contract: section 7, `GET /v1/customers/{id}/export` and `POST /v1/customers/{id}/erase`. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, References, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { inspect } from "node:util"
import { everyGet } from "../support/EveryGet.ts"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"
import { found, names, order, person, shape } from "./People.ts"

const until = <R>(what: string, condition: Effect.Effect<boolean, never, R>): Effect.Effect<void, never, R> =>
  condition.pipe(
    Effect.repeat({ until: (met) => met, schedule: Schedule.spaced("50 millis") }),
    Effect.timeout("5 minutes"),
    Effect.asVoid,
    Effect.catchTag("TimeoutError", () => Effect.die(new Error(`it did not come: ${what}`)))
  )

const wait = { prefer: "wait=30" }

/** The person in a partner's later answer: in its body and in its headers. */
const plantCallback = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const partner = yield* Partner
  yield* ask("POST", "/v1/orders", { body: order({ id: "later", orderType: "RENEWAL" }) as never })
  const called = () => partner.asked.find(({ path }) => path === "/later")
  yield* until("the call of the step that waits", Effect.sync(() => called() !== undefined))
  const { pathname } = new URL(String(called()?.headers["sluice-callback-url"]))
  const answered = yield* ask("POST", pathname, {
    headers: { "x-operator": person.email },
    body: { approvedBy: person.name, for: `order of ${person.email}` }
  })
  assert.strictEqual(answered.status, 200, answered.text)
  yield* until(
    "the end of the run that waited",
    Effect.map(
      ask("GET", "/v1/process-events?orderId=later"),
      ({ json }) => json.items[0]?.state === "completed"
    )
  )
})

/** The person in what operators write that belongs to no order. */
const plantRemarks = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const reason = `${person.name} complained, see ${person.email}`
  const post = (path: string, body: never) =>
    Effect.map(ask("POST", path, { body }), ({ status, text }) => assert.include([200, 202], status, text))
  yield* post("/v1/pipelines/plain/pause", { reason } as never)
  yield* post("/v1/pipelines/plain/resume", { reason } as never)
  const limited = yield* ask("PUT", "/v1/partners/limited.invalid", { body: { ratePerSecond: 5, reason } })
  assert.strictEqual(limited.status, 200, limited.text)
  yield* post("/v1/process-events/resolve", { filter: { email: person.email }, stepId: "refuses", reason } as never)
  yield* post("/v1/process-events/retry", { filter: { orderId: "refused" }, reason } as never)
  yield* until(
    "the end of the jobs",
    Effect.map(
      ask("GET", "/v1/jobs"),
      ({ json }) => json.items.every((job: any) => job.finishedAt !== undefined)
    )
  )
  yield* post("/v1/pipelines/refused/pause", { reason } as never)
  const [issue] = (yield* ask("GET", "/v1/issues?pipeline=refused")).json.items
  yield* post(`/v1/issues/${issue.id}/acknowledge`, { reason } as never)
})

/** Settings, and the person in everything that holds customers' data. */
const plant = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const partner = yield* Partner
  // Echoes what it is told, in its own words, and answers with a patch.
  partner.answer("/echo", ({ body }, response) => {
    response.setHeader("x-customer", person.email)
    response.end(JSON.stringify({
      message: `${person.name} was told at ${person.email.toUpperCase()}`,
      nested: JSON.stringify({ town: person.city }),
      echo: JSON.parse(body)
    }))
  })
  partner.answer("/validate", (_, response) =>
    void response.end(JSON.stringify({
      OrderPatch: {
        CustomerPhone: person.phone,
        orderNotes: [{ id: "p", text: `Moved to ${person.street}` }],
        properties: [{ key: "owner", value: person.name }]
      }
    })))
  partner.answer(
    "/fails",
    (_, response) => void response.writeHead(500).end(`<p><b>${person.city}</b> No customer ${person.email}</p>`)
  )
  partner.answer(
    "/told/never",
    ({ body }, response) => void response.writeHead(500).end(names(body) ? person.email : "no")
  )
  const put = (path: string, body: never) =>
    Effect.map(ask("PUT", path, { body }), ({ status, text }) => assert.include([200, 201], status, text))
  yield* put("/v1/pipelines/plants", {
    match: { orderTypes: ["NEW_ORDER"] },
    steps: [
      {
        name: "calloutPlugin",
        id: "echo",
        options: { endpoint: `${partner.url}/echo`, headers: { "x-for": "{% order.customerEmail %}" } }
      },
      { name: "WebhookWorkflowStep", id: "validate", Properties: [{ Key: "Host", Value: `${partner.url}/validate` }] },
      {
        name: "calloutPlugin",
        id: "fails",
        options: { endpoint: `${partner.url}/fails`, shouldRejectOn: { status: [500] } }
      }
    ],
    postProcessing: [{ name: "webhook", options: { endpoint: `${partner.url}/post` } }]
  } as never)
  // A partner that repeats the person in its refusal, and a run that fails by it: an issue.
  partner.answer(
    "/refuses",
    (_, response) =>
      void response.end(JSON.stringify({
        OrderActionExecutionResults: [{
          CancelWorkflow: true,
          ErrorReason: `No customer ${person.name} <${person.email}> of ${person.street}, ${person.phone}`
        }]
      }))
  )
  yield* put("/v1/pipelines/refused", {
    match: { orderTypes: ["CANCEL_SUBSCRIPTION"] },
    steps: [{
      name: "WebhookWorkflowStep",
      id: "refuses",
      StopOnError: true,
      Properties: [{ Key: "Host", Value: `${partner.url}/refuses` }]
    }]
  } as never)
  // A run that waits for a partner, whose answer comes later and names the person.
  partner.answer("/later", (_, response) => void response.writeHead(202).end("[]"))
  yield* put("/v1/pipelines/awaited", {
    match: { orderTypes: ["RENEWAL"] },
    steps: [{
      name: "calloutPlugin",
      id: "later",
      awaitCallback: { timeout: "01:00:00" },
      options: { endpoint: `${partner.url}/later`, shouldRejectOn: { status: [500] } }
    }]
  } as never)
  yield* put("/v1/pipelines/plain", { match: { orderTypes: ["CHANGE_OFFER"] }, steps: [] } as never)
  yield* put("/v1/webhook-endpoints/told", { url: `${partner.url}/told/all`, types: ["*"] } as never)
  yield* put("/v1/webhook-endpoints/never", {
    url: `${partner.url}/told/never`,
    types: ["order.submitted", "address.added"]
  } as never)
  const submit = (path: string, body: never, headers = {}) =>
    ask("POST", path, { headers: { ...wait, ...headers }, body })
  const first = yield* submit("/v1/orders", order({ externalId: person.externalId }) as never)
  assert.strictEqual(first.status, 200, first.text)
  assert.deepStrictEqual(
    first.json.processEvent.steps.map(({ state }: any) => state),
    ["succeeded", "succeeded", "failed", "succeeded"]
  )
  const second = yield* submit("/v1/orders", order({ id: "two" }) as never, { "idempotency-key": "key-plantet-78" })
  assert.strictEqual(second.status, 200, second.text)
  // A guest's order: their address alone.
  const { customerId: _, ...guest } = order({ id: "guest", customerEmail: person.email.toUpperCase() })
  yield* submit("/v1/orders", guest as never)
  yield* submit(
    "/v1/orders",
    order({
      id: "other",
      orderType: "CHANGE_OFFER",
      customerId: "K2",
      customerEmail: "b@example.org",
      customerName: "Somebody Else",
      customerPhone: "+1 555 0100 200",
      customerDetails: {},
      billingAddress: { city: "Elsewhere" },
      deliveryDetails: {},
      payment: {},
      orderForm: { total: 1 },
      orderNotes: [],
      properties: []
    }) as never
  )
  yield* plantCallback
  const refused = yield* submit("/v1/orders", order({ id: "refused", orderType: "CANCEL_SUBSCRIPTION" }) as never)
  assert.strictEqual(refused.json.processEvent?.state, "failed", refused.text)
  yield* until(
    "the issue",
    Effect.map(ask("GET", "/v1/issues?pipeline=refused"), ({ json }) => json.items.length === 1)
  )
  const patched = yield* ask("PATCH", "/v1/orders/two", {
    body: { customerName: `${person.first} ${person.last}`, tags: [person.city] }
  })
  assert.strictEqual(patched.status, 200, patched.text)
  yield* submit("/v1/orders/two/process", { pipeline: "plants" } as never, {
    "idempotency-key": `again ${person.email}`
  })
  yield* ask("POST", `/v1/process-events/${second.json.processEvent.id}/steps/fails/resolve`, {
    body: { reason: `${person.name} called`, output: { town: person.city } }
  })
  yield* ask("POST", "/v1/events", {
    headers: { "idempotency-key": `event ${person.email}` },
    body: { type: "address.added", data: { customerId: person.id, address: { street: person.street }, n: 1 } }
  })
  yield* ask("POST", "/v1/events", { body: { type: "address.added", data: { customerId: "K2", n: 2 } } })
  yield* plantRemarks
  // Everything that will succeed has been sent; what fails is pending.
  yield* until(
    "the deliveries",
    Effect.map(ask("GET", "/v1/deliveries?endpointId=told&state=pending"), ({ json }) => json.items.length === 0)
  )
  return { first, second }
})

const erase = Effect.fnUntraced(function*(id: string) {
  const { ask } = yield* Sluice
  const answer = yield* ask("POST", `/v1/customers/${encodeURIComponent(id)}/erase`, {
    body: { reason: `asked by ${person.name} in a letter` }
  })
  assert.strictEqual(answer.status, 202, answer.text)
  assert.deepInclude(answer.json, { kind: "erase", state: "queued" })
  yield* until(
    "the end of the erasure",
    Effect.map(ask("GET", `/v1/jobs/${answer.json.id}`), ({ json }) => json.finishedAt !== undefined)
  )
  return (yield* ask("GET", `/v1/jobs/${answer.json.id}`)).json
})

/** Everything that was logged, as text. */
const logged: Array<string> = []
const logs = Logger.make(({ cause, message }) => void logged.push(inspect([message, cause], { depth: 9 })))

const world = Layer.merge(Sluice.layer(), Partner.layer).pipe(
  Layer.provide([Logger.layer([logs]), Layer.succeed(References.MinimumLogLevel, "All")])
)

layer(world, { excludeTestServices: true })("a person", (it) => {
  it.effect(
    "is exported whole, and then found nowhere, while sums, counts and states stay",
    () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const sql = yield* SqlClient.SqlClient
        const { first } = yield* plant

        const before = yield* found
        for (
          const place of [
            "order_versions.doc",
            "callouts.response",
            "messages.body",
            "audit.reason",
            "customers.id",
            "issues.message",
            "callbacks.body",
            "callbacks.headers",
            "jobs.filter",
            "jobs.reason",
            "partner_limits.reason",
            "pipelines.paused_reason",
            "delivery_attempts.response"
          ]
        ) {
          assert.isTrue(before.some((one) => one.startsWith(place)), `${place} was not planted`)
        }
        const [opened] = yield* sql`select 1 from messages
          where type = 'issue.opened' and strpos(convert_from(body, 'UTF8'), ${person.name}) > 0`
        assert.isDefined(opened, "no message about an issue names the person")
        const exported = yield* ask("GET", `/v1/customers/${person.id}/export`)
        assert.strictEqual(exported.status, 200)
        const { audit, customer, deliveries, orders, processEvents, subscriptions } = exported.json
        assert.strictEqual(customer.customerEmail.toLowerCase(), person.email)
        assert.sameMembers(orders.map(({ id }: any) => id), [first.json.order.id, "two", "guest", "later", "refused"])
        assert.isAbove(orders.find(({ id }: any) => id === "two").versions.length, 1)
        assert.isNotEmpty(orders[0].history)
        assert.lengthOf(processEvents, 7)
        const plants = processEvents.filter(({ pipeline }: any) => pipeline.name === "plants")
        assert.deepStrictEqual(plants.map(({ steps }: any) => steps.length), [4, 4, 4, 4])
        assert.isAbove(deliveries.length, 10)
        assert.isTrue(deliveries.some(({ type }: any) => type === "address.added"))
        assert.lengthOf(subscriptions, 3)
        assert.isAbove(audit.length, 2)
        assert.isFalse(exported.text.includes("Somebody Else"))

        const states = sql<
          { readonly n: number }
        >`select 'run' as what, state, count(*)::int4 as n from runs group by state
        union all select 'step', state, count(*)::int4 from steps group by state
        union all select 'delivery', case state when 'pending' then 'cancelled' else state end, count(*)::int4
        from deliveries group by 2
        union all select 'version', '', count(*)::int4 from order_versions
        union all select 'customer', '', count(*)::int4 from customers
        union all select 'subscription', '', count(*)::int4 from subscriptions order by 1, 2`
        const counted = yield* states
        const documents = yield* sql<
          { readonly doc: string }
        >`select doc from order_versions order by order_id, version`
        const others = yield* sql`select doc from order_versions where order_id = 'other'`

        const job = yield* erase(person.id)
        assert.deepInclude(job, {
          state: "completed",
          total: 7,
          done: 7,
          skipped: 0,
          reason: "asked by [erased] in a letter"
        })
        assert.deepStrictEqual(yield* found, [])
        assert.strictEqual((yield* ask("GET", `/v1/customers/${person.id}`)).status, 404)
        assert.strictEqual((yield* ask("GET", `/v1/customers/${person.id}/export`)).status, 404)
        assert.deepStrictEqual((yield* ask("GET", `/v1/process-events?email=${person.email}`)).json.items, [])

        assert.deepStrictEqual(yield* states, counted)
        const after = yield* sql<{ readonly doc: string }>`select doc from order_versions order by order_id, version`
        assert.deepStrictEqual(
          after.map(({ doc }) => shape(JSON.parse(doc))),
          documents.map(({ doc }) => shape(JSON.parse(doc)))
        )
        assert.deepStrictEqual(yield* sql`select doc from order_versions where order_id = 'other'`, others)
        const erased = JSON.parse(after.find(({ doc }) => doc.includes(first.json.order.id))?.doc ?? "{}")
        assert.deepInclude(erased, { customerId: "[erased]", marketId: "NO", orderType: "NEW_ORDER" })
        assert.match(erased.externalId, /^sha256:[0-9a-f]{64}$/)

        const items = (yield* ask("GET", `/v1/jobs/${job.id}/items`)).json.items
        assert.lengthOf(items, 7)
        const held = items.map(({ message }: any) => message).join("\n")
        assert.match(held, /127\.0\.0\.1:\d+: callout-[0-9a-f]{32}, /)
        assert.match(held, /endpoint told: delivery-[0-9a-f]{32}/)

        for (
          const { answer, path } of yield* everyGet(ask, [
            "/v1/api-keys",
            "/v1/connectors/:id",
            "/v1/auth-providers/:id"
          ])
        ) {
          assert.isFalse(names(answer.text), `${path}: ${answer.text}`)
        }
        // The server's log is heard: it tells of an endpoint that its partner gives up.
        const partner = yield* Partner
        partner.answer("/gone", (_, response) => void response.writeHead(410).end())
        yield* ask("PUT", "/v1/webhook-endpoints/gone", {
          body: { url: `${partner.url}/gone`, types: ["checkout.initiated"] }
        })
        yield* ask("POST", "/v1/events", { body: { type: "checkout.initiated", data: {} } })
        while (!logged.some((line) => line.includes("gone is disabled"))) yield* Effect.sleep("20 millis")
        for (const line of logged) assert.isFalse(names(line), line)
      }),
    600_000
  )

  it.effect("leaves keys that stay in force", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const [stored] = (yield* ask("GET", "/v1/orders?limit=200")).json.items.filter(({ externalId }: any) =>
        externalId !== undefined
      )
      const again = yield* ask("POST", "/v1/orders", { headers: wait, body: order({ externalId: person.externalId }) })
      assert.deepStrictEqual([again.status, again.json.order.id], [200, stored.id])
      const other = yield* ask("POST", "/v1/orders", {
        body: order({ externalId: person.externalId, orderNumber: "1" })
      })
      assert.strictEqual(other.status, 409, other.text)
      const keyed = yield* ask("POST", "/v1/orders", {
        headers: { ...wait, "idempotency-key": "key-plantet-78" },
        body: order({ id: "two" })
      })
      assert.deepStrictEqual([keyed.status, keyed.json.order.id], [200, "two"])
      const process = yield* ask("POST", "/v1/orders/two/process", {
        headers: { "idempotency-key": `again ${person.email}` },
        body: { pipeline: "plants" }
      })
      assert.include([200, 202], process.status, process.text)
      const event = yield* ask("POST", "/v1/events", {
        headers: { "idempotency-key": `event ${person.email}` },
        body: { type: "address.added", data: { n: 3 } }
      })
      assert.strictEqual(event.status, 409, event.text)
      assert.deepStrictEqual(yield* found, [])
    }))

  it.effect("cannot be erased while a run is open, and needs to be known", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      partner.answer("/hangs", () => {})
      yield* ask("PUT", "/v1/pipelines/hangs", {
        body: {
          match: { orderTypes: ["REFUND"] },
          steps: [{ name: "calloutPlugin", options: { endpoint: `${partner.url}/hangs`, timeoutValue: 600_000 } }]
        }
      })
      const open = yield* ask("POST", "/v1/orders", {
        body: { orderType: "REFUND", customerEmail: "open@example.org" }
      })
      const path = "/v1/customers/OPEN%40example.org"
      const refused = yield* ask("POST", `${path}/erase`, { body: { reason: "r" } })
      assert.strictEqual(refused.status, 409, refused.text)
      yield* ask("POST", `/v1/process-events/${open.json.processEventId}/cancel`, { body: {} })
      yield* until(
        "the cancelled run",
        Effect.map(
          ask("GET", `/v1/process-events/${open.json.processEventId}`),
          ({ json }) => json.state === "cancelled"
        )
      )
      assert.strictEqual((yield* ask("GET", `${path}/export`)).json.customer, null)
      assert.strictEqual((yield* erase("open@example.org")).done, 1)
      assert.strictEqual((yield* ask("POST", `${path}/erase`, { body: { reason: "r" } })).status, 404)
      assert.strictEqual((yield* ask("POST", `${path}/erase`, { body: {} })).status, 400)
    }))
})
