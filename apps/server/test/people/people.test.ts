/** Contract: section 7, `GET /v1/customers/{id}/export` and `POST /v1/customers/{id}/erase`. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Answer, Sluice } from "../support/Sluice.ts"
import { found, names, order, person, shape } from "./People.ts"

const until = <R>(condition: Effect.Effect<boolean, never, R>): Effect.Effect<void, never, R> =>
  Effect.flatMap(
    condition,
    (met) => met ? Effect.void : Effect.andThen(Effect.sleep("50 millis"), Effect.suspend(() => until(condition)))
  )

const wait = { prefer: "wait=30" }

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
      CustomerPhone: person.phone,
      orderNotes: [{ id: "p", text: `Moved to ${person.street}` }],
      properties: [{ key: "owner", value: person.name }]
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
  // Everything that will succeed has been sent; what fails is pending.
  yield* until(
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
  yield* until(Effect.map(ask("GET", `/v1/jobs/${answer.json.id}`), ({ json }) => json.finishedAt !== undefined))
  return (yield* ask("GET", `/v1/jobs/${answer.json.id}`)).json
})

const lists = ["orders", "process-events", "deliveries", "customers", "subscriptions", "audit", "jobs"]

/** Everything that the API shows, list by list and one by one. */
const shown = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const answers: Array<Answer> = []
  for (const list of lists) {
    const all = yield* ask("GET", `/v1/${list}?limit=200`)
    answers.push(all)
    for (const { id } of all.json.items) answers.push(yield* ask("GET", `/v1/${list}/${id}`))
  }
  for (const { id } of (yield* ask("GET", "/v1/orders?limit=200")).json.items) {
    answers.push(yield* ask("GET", `/v1/orders/${id}/history`))
  }
  return answers
})

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("a person", (it) => {
  it.effect(
    "is exported whole, and then found nowhere, while sums, counts and states stay",
    () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const sql = yield* SqlClient.SqlClient
        const { first } = yield* plant

        const before = yield* found
        for (
          const place of ["order_versions.doc", "callouts.response", "messages.body", "audit.reason", "customers.id"]
        ) {
          assert.isTrue(before.some((one) => one.startsWith(place)), `${place} was not planted`)
        }
        const exported = yield* ask("GET", `/v1/customers/${person.id}/export`)
        assert.strictEqual(exported.status, 200)
        const { audit, customer, deliveries, orders, processEvents, subscriptions } = exported.json
        assert.strictEqual(customer.customerEmail.toLowerCase(), person.email)
        assert.sameMembers(orders.map(({ id }: any) => id), [first.json.order.id, "two", "guest"])
        assert.isAbove(orders.find(({ id }: any) => id === "two").versions.length, 1)
        assert.isNotEmpty(orders[0].history)
        assert.lengthOf(processEvents, 4)
        assert.isTrue(processEvents.every(({ steps }: any) => steps.length === 4))
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
          total: 4,
          done: 4,
          skipped: 0,
          reason: "asked by [erased] in a letter"
        })
        assert.deepStrictEqual(yield* found, [])
        for (const answer of yield* shown) assert.isFalse(names(answer.text), answer.text)
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
        assert.lengthOf(items, 4)
        const held = items.map(({ message }: any) => message).join("\n")
        assert.match(held, /127\.0\.0\.1:\d+: callout-[0-9a-f]{32}, /)
        assert.match(held, /endpoint told: delivery-[0-9a-f]{32}/)
      }),
    120_000
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
      yield* until(Effect.map(
        ask("GET", `/v1/process-events/${open.json.processEventId}`),
        ({ json }) => json.state === "cancelled"
      ))
      assert.strictEqual((yield* ask("GET", `${path}/export`)).json.customer, null)
      assert.strictEqual((yield* erase("open@example.org")).done, 1)
      assert.strictEqual((yield* ask("POST", `${path}/erase`, { body: { reason: "r" } })).status, 404)
      assert.strictEqual((yield* ask("POST", `${path}/erase`, { body: {} })).status, 400)
    }))
})
