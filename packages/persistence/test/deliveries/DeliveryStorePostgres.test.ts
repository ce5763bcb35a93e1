import type { PgClient } from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import {
  type ClaimedDelivery,
  claimMs,
  type ClaimRequest,
  DeliveryStore,
  type Settlement
} from "@sluice/delivery/DeliveryStore"
import { Next } from "@sluice/delivery/internal/Judgement"
import { DeliveryStoreHarness, suite } from "@sluice/delivery/testing/DeliveryStoreSuite"
import type { DeliveryState } from "@sluice/domain/webhook/Delivery"
import type { EventType } from "@sluice/domain/webhook/WebhookType"
import { nextId } from "@sluice/engine/testing/JournalFixtures"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { again } from "../../src/deliveries/Deliveries.ts"
import * as DeliveryStorePg from "../../src/deliveries/DeliveryStorePostgres.ts"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { DeliverySignal } from "../../src/outbox/DeliverySignal.ts"
import { Events } from "../../src/outbox/Events.ts"
import { endpoints } from "../../src/outbox/FanOut.ts"
import { messageFanOut, noStepMessages } from "../../src/outbox/MessageFanOut.ts"
import { disable, endpointDeleted } from "../../src/settings/EndpointState.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { complete, submit } from "../RunFixtures.ts"

const layer = DeliveryStorePg.layer.pipe(
  Layer.provideMerge(JournalPg.layer()),
  Layer.provideMerge(DatabaseTest.layer)
)

/** Neither the ends of runs nor deliveries that are exhausted. */
const types = "{order.submitted,customer.created,customer.updated,subscription.created,entitlements.updated,error}"

const subscribe = Effect.fnUntraced(function*(id: string, rate?: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into webhook_endpoints (id, version, document, types, rate)
    values (${id}, 1, '{"url":"https://x.example","types":["*"]}', ${types}::text[], ${rate ?? null})`
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

const harness = Layer.effect(
  DeliveryStoreHarness,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const signal = yield* DeliverySignal
    const events = yield* Events
    const context = yield* Effect.context<SqlClient.SqlClient | PgClient | DeliverySignal>()
    const deliveryOf = Effect.fnUntraced(function*(message: string) {
      const [row] = yield* sql<{ readonly id: string }>`
        select id from deliveries where message_id = ${message}::uuid`
      return row?.id ?? ""
    })
    // Of a type that only this endpoint subscribes to, and by the statement that makes them for a run's end.
    const make = `with ${endpoints},
      om as (select $1::uuid as id, 1 as n, 1 as place, $2::text as type, $3::text as order_id,
        clock_timestamp() as finished_at, convert_to($4, 'UTF8') as body, null::text as cause),
      ${noStepMessages}, ${messageFanOut} select 1`
    return {
      start: Effect.map(
        Layer.build(Layer.fresh(DeliveryStorePg.layer)).pipe(Effect.provideContext(context)),
        Context.get(DeliveryStore)
      ),
      subscribe: (id, rate) =>
        Effect.orDie(Effect.asVoid(sql`insert into webhook_endpoints (id, version, document, types, rate)
          values (${id}, 1, '{"url":"https://x.example","types":["*"]}', array[${id}::text], ${rate ?? null})`)),
      make: Effect.fnUntraced(function*({ body = "{}", endpointId, orderId }) {
        const message = nextId()
        yield* sql.unsafe(make, [message, endpointId, orderId ?? null, body])
        signal.publish()
        return yield* deliveryOf(message)
      }, Effect.orDie),
      makeHere: Effect.fnUntraced(function*(endpointId) {
        const message = nextId()
        yield* events.store({ id: message, type: endpointId as EventType, createdAt: 0, body: "{}" })
        return yield* deliveryOf(message)
      }, Effect.orDie),
      look: (id) =>
        sql<{ readonly state: DeliveryState; readonly attempts: number }>`
          select state, attempts from deliveries where id = ${id}::uuid`.pipe(
          Effect.map(([row]) => row!),
          Effect.orDie
        ),
      claimsRunOut: Effect.orDie(
        Effect.asVoid(sql`update deliveries set due_at = clock_timestamp(),
          claimed_until = least(claimed_until, clock_timestamp())
          where due_at is not null`)
      ),
      failingForLonger: (id, ms) =>
        Effect.orDie(Effect.asVoid(sql`update webhook_endpoints
          set failing_since = failing_since - ${ms} * interval '1 ms' where id = ${id}`)),
      disabledReason: (id) =>
        sql<{ readonly disabled_reason: string | null }>`
          select disabled_reason from webhook_endpoints where id = ${id}`.pipe(
          Effect.map(([row]) => row?.disabled_reason ?? undefined),
          Effect.orDie
        )
    }
  })
).pipe(Layer.provide(Events.layer), Layer.provide(DeliverySignal.layer), Layer.provide(DatabaseTest.layer))

suite("DeliveryStore on PostgreSQL", harness)

describe("DeliveryStore on PostgreSQL, with the journal", () => {
  it.live("claims the deliveries of an order in sequence, with the bytes of the event", () =>
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

  it.live("claims the webhook of an order in the commit that stores it, with the bytes of the event", () =>
    Effect.scoped(Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const store = yield* DeliveryStore
      for (const id of ["a", "in turns"]) yield* subscribe(id)
      yield* subscribe("slow", 1)
      yield* sql`update webhook_endpoints set per_order = false where id = 'a'`
      const taken: Array<ClaimedDelivery> = []
      const room = { room: new Map(), otherwise: 100, total: 1000 }
      yield* store.receive({ room: () => room, start: (more) => void taken.push(...more) })
      const run = yield* submit({ customerId: "C1", orderItems: [{ name: "Digital" }] })
      yield* complete(run)
      assert.deepStrictEqual(taken.map(({ endpointId }) => endpointId).toSorted(), ["a", "in turns"])
      const claimedLater = (yield* claim()).deliveries
      assert.deepStrictEqual(
        claimedLater.map(({ endpointId, type }) => `${endpointId} ${type}`).toSorted(),
        ["a customer.created", "a subscription.created", "slow order.submitted"]
      )
      const plain = (delivery: ClaimedDelivery | undefined) => ({ ...delivery, id: "", endpointId: "", lane: "" })
      const slow = claimedLater.find(({ endpointId }) => endpointId === "slow")
      for (const handed of taken) assert.deepEqual(plain(handed), plain(slow))
      // The next one of the order follows it.
      const first = taken.find(({ endpointId }) => endpointId === "in turns")
      if (first !== undefined) yield* settle(first, Next.Delivered())
      assert.deepStrictEqual(typesOf((yield* claim()).deliveries), ["customer.created"])
    })).pipe(Effect.provide(layer)))

  it.live("stores in the settings that an endpoint is disabled, and cancels deliveries to a deleted one", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const store = yield* DeliveryStore
      for (const id of ["gone", "deleted"]) yield* subscribe(id)
      yield* submit()
      const { deliveries } = yield* claim()
      yield* sql`delete from webhook_endpoints where id = 'deleted'`
      for (const delivery of deliveries) {
        yield* delivery.endpointId === "gone"
          ? settle(delivery, Next.Gone())
          : store.settle(delivery, { _tag: "EndpointUnknown" })
      }
      const rows = yield* sql`select endpoint_id, state from deliveries order by endpoint_id`
      assert.deepStrictEqual(rows, [
        { endpoint_id: "deleted", state: "cancelled" },
        { endpoint_id: "gone", state: "exhausted" }
      ])
      const [endpoint] = yield* sql<{ readonly document: string }>`select document from webhook_endpoints`
      assert.isTrue(JSON.parse(endpoint?.document ?? "{}").disabled)
    }).pipe(Effect.provide(layer)))

  const ends: ReadonlyArray<readonly [what: string, next: Next, state: string, again: boolean]> = [
    ["is to be retried later", Next.Retry({ afterMs: 3_600_000 }), "pending", true],
    ["is exhausted", Next.Exhausted(), "pending", true],
    ["succeeded", Next.Delivered(), "delivered", false],
    ["was answered 410, which disables its endpoint", Next.Gone(), "exhausted", false]
  ]
  for (const [what, next, state, isSentAgain] of ends) {
    it.live(`a redelivery that is asked for during an attempt is ${isSentAgain ? "" : "not "}sent once the attempt ${what}`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* subscribe("a")
        yield* submit()
        const { deliveries: [delivery] } = yield* claim()
        if (delivery === undefined) return assert.fail("nothing was claimed")
        yield* again(sql, [delivery.id])
        assert.deepStrictEqual((yield* claim()).deliveries, [], "the attempt is still on the wire")
        yield* settle(delivery, next)
        const rows = yield* sql`select state, attempts, round from deliveries`
        assert.deepStrictEqual(rows, [{ state, attempts: 1, round: isSentAgain ? 0 : 1 }])
        const { deliveries: [second] } = yield* claim()
        assert.strictEqual(second?.id, isSentAgain ? delivery.id : undefined)
        if (second === undefined) return
        // Asked for once: the second one ends as it ends.
        yield* settle(second, Next.Exhausted())
        assert.deepStrictEqual(yield* sql`select state from deliveries`, [{ state: "exhausted" }])
      }).pipe(Effect.provide(layer)))
  }

  for (
    const [next, state, reason] of [
      [Next.Delivered(), "delivered", null],
      [Next.Retry({ afterMs: 1 }), "cancelled", "its endpoint was deleted"],
      [Next.Exhausted(), "cancelled", "its endpoint was deleted"]
    ] as const
  ) {
    it.live(`an attempt during which its endpoint is deleted is recorded: ${next._tag} leaves it ${state}`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* subscribe("a")
        yield* submit()
        const { deliveries: [delivery] } = yield* claim()
        if (delivery === undefined) return assert.fail("nothing was claimed")
        yield* sql`delete from webhook_endpoints where id = 'a'`
        yield* endpointDeleted(sql, "a")
        yield* settle(delivery, next)
        const rows = yield* sql`select state, reason, attempts, claim, finished_at is null as open from deliveries`
        assert.deepStrictEqual(rows, [{ state, reason, attempts: 1, claim: null, open: false }])
        assert.lengthOf(yield* sql`select number from delivery_attempts`, 1)
        assert.deepStrictEqual(yield* claim(), { deliveries: [] })
      }).pipe(Effect.provide(layer)))
  }

  it.live("sends a held delivery again whose process died while sending it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a")
      yield* submit()
      const { deliveries: [claimed] } = yield* claim()
      yield* disable(sql, "a", "by hand")
      yield* sql`update webhook_endpoints set disabled_at = null`
      yield* again(sql, [claimed?.id ?? ""])
      assert.deepStrictEqual((yield* claim()).deliveries, [], "its claim has still to run out")
      yield* sql`update deliveries set claimed_until = claimed_until - ${claimMs} * interval '1 ms'`
      assert.deepStrictEqual((yield* claim()).deliveries.map(({ id }) => id), [claimed?.id])
    }).pipe(Effect.provide(layer)))

  it.live(
    "leaves no delivery of a chain behind, however additions and the end of its head interleave",
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
      }).pipe(Effect.provide(layer))
  )
})
