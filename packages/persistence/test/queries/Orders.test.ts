import { timestamptz } from "@effect/sql-pg/PgTypes"
import { assert, describe, it } from "@effect/vitest"
import { JournalUnavailable, OrderNotFound } from "@sluice/engine/journal/Journal"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Orders, OrderVersionUnknown } from "../../src/queries/Orders.ts"
import * as Database from "../../src/schema/Database.ts"
import { CursorInvalid } from "../../src/sql/Page.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const layer = Orders.layer.pipe(Layer.provideMerge(DatabaseTest.layer))

interface Given {
  readonly id: string
  readonly at: number
  readonly orderType?: string
  readonly status?: string
  readonly externalId?: string
  readonly versions?: ReadonlyArray<string>
}

/** Rows as the journal writes them. */
const store = Effect.fnUntraced(function*(given: Given) {
  const sql = yield* SqlClient.SqlClient
  const versions = given.versions ?? [`{"id":"${given.id}"}`]
  const uuid = "018f0000-0000-7000-8000-000000000000"
  yield* sql`INSERT INTO orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id)
    VALUES (${given.id}, ${given.externalId ?? null}, ${given.orderType ?? "NEW_ORDER"}, ${given.status ?? "New"},
      ${versions.length}, ${timestamptz(given.at)}, ${timestamptz(given.at)}, ${uuid}::uuid, ${uuid}::uuid)`
  for (const [index, doc] of versions.entries()) {
    yield* sql`INSERT INTO order_versions (order_id, version, doc) VALUES (${given.id}, ${index + 1}, ${doc})`
  }
})

const walk = Effect.fnUntraced(function*(filters: Parameters<Orders["Service"]["list"]>[0], limit: number) {
  const orders = yield* Orders
  const pages: Array<ReadonlyArray<string>> = []
  let cursor: string | undefined
  do {
    const page = yield* orders.list(filters, { limit, cursor })
    pages.push(page.items.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return pages
})

describe("Orders", () => {
  it.effect("lists newest first, page by page, every order once, also those of one millisecond", () =>
    Effect.gen(function*() {
      yield* Effect.forEach([1, 2, 2, 2, 3], (at, index) => store({ id: `o${index}`, at }))
      assert.deepStrictEqual(yield* walk({}, 2), [["o4", "o3"], ["o2", "o1"], ["o0"]])
      assert.deepStrictEqual(yield* walk({}, 5), [["o4", "o3", "o2", "o1", "o0"]])
    }).pipe(Effect.provide(layer)))

  it.effect("applies each filter, and all of them together", () =>
    Effect.gen(function*() {
      yield* store({ id: "a", at: 10, orderType: "REFUND", status: "Failed", externalId: "x" })
      yield* store({ id: "b", at: 20, orderType: "REFUND", status: "New" })
      yield* store({ id: "c", at: 30, status: "Failed" })
      const cases: ReadonlyArray<[Parameters<typeof walk>[0], ReadonlyArray<string>]> = [
        [{ orderType: "REFUND" }, ["b", "a"]],
        [{ status: "Failed" }, ["c", "a"]],
        [{ externalId: "x" }, ["a"]],
        [{ externalId: "nobody\0" }, []],
        [{ createdAfter: 10 }, ["c", "b"]],
        [{ createdBefore: 30 }, ["b", "a"]],
        [{ createdAfter: 10, createdBefore: 30 }, ["b"]],
        [{ orderType: "REFUND", status: "Failed", externalId: "x", createdBefore: 11 }, ["a"]]
      ]
      for (const [filters, ids] of cases) assert.deepStrictEqual(yield* walk(filters, 50), [ids])
    }).pipe(Effect.provide(layer)))

  it.effect("keeps a page of large documents small, and omits none of them", () =>
    Effect.gen(function*() {
      const doc = JSON.stringify("x".repeat(1024 * 1024 - 2))
      yield* Effect.forEach(Array.from({ length: 10 }, (_, at) => at), (at) =>
        store({ id: `o${at}`, at, versions: [doc] }))
      assert.deepStrictEqual(yield* walk({}, 200), [["o9", "o8", "o7", "o6", "o5", "o4", "o3", "o2"], ["o1", "o0"]])
    }).pipe(Effect.provide(layer)))

  it.effect("returns the newest document and every older one, digit for digit", () =>
    Effect.gen(function*() {
      const orders = yield* Orders
      const versions = [`{"n":12345678901234567890}`, `{"b":1,"a":1e400, "c":"\\ud800\\u0000"}`]
      yield* store({ id: "a", at: 1, versions })
      assert.deepStrictEqual(yield* orders.get("a"), { id: "a", version: 2, text: versions[1]! })
      assert.deepStrictEqual(yield* orders.version("a", 1), { id: "a", version: 1, text: versions[0]! })
    }).pipe(Effect.provide(layer)))

  it.effect("distinguishes an unknown order from an unknown version", () =>
    Effect.gen(function*() {
      const orders = yield* Orders
      yield* store({ id: "a", at: 1 })
      for (const id of ["b", "a\0", ""]) assert.instanceOf(yield* Effect.flip(orders.get(id)), OrderNotFound)
      for (const version of [0, 2, 2 ** 40, 1.5]) {
        assert.instanceOf(yield* Effect.flip(orders.version("a", version)), OrderVersionUnknown)
      }
      assert.instanceOf(yield* Effect.flip(orders.version("b", 1)), OrderNotFound)
      assert.instanceOf(yield* Effect.flip(orders.history("b", { limit: 1 })), OrderNotFound)
    }).pipe(Effect.provide(layer)))

  it.effect("lists the history oldest first, from the order's creation, and pages through it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const orders = yield* Orders
      yield* store({ id: "a", at: 1_000 })
      for (const message of ["one", "two", "three"]) {
        const entry = JSON.stringify({
          at: "1970-01-01T00:00:02.000Z",
          operation: "OrderPatched",
          message,
          source: "api"
        })
        yield* sql`INSERT INTO order_history (order_id, entry) VALUES ('a', ${entry})`
      }
      const first = yield* orders.history("a", { limit: 2 })
      assert.strictEqual(first.items[0]?.operation, "OrderCreated")
      assert.strictEqual(first.items[0]?.at, "1970-01-01T00:00:01.000Z")
      const second = yield* orders.history("a", { limit: 2, cursor: first.nextCursor ?? "" })
      assert.deepStrictEqual(
        [...first.items, ...second.items].map(({ message }) => message).slice(1),
        ["one", "two", "three"]
      )
      assert.isNull(second.nextCursor)
    }).pipe(Effect.provide(layer)))

  it.effect("refuses a cursor that it did not write", () =>
    Effect.gen(function*() {
      const orders = yield* Orders
      for (const cursor of ["", "x", "W10", "WzEsMl0", "bnVsbA"]) {
        assert.instanceOf(yield* Effect.flip(orders.list({}, { limit: 1, cursor })), CursorInvalid)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("reports an unavailable database instead of a driver's error", () =>
    Effect.gen(function*() {
      const orders = yield* Orders
      assert.instanceOf(yield* Effect.flip(orders.get("a")), JournalUnavailable)
      assert.instanceOf(yield* Effect.flip(orders.list({}, { limit: 1 })), JournalUnavailable)
    }).pipe(
      Effect.provide(
        Orders.layer.pipe(
          Layer.provide(Database.layerPool({ url: Redacted.make("postgres://nobody@127.0.0.1:1/nothing") }))
        )
      )
    ))
})
