/** Subscriptions that are changed by the completed runs of later orders. Contract: section 9, "A subscription lives on". */
import { assert, describe, it } from "@effect/vitest"
import { processEventId } from "@sluice/domain/identity/Ids"
import type { Json } from "@sluice/domain/json/Json"
import { type ClaimedRun, Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, submission, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { Orders } from "../../src/queries/Orders.ts"
import { Resources, type SubscriptionFilters } from "../../src/queries/Resources.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { complete, submit } from "../RunFixtures.ts"

const layer = Layer.mergeAll(JournalPg.layer(), Resources.layer, Orders.layer).pipe(
  Layer.provideMerge(DatabaseTest.layer)
)

const types = ["subscription.created", "subscription.updated", "subscription.cancelled", "entitlements.updated"]

const subscribe = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into webhook_endpoints (id, version, document, types) values ('all', 1, '{}', ${types})`
})

/** Submits an order and completes its run. */
const process = (members: object) => Effect.tap(submit(members), complete)

interface Message {
  readonly type: string
  readonly cause: string | null
  readonly body: { readonly [name: string]: Json }
}

const messages = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly type: string; readonly cause: string; readonly text: string }>`select m.type,
    m.cause, convert_from(m.body, 'UTF8') as text from messages m order by m.seq`
  return rows.map(({ cause, text, type }): Message => ({ type, cause, body: JSON.parse(text) }))
})

const limit = 50

const get = Effect.fnUntraced(function*(id: string) {
  return JSON.parse(yield* (yield* Resources).get("subscription", id))
})

const list = Effect.fnUntraced(function*(filters: SubscriptionFilters) {
  const { items } = yield* (yield* Resources).subscriptions(filters, { limit })
  return items.map((text): string => JSON.parse(text).name)
})

const versions = Effect.fnUntraced(function*(id: string) {
  const { items } = yield* (yield* Resources).history(id, { limit })
  return items.map((text) => JSON.parse(text))
})

const historyOf = Effect.fnUntraced(function*(orderId: string) {
  const { items } = yield* (yield* Orders).history(orderId, { limit })
  return items.map(({ message }) => message)
})

const bought = {
  orderType: "NEW_ORDER",
  customerId: "C1",
  orderItems: [{ name: "Digital", offer: { name: "Digital", products: ["/web", "/app"] }, price: 9 }]
}

/** The subscription that is there after `bought`. */
const created = Effect.gen(function*() {
  const run = yield* process(bought)
  const [message] = yield* messages
  return { run, id: String(message?.body["id"]) }
})

const entitlementsOf = (document: { readonly entitlements: ReadonlyArray<{ product: Json; status: string }> }) =>
  document.entitlements.map(({ product, status }) => `${JSON.stringify(product)} ${status}`)

describe("a subscription", () => {
  it.live("reads alike in its list, its history and its messages after each of five orders", () =>
    Effect.gen(function*() {
      yield* subscribe
      const { id, run } = yield* created
      const orders = [
        run,
        yield* process({ orderType: "UPDATE_SUBSCRIPTION", forSubscription: id, orderItems: [{ quantity: 3 }] }),
        yield* process({
          orderType: "CHANGE_OFFER",
          forSubscription: { name: "Digital" },
          customerId: "C1",
          orderItems: [{ offer: { name: "Print", products: ["/app", "/paper"] }, price: 20 }]
        }),
        yield* process({ orderType: "CHANGE_PAYMENT_REQUEST", forSubscription: { id }, payment_reference: "P-1" }),
        yield* process({ orderType: "CANCEL_REQUEST", forSubscription: id })
      ]
      const now = yield* get(id)
      assert.deepInclude(now, {
        status: "cancelled",
        version: 5,
        name: "Print",
        quantity: 1,
        payment_reference: "P-1",
        customerId: "C1",
        orderId: run.orderId
      })
      assert.isString(now.cancelledAt)
      assert.deepStrictEqual(entitlementsOf(now), ["\"/web\" Inactive", "\"/app\" Inactive", "\"/paper\" Inactive"])

      const told = yield* messages
      assert.deepStrictEqual(told.map(({ type }) => type), [
        "subscription.created",
        "entitlements.updated",
        "subscription.updated",
        "subscription.updated",
        "entitlements.updated",
        "subscription.updated",
        "subscription.cancelled",
        "entitlements.updated"
      ])
      const bodies = told.filter(({ type }) => type !== "entitlements.updated")
      const history = yield* versions(id)
      assert.deepStrictEqual(history.map(({ version }) => version), [1, 2, 3, 4, 5])
      assert.deepStrictEqual(history.map(({ after }) => after), bodies.map(({ body }) => body))
      assert.deepStrictEqual(history.map(({ before }) => before), [null, ...bodies.slice(0, 4).map(({ body }) => body)])
      assert.deepStrictEqual(
        history.map(({ cause }) => cause),
        orders.map(({ orderId, runId }) => ({ orderId, processEventId: processEventId(runId) }))
      )
      assert.deepStrictEqual(bodies.map(({ cause }) => cause), orders.map(({ runId }) => processEventId(runId)))
      assert.deepInclude(now, history.at(-1).after)
      assert.deepStrictEqual(told.at(-1)?.body["entitlements"], now.entitlements)
      const resources = yield* Resources
      const first = yield* resources.history(id, { limit: 2 })
      const rest = yield* resources.history(id, { limit, cursor: first.nextCursor ?? "" })
      assert.deepStrictEqual([...first.items, ...rest.items].map((text) => JSON.parse(text).version), [1, 2, 3, 4, 5])
    }).pipe(Effect.provide(layer)))

  it.live("is changed once by an order, however often that is processed", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* subscribe
      const { id } = yield* created
      const { orderId } = yield* process({
        orderType: "UPDATE_SUBSCRIPTION",
        forSubscription: id,
        orderItems: [{ quantity: 3 }]
      })
      const before = yield* journal.document(orderId)
      yield* journal.edit(orderId, writeOn(before, { orderItems: [{ quantity: 4 }] } as never), [])
      const { eventId: _, ...run } = submission().run
      const again = yield* journal.reprocess({ orderId, run })
      if (again._tag === "Accepted") yield* complete(again.run)
      assert.deepInclude(yield* get(id), { quantity: 3, version: 2 })
      assert.lengthOf(yield* messages, 3)
    }).pipe(Effect.provide(layer)))

  it.live("is left as it is by a run that ends otherwise, and by an order that changes nothing", () =>
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* subscribe
      const { id } = yield* created
      const cancelled = yield* submit({ orderType: "CANCEL_REQUEST", forSubscription: id })
      yield* journal.cancel(cancelled.runId, { reason: "no", compensate: false }, 1)
      yield* complete(cancelled)
      const failed = yield* submit({ orderType: "CANCEL_REQUEST", forSubscription: id })
      yield* journal.commit(entryOf(failed, { finish: { ...finished.finish, state: "failed" } }))
      yield* process({ orderType: "UPDATE_SUBSCRIPTION", forSubscription: id, orderItems: [{ price: 9 }] })
      yield* process({ orderType: "REFUND", forSubscription: id })
      assert.deepInclude(yield* get(id), { status: "active", version: 1 })
      assert.lengthOf(yield* messages, 2)
    }).pipe(Effect.provide(layer)))

  it.live("gets further ones beside it, which name it, and keeps its version", () =>
    Effect.gen(function*() {
      yield* subscribe
      const { id } = yield* created
      yield* process({
        orderType: "ADD_OFFER",
        forSubscription: id,
        orderItems: [{ name: "A", offer: { products: ["/a"] } }, { name: "B" }]
      })
      const told = (yield* messages).slice(2)
      assert.deepStrictEqual(
        told.map(({ body, type }) => [type, body["name"] ?? null, body["parentSubscriptionId"] ?? null]),
        [
          ["subscription.created", "A", id],
          ["subscription.created", "B", id],
          ["entitlements.updated", null, null]
        ]
      )
      const added = yield* get(String(told[0]?.body["id"]))
      assert.deepInclude(added, { status: "active", version: 1, customerId: "C1", parentSubscriptionId: id })
      assert.deepStrictEqual(entitlementsOf(added), ["\"/a\" Active"])
      assert.deepInclude(yield* get(id), { version: 1 })
    }).pipe(Effect.provide(layer)))

  it.live("that is not stored, or is cancelled, leaves a line in the order's history", () =>
    Effect.gen(function*() {
      const { id } = yield* Effect.andThen(subscribe, created)
      yield* process({ orderType: "CANCEL_REQUEST", forSubscription: id })
      const expected: ReadonlyArray<readonly [object, string]> = [
        [{ orderType: "CANCEL_REQUEST", forSubscription: id }, `subscription ${id} is cancelled: nothing was changed`],
        [
          { orderType: "ADD_OFFER", forSubscription: "sub-none\u0000", orderItems: [{}] },
          "subscription sub-none\u0000 is not stored: nothing was changed"
        ],
        [
          { orderType: "CHANGE_OFFER", forSubscription: { name: "Digital" } },
          "subscription named \"Digital\" is not stored: nothing was changed"
        ],
        [
          { orderType: "CHANGE_OFFER", forSubscription: { name: "Digital" }, customerId: "C1" },
          `subscription ${id} is cancelled: nothing was changed`
        ]
      ]
      for (const [members, line] of expected) {
        const { orderId } = yield* process(members)
        assert.deepStrictEqual((yield* historyOf(orderId)).slice(1), [line])
      }
      assert.deepInclude(yield* get(id), { version: 2 })
    }).pipe(Effect.provide(layer)))

  it.live("is found by name among those of the order's customer: active before cancelled, then the newest", () =>
    Effect.gen(function*() {
      yield* subscribe
      const byMail = { ...bought, customerId: null, customerEmail: "A@b.c" }
      yield* process(bought)
      yield* process(byMail)
      yield* process(byMail)
      const ids = (yield* messages).flatMap(({ body, type }) => type === "subscription.created" ? [body["id"]] : [])
      const named = { forSubscription: { name: "Digital" }, customerEmail: "a@B.C" }
      yield* process({ orderType: "CANCEL_REQUEST", ...named })
      yield* process({ orderType: "CANCEL_REQUEST", ...named })
      const cancelled = (yield* messages).flatMap(({ body, type }) =>
        type === "subscription.cancelled" ? [body["id"]] : []
      )
      assert.deepStrictEqual(cancelled, [ids[2], ids[1]])
      assert.deepStrictEqual(yield* list({ status: "active" }), ["Digital"])
      assert.lengthOf(yield* list({ status: "cancelled" }), 2)
      assert.lengthOf(yield* list({ customerId: "C1" }), 1)
      assert.lengthOf(yield* list({ customerId: "C1", status: "cancelled" }), 0)
      assert.lengthOf(yield* list({ orderId: "none" }), 0)
    }).pipe(Effect.provide(layer)))

  it.live("loses no change where many orders end at once", () =>
    Effect.gen(function*() {
      yield* subscribe
      const { id } = yield* created
      const runs = yield* Effect.forEach([...Array(12).keys()], (n) =>
        submit({ orderType: "UPDATE_SUBSCRIPTION", forSubscription: id, orderItems: [{ [`m${n}`]: n }] }))
      const again = (run: ClaimedRun): Effect.Effect<unknown, unknown, Journal> =>
        Effect.flatMap(complete(run), (stored) =>
          stored._tag === "Stale" ? again(run) : Effect.void)
      yield* Effect.forEach(runs, again, { concurrency: "unbounded" })
      const now = yield* get(id)
      assert.strictEqual(now.version, 13)
      for (const n of Array(12).keys()) assert.strictEqual(now[`m${n}`], n)
      const history = yield* versions(id)
      assert.deepStrictEqual(history.map(({ after }) => after.version), [...Array(13).keys()].map((n) => n + 1))
    }).pipe(Effect.provide(layer)))
})
