/** The feed of an endpoint: nothing is missed while commits overlap. Contract: section 7, the feed. */
import { assert, describe, it } from "@effect/vitest"
import { DeliveryPreview, type FeedMessage } from "@sluice/delivery/internal/DeliveryPreview"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { nextId } from "@sluice/engine/testing/JournalFixtures"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Feed } from "../../src/deliveries/Feed.ts"
import { transaction } from "../../src/sql/Transaction.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

/** Leaves out what says so, and cannot give what says so. */
const preview = Layer.succeed(DeliveryPreview, {
  request: () => Effect.undefined,
  redacted: (body) => body,
  message: ({ body }) => {
    const text = Utf8.decode(body)
    const made: FeedMessage = text === "filtered"
      ? { _tag: "Filtered" }
      : text === "broken"
      ? { _tag: "Unprepared", message: "no" }
      : { _tag: "Message", headers: { "webhook-id": "m" }, body }
    return Effect.succeed(made)
  }
})

const layer = Feed.layer.pipe(Layer.provide(preview), Layer.provideMerge(DatabaseTest.layer))

/** Stores a message and its delivery, in the transaction that the caller is in. */
const store = Effect.fnUntraced(function*(text: string, state = "pending", endpoint = "a") {
  const sql = yield* SqlClient.SqlClient
  const id = nextId()
  yield* sql`with m as (
      insert into messages (id, type, created_at, body)
      values (${id}::uuid, 'error', clock_timestamp(), ${Utf8.encode(text)}) returning id, seq
    )
    insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, created_at)
    select m.id, m.id, m.seq, ${endpoint}, 'e', 'error', ${state}, clock_timestamp() from m`
})

/** All that is there after `after`, and where it goes on. */
const drain = Effect.fnUntraced(function*(after: number) {
  const feed = yield* Feed
  const bodies: Array<string> = []
  let next = after
  for (;;) {
    const page = yield* feed.poll("a", next, 0)
    if (page.items.length === 0) return { bodies, next }
    bodies.push(...page.items.map(({ body }) => body))
    next = page.next
  }
})

describe("the feed", () => {
  it.live("gives an endpoint's messages in order, with those that are held and without those that are left out", () =>
    Effect.gen(function*() {
      const feed = yield* Feed
      for (const state of ["pending", "filtered", "held", "cancelled", "delivered", "exhausted"]) {
        yield* store(state, state)
      }
      yield* store("filtered")
      yield* store("another's", "pending", "b")
      const { bodies, next } = yield* drain(0)
      assert.deepStrictEqual(bodies, ["pending", "held", "delivered", "exhausted"])
      assert.deepStrictEqual(yield* feed.poll("a", next, 0), { items: [], next })
      assert.deepStrictEqual(yield* feed.poll("none", 7, 0), { items: [], next: 7 })
    }).pipe(Effect.provide(layer)))

  it.live("gives at most a hundred, and goes on past any number that the filter leaves out", () =>
    Effect.gen(function*() {
      const feed = yield* Feed
      yield* Effect.forEach(Array(230).keys(), (n) => store(n < 120 ? "filtered" : String(n)))
      const first = yield* feed.poll("a", 0, 0)
      assert.strictEqual(first.items[0]?.body, "120")
      assert.isAtMost(first.items.length, 100)
      assert.lengthOf((yield* drain(0)).bodies, 110)
    }).pipe(Effect.provide(layer)))

  it.live("stops before a message that cannot be prepared, and says why", () =>
    Effect.gen(function*() {
      const feed = yield* Feed
      yield* store("1")
      yield* store("broken")
      yield* store("3")
      const { items, next } = yield* feed.poll("a", 0, 0)
      assert.deepStrictEqual(items.map(({ body }) => body), ["1"])
      assert.strictEqual((yield* Effect.flip(feed.poll("a", next, 0)))._tag, "MessageUnprepared")
    }).pipe(Effect.provide(layer)))

  it.live("holds a message back while one with a lower sequence can still be committed", () =>
    Effect.gen(function*() {
      const feed = yield* Feed
      const sql = yield* SqlClient.SqlClient
      const stored = yield* Deferred.make<void>()
      const commits = yield* Deferred.make<void>()
      const low = yield* Effect.forkChild(transaction(
        sql,
        Effect.gen(function*() {
          yield* store("low")
          yield* Deferred.succeed(stored, undefined)
          yield* Deferred.await(commits)
        })
      ))
      yield* Deferred.await(stored)
      yield* store("high")
      assert.deepStrictEqual((yield* feed.poll("a", 0, 0)).items, [])
      yield* Deferred.succeed(commits, undefined)
      yield* Fiber.join(low)
      assert.deepStrictEqual((yield* feed.poll("a", 0, 60_000)).items.map(({ body }) => body), ["low", "high"])
    }).pipe(Effect.provide(layer)))

  it.live("misses nothing that writers commit in any order while it is read", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const feed = yield* Feed
      const total = 160
      const write = (n: number) =>
        transaction(sql, Effect.andThen(store(String(n)), sql`select pg_sleep(${(n * 7) % 5} / 1000.0)`))
      const writing = yield* Effect.forkChild(Effect.forEach(Array(total).keys(), write, { concurrency: 6 }))
      const seen: Array<number> = []
      const texts: Array<string> = []
      let next = 0
      while (texts.length < total) {
        const page = yield* feed.poll("a", next, 10_000)
        seen.push(...page.items.map(({ sequence }) => sequence))
        texts.push(...page.items.map(({ body }) => body))
        assert.isTrue(page.items.length > 0 || next === page.next)
        next = page.next
      }
      yield* Fiber.join(writing)
      assert.deepStrictEqual(seen, seen.toSorted((a, b) => a - b))
      assert.deepStrictEqual(texts.map(Number).toSorted((a, b) => a - b), [...Array(total).keys()])
    }).pipe(Effect.provide(layer)))
})
