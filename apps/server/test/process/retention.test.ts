/** Contract: section 2, `SLUICE_RETENTION`: orders with everything that belongs to them, and the audit. */
import { assert, layer } from "@effect/vitest"
import * as Retention from "@sluice/persistence/upkeep/Retention"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

/** Far behind everything that the test makes. */
const later = 4_000_000_000_000

/** Work of jobs names orders and runs that are gone; nothing of them is in it. */
const others = new Set(["job_items", "erasure_orders"])

/** Rows that name one of the ids, by table, over every table that has the column. */
const naming = Effect.fnUntraced(function*(column: "order_id" | "run_id", ids: ReadonlyArray<string>) {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly table_name: string }>`select table_name from information_schema.columns
    where column_name = ${column} and table_schema = 'public' order by table_name`
  const found: Record<string, number> = {}
  for (const { table_name: table } of tables) {
    if (others.has(table)) continue
    const [row] = yield* sql.unsafe<{ readonly n: number }>(
      `select count(*)::int4 as n from ${table} where ${column}::text in (${ids.map((id) => `'${id}'`).join(", ")})`
    )
    found[table] = row?.n ?? 0
  }
  return found
})

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("retention", (it) => {
  it.effect("an order is deleted with everything that names it, once its last run is over and nothing is pending", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const partner = yield* Partner
      const sql = yield* SqlClient.SqlClient
      partner.answer("/hangs", () => {})
      const step = (path: string) => ({
        name: "calloutPlugin",
        id: "call",
        options: { endpoint: `${partner.url}/${path}`, timeoutValue: 600_000 }
      })
      for (const [name, path] of [["ends", "ok"], ["hangs", "hangs"]] as const) {
        yield* ask("PUT", `/v1/pipelines/${name}`, {
          body: { match: { orderTypes: [name === "ends" ? "NEW_ORDER" : "REFUND"] }, steps: [step(path)] }
        })
      }
      yield* ask("PUT", "/v1/webhook-endpoints/told", { body: { url: `${partner.url}/told`, types: ["*"] } })
      const submit = (id: string, orderType: string, wait = 30) =>
        ask("POST", "/v1/orders", { headers: { prefer: `wait=${wait}` }, body: { id, orderType } })
      for (const id of ["over", "pending", "again"]) yield* submit(id, "NEW_ORDER")
      yield* submit("open", "REFUND", 0)
      const process = { headers: { prefer: "wait=30", "idempotency-key": "k" }, body: { pipeline: "ends" } }
      yield* ask("POST", "/v1/orders/over/process", process)
      yield* ask("PATCH", "/v1/orders/over", { body: { tags: ["a"] } })
      // Whatever waits for its delivery is delivered before rows are looked at.
      while ((yield* ask("GET", "/v1/deliveries?state=pending")).json.items.length > 0) yield* Effect.sleep("50 millis")
      yield* sql`update deliveries set state = 'pending', finished_at = null where order_id = 'pending'`
      yield* sql`update runs set finished_at = ${new globalThis.Date(later + 1000)} where order_id = 'again'`

      const runs = (yield* sql<{ readonly id: string }>`select id from runs where order_id = 'over'`).map(({ id }) =>
        id
      )
      yield* sql`insert into callback_tokens (digest, run_id, step) values ('\\x01', ${runs[0]}::uuid, 0)`
      yield* sql`insert into callbacks (run_id, step) values (${runs[0]}::uuid, 0)`
      yield* sql`insert into job_acts (order_id, id, at, job_id, run_id, action)
        values ('over', ${runs[0]}::uuid, now(), ${runs[0]}::uuid, ${runs[0]}::uuid, 'run.cancel')`
      const before = { ...yield* naming("order_id", ["over"]), ...yield* naming("run_id", runs) }
      const missing = Object.entries(before).filter(([, count]) => count === 0).map(([table]) => table)
      // A table without a row of the order proves nothing: give it one, here.
      assert.deepStrictEqual(missing.toSorted(), ["subscription_changes", "subscriptions"])

      assert.strictEqual(yield* Retention.forgetOrders(later), 1)
      const after = { ...yield* naming("order_id", ["over"]), ...yield* naming("run_id", runs) }
      assert.deepStrictEqual(after, Object.fromEntries(Object.keys(after).map((table) => [table, 0])))
      assert.strictEqual((yield* ask("GET", "/v1/orders/over")).status, 404)
      for (const id of ["pending", "again", "open"]) {
        assert.strictEqual((yield* ask("GET", `/v1/orders/${id}`)).status, 200, id)
      }
      // The id can be used again.
      assert.strictEqual((yield* submit("over", "NEW_ORDER")).status, 200)
    }))

  it.effect("records and deliveries age from the end of the order's last run, also those of earlier runs", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const sql = yield* SqlClient.SqlClient
      const counts = Effect.map(
        sql<{ readonly callouts: number; readonly deliveries: number }>`select
          (select count(*)::int4 from callouts c join runs r on r.id = c.run_id where r.order_id = 'aged') as callouts,
          (select count(*)::int4 from deliveries where order_id = 'aged') as deliveries`,
        ([row]) => row
      )
      const wait = { headers: { prefer: "wait=30" } }
      yield* ask("POST", "/v1/orders", { ...wait, body: { id: "aged", orderType: "NEW_ORDER" } })
      yield* ask("POST", "/v1/orders/aged/process", { ...wait, body: { pipeline: "ends" } })
      while ((yield* ask("GET", "/v1/deliveries?state=pending&orderId=aged")).json.items.length > 0) {
        yield* Effect.sleep("50 millis")
      }
      const before = yield* counts
      assert.strictEqual(before?.callouts, 2)
      assert.isAtLeast(before?.deliveries ?? 0, 1)
      // The first run is old; the second ended just now.
      yield* sql`update runs set finished_at = 'epoch' where order_id = 'aged'`
      yield* sql`update runs set finished_at = ${new globalThis.Date(later + 1000)} where id = (
        select id from runs where order_id = 'aged' order by id desc limit 1)`
      yield* Retention.forget(later)
      yield* Retention.forgetDeliveries(later)
      assert.deepStrictEqual(yield* counts, before)
      yield* sql`update runs set finished_at = 'epoch' where order_id = 'aged'`
      yield* Retention.forget(later)
      yield* Retention.forgetDeliveries(later)
      assert.deepStrictEqual(yield* counts, { callouts: 0, deliveries: 0 })
    }))

  it.effect("a reported event is deleted with its key, whether or not it had a subscriber", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      const sql = yield* SqlClient.SqlClient
      yield* ask("DELETE", "/v1/webhook-endpoints/told")
      yield* ask("POST", "/v1/events", {
        headers: { "idempotency-key": "e" },
        body: { type: "address.added", data: { a: 1 } }
      })
      yield* Retention.forgetMessages(later)
      const [row] = yield* sql<{ readonly n: number }>`select (select count(*)::int4 from event_keys)
        + (select count(*)::int4 from messages where type = 'address.added') as n`
      assert.strictEqual(row?.n, 0)
    }))

  it.effect("the audit is deleted by its own retention, except for acts on orders, which stay as long as the order", () =>
    Effect.gen(function*() {
      const { ask } = yield* Sluice
      yield* ask("PATCH", "/v1/orders/pending", { body: { tags: ["b"] } })
      yield* ask("PATCH", "/v1/orders/pending", { body: { nobody: 1 } })
      assert.strictEqual(yield* Retention.forgetAudit(0), 0)
      assert.isAbove(yield* Retention.forgetAudit(later), 3)
      const { json } = yield* ask("GET", "/v1/audit")
      assert.deepStrictEqual(json.items.map(({ action }: any) => action), ["order.update", "order.process"])
    }))
})
