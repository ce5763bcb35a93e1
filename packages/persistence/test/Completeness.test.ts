import { assert, describe, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/Journal"
import { entryOf, finished, noon, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { check } from "../src/Completeness.ts"
import * as JournalPg from "../src/Journal.ts"
import { DatabaseTest } from "../src/testing/DatabaseTest.ts"

const layer = JournalPg.layer().pipe(Layer.provideMerge(DatabaseTest.layer))
const all = check(noon - 60_000, noon + 60_000)

describe("completeness", () => {
  it.live("expects a delivery for each event and endpoint, and names those that are not there or wait for nothing", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* Journal
      yield* sql`insert into webhook_endpoints (id, version, document, types) values ('a', 1, '{}', '{*}')`
      yield* sql`insert into webhook_endpoint_history (endpoint_id, at, types) values ('a', '2026-01-01', '{*}')`
      // Came later, and is not judged by what was before.
      yield* sql`insert into webhook_endpoint_history (endpoint_id, at, types) values ('b', '2027-01-01', '{*}')`
      const stored = yield* journal.accept(submission({ orderItems: [{ offer: { products: ["/p"] } }] } as never))
      if (stored._tag !== "Accepted") return assert.fail(stored._tag)
      const order = yield* journal.document(stored.run.orderId)
      yield* journal.commit(entryOf(stored.run, { finish: { ...finished.finish, order } }))
      assert.deepStrictEqual(yield* all, { expected: 3, missing: [], stuck: [] })
      yield* sql`delete from deliveries where type = 'order.submitted'`
      const { missing, stuck } = yield* all
      assert.deepStrictEqual(missing.map(({ endpointId, type }) => [endpointId, type]), [["a", "order.submitted"]])
      assert.strictEqual(stuck.length, 1)
    }).pipe(Effect.provide(layer)))
})
