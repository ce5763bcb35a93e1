import { assert, describe, it } from "@effect/vitest"
import { DeliveryStore } from "@sluice/delivery/DeliveryStore"
import { Next } from "@sluice/delivery/internal/Judgement"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Exit, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import * as DeliveryStorePg from "../../src/deliveries/DeliveryStorePostgres.ts"
import { DeliverySignal } from "../../src/outbox/DeliverySignal.ts"
import { type Event, Events } from "../../src/outbox/Events.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const layer = Layer.merge(Events.layer, DeliveryStorePg.layer).pipe(
  Layer.provide(DeliverySignal.layer),
  Layer.provideMerge(DatabaseTest.layer)
)

const event = (): Event => {
  const id = SecureRandom.uuidV7Unsafe()
  return { id, type: "address.added", createdAt: 1_700_000_000_000, body: JSON.stringify({ id }) }
}

describe("Events", () => {
  it.live("that are stored together do not fail for one that cannot be stored", () =>
    Effect.gen(function*() {
      const events = yield* Events
      const sql = yield* SqlClient.SqlClient
      const [first, second] = [event(), event()]
      const exits = yield* Effect.forEach([first, first, second], (one) => Effect.exit(events.store(one)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, false, true])
      const stored = yield* sql<{ readonly id: string }>`select id from messages order by seq`
      assert.deepStrictEqual(stored.map(({ id }) => id), [first.id, second.id])
    }).pipe(Effect.provide(layer)))

  it.live("that share a key are one event, across processes and within one commit; another event with that key is a conflict", () =>
    Effect.gen(function*() {
      const events = yield* Events
      const sql = yield* SqlClient.SqlClient
      const keyed = (asked: Json, idempotencyKey = "k") => ({ ...event(), repeatable: { idempotencyKey, asked } })
      const requests = [
        keyed({ a: 1, b: 2 }),
        keyed({ b: 2, a: 1 }),
        keyed({ a: 2 }),
        event(),
        keyed({ a: 1, b: 2 }, "other"),
        keyed({ a: 1, b: 2 })
      ]
      const exits = yield* Effect.forEach(requests, (one) => Effect.exit(events.store(one)), {
        concurrency: "unbounded"
      })
      exits.push(yield* Effect.exit(events.store(keyed({ a: 1, b: 2 }))))
      exits.push(yield* Effect.exit(events.store(keyed({ a: 3 }))))
      const answers = exits.map((exit) =>
        Exit.isSuccess(exit)
          ? requests.findIndex(({ id }) => id === exit.value)
          : Option.getOrThrow(Exit.findErrorOption(exit))._tag
      )
      assert.deepStrictEqual(answers, [0, 0, "IntakeConflict", 3, 4, 0, 0, "IntakeConflict"])
      assert.lengthOf(yield* sql`select id from messages`, 3)
    }).pipe(Effect.provide(layer)))

  it.live("go to each endpoint that subscribes to them, and their results are recorded", () =>
    Effect.gen(function*() {
      const events = yield* Events
      const store = yield* DeliveryStore
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into webhook_endpoints (id, version, document, types)
        values ('a', 1, '{}', '{address.added}'), ('b', 1, '{}', '{*}'), ('c', 1, '{}', '{error}')`
      const told = event()
      yield* events.store(told)
      const { deliveries } = yield* store.claim({ room: new Map(), otherwise: 10, total: 10 })
      assert.deepStrictEqual(deliveries.map(({ endpointId }) => endpointId).toSorted(), ["a", "b"])
      yield* Effect.forEach(deliveries, (delivery) => {
        assert.strictEqual(Buffer.from(delivery.body).toString(), told.body)
        const attempt = { number: 1, startedAt: 0, durationMs: 1 }
        return store.settle(delivery, { _tag: "Attempted", attempt, next: Next.Delivered() })
      }, { concurrency: "unbounded" })
      const states =
        yield* sql`select d.state, a.number from deliveries d join delivery_attempts a on a.delivery_id = d.id`
      assert.deepStrictEqual(states, [{ state: "delivered", number: 1 }, { state: "delivered", number: 1 }])
    }).pipe(Effect.provide(layer)))
})
