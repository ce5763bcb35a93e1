import { assert, layer } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import * as Retention from "../../src/upkeep/Retention.ts"

/** More rows than one statement examines. */
const staying = 2500

const idOf = (n: string) => `(lpad(to_hex(1767225600000 + ${n}), 12, '0') || '70008000000000000000')::uuid`

/** Runs of which only the last one has ended, each with an order, a callout, a delivery and an answer to a callback URL. */
const statements = [
  `insert into orders (id, order_type, status, version, created_at, updated_at, event_id, run_id)
    select 'o' || n, 'A', 'New', 1, to_timestamp(1767225600 + n), now(), ${idOf("n")}, ${idOf("n")}`,
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, created_at, finished_at)
    select ${idOf("n")}, 'o' || n, ${idOf("n")}, 'p', 1, case when n > ${staying} then 'completed' else 'queued' end,
      to_timestamp(1767225600), case when n > ${staying} then to_timestamp(1767225600) end`,
  `insert into callouts (run_id, id, step, outcome, record, form)
    select ${idOf("n")}, ${idOf("n")}, 0, 'succeeded', '{}', 'order'`,
  `insert into messages (id, type, order_id, created_at, body)
    select ${idOf("n")}, 'order.submitted', 'o' || n, to_timestamp(1767225600), '{}'::bytea`,
  `insert into deliveries (id, message_id, seq, endpoint_id, lane, type, order_id, state, created_at, finished_at)
    select ${idOf("n")}, ${
    idOf("n")
  }, n, 'e', 'e:e', 'order.submitted', 'o' || n, 'delivered', to_timestamp(1767225600),
      to_timestamp(1767225600)`
].map((statement) => `${statement} from generate_series(1, ${staying + 1}) n`)

layer(DatabaseTest.layer, { excludeTestServices: true })("retention", (it) => {
  it.effect("a sweep passes over any number of rows that must stay, and deletes what is behind them", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      for (const statement of statements) yield* sql.unsafe(statement)
      const before = yield* Clock.currentTimeMillis
      for (
        const forget of [Retention.forget, Retention.forgetDeliveries, Retention.forgetMessages, Retention.forgetOrders]
      ) {
        assert.strictEqual(yield* forget(before), forget === Retention.forgetMessages ? 0 : 1)
      }
      for (const table of ["orders", "runs", "callouts", "deliveries", "messages"]) {
        const [row] = yield* sql`select count(*)::int4 as n from ${sql(table)}`
        assert.deepStrictEqual({ table, ...row }, { table, n: staying })
      }
    }))
})
