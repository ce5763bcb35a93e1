import { assert, describe, it } from "@effect/vitest"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Cells from "../support/Cells.ts"
import { Partner } from "../support/Partner.ts"

const ids = [0, 1, 5, 1023]
const tenants = { one: 1, five: 5, last: 1023, "*": 0 }
const keys = ["ops", ...Object.keys(tenants).filter((name) => name !== "*")]

interface Column {
  readonly table: string
  readonly name: string
}

/** Ids of what is shown as one over all cells, and of settings, which cell 0 makes for all. */
const isShared = (column: string): boolean =>
  ["audit.id", "jobs.id", "replays.id", "webhook_endpoints.id"].includes(column) ||
  /\.(?:job|endpoint)_id$/.test(column)

/** The ids of a database that name another cell, as `table.column`, with the number of all. */
const strangers = Effect.fnUntraced(
  function*({ id }: Cells.CellDatabase) {
    const sql = yield* SqlClient.SqlClient
    const columns = yield* sql<Column>`select table_name as "table", column_name as name from information_schema.columns
    where table_schema = 'public' and udt_name in ('uuid', 'text') and (udt_name = 'uuid' or column_name like '%id')`
    const found: Array<string> = []
    let count = 0
    for (const { name, table } of columns) {
      const rows = yield* sql<{ readonly own: number; readonly other: number }>`select
      count(*) filter (where right(${sql(name)}::text, 3) = ${id.toString(16).padStart(3, "0")})::int as own,
      count(*) filter (where right(${sql(name)}::text, 3) <> ${id.toString(16).padStart(3, "0")})::int as other
      from ${sql(table)} where ${
        sql(name)
      }::text ~ '[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$'`
      count += (rows[0]?.own ?? 0) + (rows[0]?.other ?? 0)
      if ((rows[0]?.other ?? 0) > 0 && !isShared(`${table}.${name}`)) found.push(`${table}.${name}`)
    }
    return { found, count }
  },
  (effect, { direct }) =>
    Effect.provide(effect, Database.layerPool({ url: Redacted.make(direct), maxConnections: 1 }), { local: true })
)

describe("ids of several cells", () => {
  it.live("every id that is stored, made in a process or in SQL, ends in the digits of its cell", () =>
    Effect.gen(function*() {
      const databases = yield* Cells.databases(ids)
      const { ask } = yield* Cells.start(
        yield* Cells.file(databases, tenants),
        keys.slice(1).map((name) => `${name}@${name}`)
      )
      const partner = yield* Partner
      partner.answer("/broken", (_, response) => void response.writeHead(500).end())
      const call = (id: string, options: object = {}) => ({
        name: "calloutPlugin",
        id,
        options: { endpoint: `${partner.url}/${id}`, ...options }
      })
      const orderItems = [{ name: "Digital", offer: { products: ["/web"] }, price: 9 }]
      const steps = [call("fine"), { ...call("broken", { shouldRejectOn: { status: [500] } }), critical: true }]
      yield* ask("PUT", "/v1/pipelines/p", { body: { steps } })
      yield* ask("POST", "/v1/webhook-endpoints", { body: { url: `${partner.url}/hook`, types: ["*"] } })
      for (const key of keys) {
        yield* Effect.repeat(ask("GET", "/v1/pipelines/p", { key }), {
          until: ({ status }) => status === 200,
          schedule: Schedule.spaced("50 millis")
        })
      }
      for (const key of keys) {
        const body = { orderType: "NEW_ORDER", customerEmail: "ada@example.com", orderItems }
        const order = yield* ask("POST", "/v1/orders", { key, body, headers: { prefer: "wait=30" } })
        assert.strictEqual(order.status, 200, order.text)
        const { order: { id }, processEvent } = order.json
        assert.strictEqual((yield* ask("PATCH", `/v1/orders/${id}`, { key, body: { status: "Paid" } })).status, 200)
        const retry = yield* ask("POST", `/v1/process-events/${processEvent.id}/retry`, { key, body: {} })
        assert.isBelow(retry.status, 300, retry.text)
        const event = yield* ask("POST", "/v1/events", { key, body: { type: "cancel.attempted", data: {} } })
        assert.isBelow(event.status, 300, event.text)
      }
      const job = yield* ask("POST", "/v1/process-events/retry", { body: { filter: { state: "failed" }, reason: "r" } })
      yield* Effect.repeat(ask("GET", `/v1/jobs/${job.json.id}`), {
        until: ({ json }) => json.state === "completed",
        schedule: Schedule.spaced("50 millis")
      })
      for (const database of databases) {
        const { count, found } = yield* strangers(database)
        assert.deepStrictEqual(found, [], `cell ${database.id}`)
        assert.isAbove(count, 20, `cell ${database.id}`)
      }
    }).pipe(Effect.scoped, Effect.provide(Partner.layer)))
})
