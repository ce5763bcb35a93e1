/** Orders over one subscription, with the process killed between them. Contract: section 9. */
import { assert, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Process, start } from "../support/Processes.ts"
import { Sluice } from "../support/Sluice.ts"

const until = <A, R>(look: Effect.Effect<A | undefined, never, R>): Effect.Effect<A, never, R> =>
  Effect.flatMap(
    Effect.repeat(look, { until: (found) => found !== undefined, schedule: Schedule.spaced("50 millis") }),
    (found) => found === undefined ? until(look) : Effect.succeed(found)
  )

/** Orders over one subscription, and what it is after each: its version, and the states of its entitlements by product. */
const orders = [
  {
    order: { orderType: "NEW_ORDER", orderItems: [{ name: "Digital", offer: { products: ["/web"] }, price: 9 }] },
    version: 1,
    entitlements: { "/web": "Active" }
  },
  {
    order: { orderType: "UPDATE_SUBSCRIPTION", orderItems: [{ quantity: 3 }] },
    version: 2,
    entitlements: { "/web": "Active" }
  },
  {
    order: { orderType: "ADD_OFFER", orderItems: [{ name: "Extra", offer: { products: ["/extra"] } }] },
    version: 2,
    entitlements: { "/web": "Active" }
  },
  {
    order: { orderType: "CHANGE_OFFER", orderItems: [{ name: "Print", offer: { products: ["/paper"] }, price: 20 }] },
    version: 3,
    entitlements: { "/web": "Inactive", "/paper": "Active" }
  },
  {
    order: { orderType: "CHANGED_DELIVERY_ADDRESS", deliveryDetails: { city: "Oslo" } },
    version: 4,
    entitlements: { "/web": "Inactive", "/paper": "Active" }
  },
  { order: { orderType: "CANCEL_REQUEST" }, version: 5, entitlements: { "/web": "Inactive", "/paper": "Inactive" } }
]

const types = ["subscription.created", "subscription.updated", "subscription.cancelled", "entitlements.updated"]

interface Told {
  readonly type: string
  readonly sequence: number
  readonly body: any
}

/** The messages by their ids: what was on the wire when the process died comes again. */
const messages = Effect.map(Partner, ({ asked }): ReadonlyArray<Told> => {
  const found = new Map(
    asked.filter(({ path }) => path === "/told").map(({ body, headers }) => [headers["webhook-id"], {
      type: String(headers["webhook-type"]),
      sequence: Number(headers["webhook-sequence"]),
      body: JSON.parse(body)
    }])
  )
  return [...found.values()].toSorted((a, b) => a.sequence - b.sequence)
})

/** `GET`, the history and the messages of a subscription say the same, once it has been told of so many versions. */
const expectAgreement = Effect.fnUntraced(function*(
  { ask }: Process,
  id: string,
  version: number,
  entitlements: Readonly<Record<string, string>>
) {
  const isTold = (body: any, products: object) =>
    Object.entries(products).every(([product, status]) =>
      body?.entitlements.some((one: any) => one.product === product && one.status === status)
    )
  const told = yield* until(Effect.map(messages, (all) => {
    const versions = all.filter(({ body, type }) => type !== "entitlements.updated" && body.id === id)
    const entitled = all.filter(({ body, type }) => type === "entitlements.updated" && body.subscriptionId === id)
    const isWhole = versions.length >= version && isTold(entitled.at(-1)?.body, entitlements)
    return isWhole ? { versions: versions.map(({ body }) => body), entitled: entitled.at(-1)?.body } : undefined
  }))
  const { json } = yield* ask("GET", `/v1/subscriptions/${id}`)
  const { items: history } = (yield* ask("GET", `/v1/subscriptions/${id}/history`)).json
  const { items: listed } = (yield* ask("GET", "/v1/subscriptions?customerId=C1")).json
  assert.deepStrictEqual(listed.find((one: any) => one.id === id), json)
  assert.strictEqual(json.version, version)
  assert.lengthOf(told.versions, version)
  assert.deepStrictEqual(history.map(({ after }: any) => after), told.versions)
  assert.deepStrictEqual(history.map(({ before }: any) => before ?? null), [null, ...told.versions.slice(0, -1)])
  assert.deepInclude(json, told.versions.at(-1))
  assert.deepStrictEqual(told.entitled, { subscriptionId: id, customerId: "C1", entitlements: json.entitlements })
  const states = json.entitlements.map(({ product, status }: any) => [product, status])
  assert.sameDeepMembers(states, Object.entries(entitlements))
  return { history, json }
})

it.live(
  "a subscription, its history, its entitlements and its webhooks agree after each of six orders, each with a kill -9",
  () =>
    Effect.gen(function*() {
      const partner = yield* Partner
      let server: Process = yield* start()
      yield* server.ask("PUT", "/v1/webhook-endpoints/told", { body: { url: `${partner.url}/told`, types } })
      yield* server.ask("PUT", "/v1/pipelines/p", {
        body: { steps: [{ name: "calloutPlugin", options: { endpoint: `${partner.url}/call`, timeoutValue: 20_000 } }] }
      })
      let id = ""
      for (const [n, { entitlements, order, version }] of orders.entries()) {
        const submitted = yield* until(Effect.map(
          server.ask("POST", "/v1/orders", {
            body: { id: `o${n}`, customerId: "C1", forSubscription: { name: n < 4 ? "Digital" : "Print" }, ...order }
          }),
          // No order is taken before the pipeline is known.
          ({ json, status }) => status === 202 ? json : undefined
        ))
        yield* server.kill("SIGKILL")
        yield* server.ended
        server = yield* start()
        const ended = yield* until(Effect.map(
          server.ask("GET", `/v1/process-events/${submitted.processEventId}`),
          ({ json }) => json.finishedAt === undefined ? undefined : json
        ))
        assert.strictEqual(ended.state, "completed")
        const { items } = (yield* server.ask("GET", `/v1/subscriptions?orderId=o${n}`)).json
        if (n === 0) id = items[0].id
        const cause = { orderId: `o${n}`, processEventId: submitted.processEventId }
        const { history } = yield* expectAgreement(server, id, version, entitlements)
        if (order.orderType !== "ADD_OFFER") {
          assert.deepStrictEqual(history.at(-1).cause, cause)
          continue
        }
        const [added] = items
        assert.deepInclude(added, { name: "Extra", parentSubscriptionId: id, status: "active" })
        const own = yield* expectAgreement(server, added.id, 1, { "/extra": "Active" })
        assert.deepStrictEqual(own.history[0].cause, cause)
      }
      const { json: { items } } = yield* server.ask("GET", "/v1/subscriptions?status=cancelled")
      assert.lengthOf(items, 1)
      assert.deepInclude(items[0], { id, name: "Print", quantity: 1, deliveryDetails: { city: "Oslo" } })
    }).pipe(Effect.scoped, Effect.provide([Partner.layer, DatabaseTest.layer])),
  600_000
)

it.live(
  "an order of five thousand items leaves a subscription, an entitlement and a message for each, once",
  () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const sql = yield* SqlClient.SqlClient
      yield* ask("PUT", "/v1/webhook-endpoints/kept", {
        body: { url: "https://kept.example", types: ["subscription.created"], disabled: true }
      })
      yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })
      const orderItems = Array.from({ length: 5000 }, (_, n) => ({ name: `n${n}`, offer: { products: [`/p${n}`] } }))
      const submit = ask("POST", "/v1/orders", {
        headers: { prefer: "wait=60" },
        body: { id: "many", orderType: "NEW_ORDER", customerId: "c", tracking: { tag: "t" }, orderItems }
      })
      const ended = until(Effect.map(submit, ({ json }) => json?.processEvent ?? undefined))
      assert.strictEqual((yield* ended).state, "completed")
      yield* ask("POST", "/v1/orders/many/process", { headers: { prefer: "wait=60" }, body: {} })
      const [made] = yield* sql<
        { readonly subscriptions: number; readonly named: number; readonly held: number }
      >`select
        (select count(distinct item)::int4 from subscriptions where order_id = 'many' and customer_id = 'c') as subscriptions,
        (select count(*)::int4 from subscriptions where order_id = 'many' and customer_id = 'c'
          and doc like '{"name":"n' || item || '",%' and entitlements like '%"product":"/p' || item || '"%') as named,
        (select count(*)::int4 from deliveries where order_id = 'many' and state = 'held') as held`
      assert.deepStrictEqual(made, { subscriptions: 5000, named: 5000, held: 5000 })
    }).pipe(Effect.provide(Sluice.layer())),
  600_000
)
