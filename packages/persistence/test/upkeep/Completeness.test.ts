import { timestamptz } from "@effect/sql-pg/PgTypes"
import { assert, describe, it } from "@effect/vitest"
import { webhookTypes } from "@sluice/domain/webhook/WebhookType"
import { Journal } from "@sluice/engine/journal/Journal"
import { entryOf, nextId, noon, stepAt, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { DeliverySignal } from "../../src/outbox/DeliverySignal.ts"
import { Events } from "../../src/outbox/Events.ts"
import { tellOperational } from "../../src/outbox/OperationalEvents.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { check } from "../../src/upkeep/Completeness.ts"
import { complete, submit } from "../RunFixtures.ts"

const layer = Events.layer.pipe(
  Layer.provideMerge(JournalPg.layer()),
  Layer.provide(DeliverySignal.layer),
  Layer.provideMerge(DatabaseTest.layer)
)

const all = check(noon - 60_000, noon + 60_000)

const subscribe = Effect.fnUntraced(function*(id: string, types: string, since = "2026-01-01") {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into webhook_endpoints (id, version, document, types) values (${id}, 1, '{}', ${types}::text[])`
  yield* sql`insert into webhook_endpoint_history (endpoint_id, at, types)
    values (${id}, ${since}::timestamptz, ${types}::text[])`
})

/** Types whose events leave no other trace by which a missing message could be found, or come with nothing here. */
const without: ReadonlyArray<string> = ["run.waiting", "issue.opened"]

/** One event of every type; documents hold what PostgreSQL's JSON does not read. */
const everything = Effect.gen(function*() {
  const odd = { customFields: { odd: "\u0000\ud800" } }
  const customer = { ...odd, customerId: "C1", customerEmail: "a@b.c" }
  const fresh = yield* submit({ ...odd, orderItems: [{ offer: { products: ["/p"] } }, {}] })
  // Whose order it is becomes known on the way.
  const journal = yield* Journal
  const before = yield* journal.document(fresh.orderId)
  yield* journal.edit(fresh.orderId, writeOn(before, { customerId: "C1", customerEmail: "a@b.c" } as never), [])
  yield* complete(fresh)
  const [named] = yield* (yield* SqlClient.SqlClient)<
    { readonly id: string }
  >`select id from subscriptions order by seq`
  const forSubscription = named?.id ?? ""
  for (
    const members of [
      { orderType: "ADD_OFFER", orderItems: [{ offer: { products: ["/p"] } }, { name: "\u0000" }] },
      { orderType: "UPDATE_SUBSCRIPTION", orderItems: [{ price: "\ud800" }] },
      { orderType: "CANCEL_REQUEST" }
    ]
  ) yield* complete(yield* submit({ ...members, forSubscription }), noon + 15)
  yield* complete(yield* submit({ ...customer, orderType: "NEW_GIFT_ORDER" }), noon + 20)
  yield* complete(yield* submit({ orderType: "UPDATE_CUSTOMER", customerEmail: "A@b.c" }), noon + 20_000)
  yield* complete(yield* submit({ orderType: "UPDATE_CUSTOMER", customerId: "nobody" }), noon + 20_000)
  const failing = yield* submit({ orderType: "REFUND" })
  const error = { name: "calloutPlugin", message: "no\u0000" }
  yield* journal.commit(entryOf(failing, {
    step: stepAt(0, { state: "failed", error }),
    finish: { state: "failed", failedSteps: 1, at: noon + 30, errors: [error] }
  }))
  // A step that was cancelled has an error, and tells of no failure.
  const cancelled = yield* submit({ orderType: "REFUND" })
  yield* journal.commit(entryOf(cancelled, {
    step: stepAt(0, { state: "cancelled", error: { name: "calloutPlugin", kind: "cancelled", message: "a person" } }),
    finish: { state: "cancelled", failedSteps: 0, at: noon + 40 }
  }))
  for (
    const orderType of [
      "CHANGED_DELIVERY_ADDRESS",
      "CHANGE_PAYMENT_REQUEST",
      "CHANGE_OFFER",
      "ADD_OFFER",
      "CANCEL_REQUEST",
      "UPDATE_SUBSCRIPTION"
    ]
  ) yield* submit({ orderType })
  const undone = yield* submit({ orderType: "REFUND" })
  const held = yield* journal.document(undone.orderId)
  yield* journal.commit(entryOf(undone, {
    write: writeOn(held, { status: "Failed" }),
    finish: { state: "compensation-failed", failedSteps: 0, at: noon + 50 }
  }))
  const sql = yield* SqlClient.SqlClient
  for (
    const type of ["partner.down", "partner.up", "partner.paused", "endpoint.disabled", "delivery.exhausted"] as const
  ) {
    yield* tellOperational(sql, type, { reason: "because" })
  }
  yield* sql`update messages set created_at = ${timestamptz(noon)} where type like '%.%' and order_id is null`
  const events = yield* Events
  for (const type of ["checkout.initiated", "cancel.attempted", "payment_method.added", "address.added"] as const) {
    yield* events.store({ id: nextId(), type, createdAt: noon, body: "{}" })
  }
})

describe("completeness", () => {
  it.live("expects each event at each endpoint that subscribed to its type, and names a missing one", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a", "{*}")
      yield* subscribe("customers", "{customer.updated,error}")
      // Came later, and is not judged by what was before.
      yield* sql`insert into webhook_endpoint_history (endpoint_id, at, types) values ('b', '2027-01-01', '{*}')`
      yield* everything
      const whole = yield* all
      assert.deepStrictEqual([whole.missing, whole.stuck], [[], []])
      const [made] = yield* sql<{ readonly n: number }>`select count(*)::int as n from deliveries`
      assert.strictEqual(whole.expected, made?.n)
      for (const type of webhookTypes.filter((type) => !without.includes(type))) {
        const [planted] = yield* sql<{ readonly id: string; readonly endpoint_id: string }>`select id, endpoint_id
          from deliveries where type = ${type} order by id limit 1`
        if (planted === undefined) return assert.fail(`nothing of ${type}`)
        yield* sql`update deliveries set type = 'lost' where id = ${planted.id}::uuid`
        const { missing } = yield* all
        assert.deepStrictEqual(
          missing.map((one) => [one.endpointId, one.type, one.expected - one.found]),
          [[planted.endpoint_id, type, 1]]
        )
        yield* sql`update deliveries set type = ${type} where id = ${planted.id}::uuid`
      }
    }).pipe(Effect.provide(layer)))

  it.live("names a delivery that waits although nothing is ahead of it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a", "{*}")
      yield* complete(yield* submit({ customerId: "C1" }))
      assert.deepStrictEqual((yield* all).stuck, [])
      yield* sql`delete from deliveries where type = 'order.submitted'`
      assert.lengthOf((yield* all).stuck, 1)
    }).pipe(Effect.provide(layer)))
})
