/** Five orders over one subscription, with the process killed between them. Contract: section 9. */
import { assert, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Process, start } from "../support/Processes.ts"
import { Sluice } from "../support/Sluice.ts"

const until = <A>(look: Effect.Effect<A | undefined>): Effect.Effect<A> =>
  Effect.flatMap(
    Effect.repeat(look, { until: (found) => found !== undefined, schedule: Schedule.spaced("50 millis") }),
    (found) => found === undefined ? until(look) : Effect.succeed(found)
  )

const orders = [
  { orderType: "NEW_ORDER", orderItems: [{ name: "Digital", offer: { products: ["/web"] }, price: 9 }] },
  { orderType: "UPDATE_SUBSCRIPTION", orderItems: [{ quantity: 3 }] },
  { orderType: "CHANGE_OFFER", orderItems: [{ name: "Print", offer: { products: ["/paper"] }, price: 20 }] },
  { orderType: "CHANGED_DELIVERY_ADDRESS", deliveryDetails: { city: "Oslo" } },
  { orderType: "CANCEL_REQUEST" }
]

const types = ["subscription.created", "subscription.updated", "subscription.cancelled", "entitlements.updated"]

it.live(
  "a subscription, its history and its webhooks agree after each of five orders, each with a kill -9",
  () =>
    Effect.gen(function*() {
      const partner = yield* Partner
      let server: Process = yield* start()
      yield* server.ask("PUT", "/v1/webhook-endpoints/told", { body: { url: `${partner.url}/told`, types } })
      yield* server.ask("PUT", "/v1/pipelines/p", {
        body: { steps: [{ name: "calloutPlugin", options: { endpoint: `${partner.url}/call`, timeoutValue: 20_000 } }] }
      })
      for (const [n, order] of orders.entries()) {
        const submitted = yield* until(Effect.map(
          server.ask("POST", "/v1/orders", {
            body: { id: `o${n}`, customerId: "C1", forSubscription: { name: n < 3 ? "Digital" : "Print" }, ...order }
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
        const { items: [listed] } = (yield* server.ask("GET", "/v1/subscriptions?customerId=C1")).json
        const { json } = yield* server.ask("GET", `/v1/subscriptions/${listed.id}`)
        const { items: history } = (yield* server.ask("GET", `/v1/subscriptions/${listed.id}/history`)).json
        // Handled once by webhook-id: what was on the wire when the process died comes again.
        const told = yield* until(Effect.sync(() => {
          const messages = new Map(
            partner.asked.filter(({ path }) => path === "/told").map(({ body, headers }) => [headers["webhook-id"], {
              type: String(headers["webhook-type"]),
              sequence: Number(headers["webhook-sequence"]),
              body: JSON.parse(body)
            }])
          )
          const found = [...messages.values()].toSorted((a, b) => a.sequence - b.sequence)
          return found.filter(({ type }) => type !== "entitlements.updated").length > n ? found : undefined
        }))
        const versions = told.filter(({ type }) => type !== "entitlements.updated").map(({ body }) => body)
        assert.deepStrictEqual(listed, json)
        assert.strictEqual(json.version, n + 1)
        assert.deepStrictEqual(history.map(({ after }: any) => after), versions)
        assert.deepInclude(json, versions.at(-1))
        assert.deepStrictEqual(history.at(-1).cause, { orderId: `o${n}`, processEventId: submitted.processEventId })
      }
      const { json: { items: [last] } } = yield* server.ask("GET", "/v1/subscriptions?status=cancelled")
      assert.deepInclude(last, { status: "cancelled", name: "Print", quantity: 1, deliveryDetails: { city: "Oslo" } })
      assert.isTrue(last.entitlements.every(({ status }: { readonly status: string }) => status === "Inactive"))
    }).pipe(Effect.scoped, Effect.provide([Partner.layer, DatabaseTest.layer])),
  120_000
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
  120_000
)
