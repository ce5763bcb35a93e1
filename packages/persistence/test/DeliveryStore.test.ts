import { assert, describe, it } from "@effect/vitest"
import { type ClaimedDelivery, type ClaimRequest, DeliveryStore, type Settlement } from "@sluice/delivery/DeliveryStore"
import { Next } from "@sluice/delivery/Judgement"
import { Journal } from "@sluice/engine/Journal"
import { entryOf, finished, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as DeliveryStorePg from "../src/DeliveryStore.ts"
import * as JournalPg from "../src/Journal.ts"
import { DatabaseTest } from "../src/testing/DatabaseTest.ts"

const layer = DeliveryStorePg.layer.pipe(
  Layer.provideMerge(JournalPg.layer()),
  Layer.provideMerge(DatabaseTest.layer)
)

const subscribe = Effect.fnUntraced(function*(id: string, rate?: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into webhook_endpoints (id, version, document, types, rate)
    values (${id}, 1, '{"url":"https://x.example","types":["*"]}', '{*}', ${rate ?? null})`
})

const submit = Effect.fnUntraced(function*(members: object = {}) {
  const journal = yield* Journal
  const stored = yield* journal.accept(submission(members))
  return stored._tag === "Accepted" ? stored.run : yield* Effect.die(stored._tag)
})

const complete = Effect.fnUntraced(function*(run: { readonly runId: string; readonly orderId: string }) {
  const journal = yield* Journal
  const order = yield* journal.document(run.orderId)
  return yield* journal.commit(entryOf(run, { finish: { ...finished.finish, order } }))
})

const claim = (request: Partial<ClaimRequest> = {}) =>
  Effect.flatMap(DeliveryStore, (store) => store.claim({ room: new Map(), otherwise: 100, total: 1000, ...request }))

const attempted = (delivery: ClaimedDelivery, next: Next): Settlement => ({
  _tag: "Attempted",
  attempt: { number: delivery.attempts + 1, startedAt: 0, durationMs: 1 },
  next
})

const settle = Effect.fnUntraced(function*(delivery: ClaimedDelivery, next: Next) {
  const store = yield* DeliveryStore
  yield* store.settle(delivery, attempted(delivery, next))
})

const typesOf = (deliveries: ReadonlyArray<ClaimedDelivery>) => deliveries.map(({ type }) => type)

describe("DeliveryStore on PostgreSQL", () => {
  it.live("gives out one of an order and endpoint at a time, in their sequence, with the bytes of the event", () =>
    Effect.gen(function*() {
      yield* subscribe("a")
      const run = yield* submit({ customerId: "C1", orderItems: [{ name: "Digital" }] })
      yield* complete(run)
      const seen: Array<string> = []
      for (let i = 0; i < 3; i++) {
        const { deliveries } = yield* claim()
        seen.push(...typesOf(deliveries))
        assert.strictEqual(deliveries.length, 1)
        const [delivery] = deliveries
        if (delivery === undefined) return
        if (i === 0) assert.strictEqual(Buffer.from(delivery.body).toString(), JSON.stringify(run.document?.order))
        yield* settle(delivery, i === 1 ? Next.Exhausted() : Next.Delivered())
      }
      assert.deepStrictEqual(seen, ["order.submitted", "customer.created", "subscription.created"])
      assert.deepStrictEqual(yield* claim(), { deliveries: [] })
    }).pipe(Effect.provide(layer)))

  it.live("takes from each endpoint only as much as it has room for, so that a backlog hides nobody", () =>
    Effect.gen(function*() {
      yield* subscribe("dead")
      yield* Effect.forEach(Array.from({ length: 20 }), () => submit())
      yield* subscribe("alive")
      yield* submit()
      const { deliveries } = yield* claim({ room: new Map([["e:dead", 3]]) })
      assert.deepStrictEqual(deliveries.map(({ endpointId }) => endpointId).toSorted(), [
        "alive",
        "dead",
        "dead",
        "dead"
      ])
      const more = yield* claim({ room: new Map([["e:dead", 0]]) })
      assert.deepStrictEqual(more.deliveries, [])
    }).pipe(Effect.provide(layer)))

  it.live("gives a delivery to others once its claim has run out, and heeds only the last claim", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a")
      yield* submit()
      const [lost] = (yield* claim()).deliveries
      assert.deepStrictEqual((yield* claim()).deliveries, [])
      yield* sql`update deliveries set due_at = clock_timestamp()`
      const [found] = (yield* claim()).deliveries
      if (lost === undefined || found === undefined) return assert.fail("not claimed")
      yield* settle(lost, Next.Exhausted())
      yield* settle(found, Next.Delivered())
      const [row] = yield* sql`select state, attempts from deliveries`
      assert.deepStrictEqual(row, { state: "delivered", attempts: 1 })
    }).pipe(Effect.provide(layer)))

  it.live("says when the next one is due, and keeps to an endpoint's rate over all who claim", () =>
    Effect.gen(function*() {
      yield* subscribe("slow", 1)
      yield* submit()
      yield* submit()
      const first = yield* Effect.all([claim(), claim()], { concurrency: 2 })
      assert.strictEqual(first.flatMap(({ deliveries }) => deliveries).length, 1)
      const { deliveries, nextInMs = 0 } = yield* claim()
      assert.deepStrictEqual(deliveries, [])
      assert.isAbove(nextInMs, 0)
      assert.isAtMost(nextInMs, 1000)
    }).pipe(Effect.provide(layer)))

  it.live("keeps what was sent for every later attempt", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStore
      yield* subscribe("a")
      yield* submit()
      const [first] = (yield* claim()).deliveries
      if (first === undefined) return assert.fail("not claimed")
      yield* store.freeze(first.id, Buffer.from("sent"))
      yield* settle(first, Next.Retry({ afterMs: 0 }))
      const [second] = (yield* claim()).deliveries
      assert.strictEqual(Buffer.from(second?.body ?? []).toString(), "sent")
      assert.deepInclude(second, { frozen: true, attempts: 1, round: 1 })
    }).pipe(Effect.provide(layer)))

  it.live("disables an endpoint that is gone: its delivery is exhausted, the others and all later ones are held", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a")
      yield* submit()
      yield* submit()
      const [met] = (yield* claim({ otherwise: 1 })).deliveries
      if (met === undefined) return assert.fail("not claimed")
      yield* settle(met, Next.Gone())
      yield* submit()
      const rows = yield* sql<{ readonly state: string }>`select state from deliveries order by seq`
      assert.deepStrictEqual(rows.map(({ state }) => state), ["exhausted", "held", "held"])
      const [endpoint] = yield* sql<{ readonly document: string }>`select document from webhook_endpoints`
      assert.isTrue(JSON.parse(endpoint?.document ?? "{}").disabled)
    }).pipe(Effect.provide(layer)))

  it.live("disables an endpoint that has failed for five days on end, and no other", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a")
      yield* submit()
      yield* submit()
      const [first, second] = (yield* claim()).deliveries
      if (first === undefined || second === undefined) return assert.fail("not claimed")
      yield* settle(first, Next.Retry({ afterMs: 0 }))
      const [failing] = yield* sql`select failing_since is not null as failing, disabled_at from webhook_endpoints`
      assert.deepStrictEqual(failing, { failing: true, disabled_at: null })
      yield* sql`update webhook_endpoints set failing_since = clock_timestamp() - interval '5 days 1 second'`
      yield* settle(second, Next.Retry({ afterMs: 0 }))
      const [disabled] = yield* sql`select disabled_reason from webhook_endpoints`
      assert.deepStrictEqual(disabled, { disabled_reason: "every attempt of the last five days failed" })
    }).pipe(Effect.provide(layer)))

  it.live(
    "leaves none of a chain behind, however adding to it and ending its head fall together",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* subscribe("a")
        const runs = yield* Effect.forEach(
          Array.from({ length: 60 }, (_, i) => i),
          (i) => submit({ customerId: `C${i}`, orderItems: [{ name: "Digital" }] }),
          { concurrency: "unbounded" }
        )
        const sender = Effect.gen(function*() {
          for (let idle = 0; idle < 20;) {
            const { deliveries } = yield* claim({ otherwise: 1000 })
            idle = deliveries.length === 0 ? idle + 1 : 0
            yield* Effect.forEach(deliveries, (one) => settle(one, Next.Delivered()), { concurrency: "unbounded" })
            if (idle > 0) yield* Effect.sleep("20 millis")
          }
        })
        const ender = Effect.forEach(runs, (run) => Effect.andThen(Effect.sleep("2 millis"), complete(run)), {
          concurrency: 4
        })
        yield* Effect.all([sender, ender], { concurrency: 2 })
        const rows = yield* sql<{ readonly state: string; readonly n: number }>`
        select state, count(*)::int as n from deliveries group by state`
        assert.deepStrictEqual(rows, [{ state: "delivered", n: 180 }])
      }).pipe(Effect.provide(layer)),
    30_000
  )
})
