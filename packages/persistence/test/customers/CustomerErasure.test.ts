/** Contract: section 7, `POST /v1/customers/{id}/erase`: the job survives the process that works on it. */
import { assert, layer } from "@effect/vitest"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import { Effect, Exit, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { CustomerErasure } from "../../src/customers/CustomerErasure.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const orders = Number(process.env["SLUICE_ERASED_ORDERS"] ?? 225)

const uuid = `(lpad(to_hex(1767225600000 + n), 12, '0') || '70008000000000000000')::uuid`
const doc = `'{"id":"o' || n || '","orderType":"A","externalId":"x' || n
  || '","customerId":"C-1001","customerEmail":"p' || n || '@example.org","orderForm":{"total":' || n || '}}'`

/** Ended orders of one customer, each with a callout that echoes the address of the next one's. */
const statements = [
  `insert into orders (id, external_id, external_key, order_type, status, version, created_at, updated_at, event_id, run_id)
    select 'o' || n, 'x' || n, 'x' || n, 'A', 'New', 1, now(), now(), ${uuid}, ${uuid}`,
  `insert into order_versions select 'o' || n, 1, ${doc}`,
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at,
      finished_at) select ${uuid}, 'o' || n, ${uuid}, 'p', 1, 'completed', 1, now(), now(), now()`,
  `insert into callouts (run_id, id, step, outcome, record, form, response) select ${uuid}, ${uuid}, 0, 'succeeded',
    '{"endpoint":"https://partner.example/x","headers":{},"orderVersion":1}', 'order',
    convert_to('{"told":"p' || n % ${orders} + 1 || '@example.org"}', 'UTF8')`
].map((statement) => `${statement} from generate_series(1, ${orders}) n`)

const start = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
  const id = yield* newUuid
  yield* sql`insert into jobs (id, kind, state, filter, options, reason, created_at)
    values (${id}, 'erase', 'running', '{}', '{"customer":"C-1001"}', 'r', now())`
  return id
})

layer(CustomerErasure.layer.pipe(Layer.provideMerge(DatabaseTest.layer)), { excludeTestServices: true })(
  "CustomerErasure",
  (it) => {
    it.effect(
      "a job that is cut off in the middle goes on where it was, and counts every run once",
      () =>
        Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          const { work } = yield* CustomerErasure
          const id = yield* start
          let groups = 0
          const cut = yield* Effect.exit(work(id, "C-1001", () => {
            if (groups++ === 2) throw new Error("killed")
            return false
          }))
          assert.isTrue(Exit.isFailure(cut))
          const left = sql<{ readonly n: number }>`select count(*)::int4 as n from order_versions
        where strpos(doc, '@example.org') > 0`
          assert.strictEqual((yield* left)[0]?.n, orders - 200)

          const begun = performance.now()
          assert.strictEqual(yield* work(id, "C-1001", () => false), "completed")
          yield* Effect.logDebug("erased", { orders: orders - 200, ms: performance.now() - begun })
          assert.strictEqual((yield* left)[0]?.n, 0)
          const [sums] = yield* sql<{ readonly total: number; readonly answers: number; readonly known: number }>`select
        (select sum((doc::json -> 'orderForm' ->> 'total')::int4)::int4 from order_versions) as total,
        (select count(*)::int4 from callouts where convert_from(response, 'UTF8') = '{"told":"[erased]"}') as answers,
        (select count(*)::int4 from erasures) + (select count(*)::int4 from erasure_orders) as known`
          assert.deepStrictEqual(sums, { total: orders * (orders + 1) / 2, answers: orders, known: 0 })
          const [job] = yield* sql`select total, done, skipped, options from jobs where id = ${id}`
          assert.deepStrictEqual(job, { total: orders, done: orders, skipped: 0, options: null })
          // Everything is erased; only that the job has ended was not stored.
          assert.strictEqual(yield* work(id, undefined, () => false), "completed")
        }),
      600_000
    )

    it.effect("an order over which a run was opened meanwhile is left, and named", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const { request } = yield* CustomerErasure
        yield* sql`update order_versions set doc = replace(doc, '[erased]', 'C-2') where order_id = 'o1'`
        yield* sql`update runs set state = 'queued', finished_at = null where order_id = 'o1'`
        const refused = yield* Effect.flip(request("C-2"))
        assert.deepInclude(refused, { _tag: "CustomerBusy", orderId: "o1" })
        const unknown = yield* Effect.flip(request("C-3"))
        assert.strictEqual(unknown._tag, "CustomerUnknown")
      }))
  }
)
