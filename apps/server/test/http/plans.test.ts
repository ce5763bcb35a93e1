/**
 * No statement's plan depends on statistics: the whole API, on tables that hold much and were never analysed, reads none
 * of them through.
 */
import { assert, describe, it } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Layer, Redacted, type Schema, SchemaAST } from "effect"
import { SqlClient } from "effect/sql"
import { changes, fill } from "../support/Changes.ts"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

/** Orders that are stored beside those of `fill`, each with a run, steps, a callout, a message and a delivery. */
const rows = 30_000

/** The time of row `n`, and a UUIDv7 of that time. */
const start = 1_767_225_600_000
const at = `to_timestamp((${start} + n * 1000::bigint) / 1000.0)`
const uuid = `(lpad(to_hex(${start} + n * 1000::bigint), 12, '0') || '70008000000000000000')::uuid`

/** By table. Runs end well but for some, so that filters have something rare to find. */
const statements = [
  `insert into orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id)
    select 'o' || n, 'e' || n, case when n % 100 = 0 then 'RARE' else 'A' end, 'New', 1, ${at}, ${at}, ${uuid}, ${uuid}`,
  `insert into order_versions select 'o' || n, 1, '{"id":"o' || n || '","customerEmail":"a' || n || '@example.com"}'`,
  `insert into order_history (order_id, entry)
    select 'o' || n, '{"at":"2026-01-01T00:00:00.000Z","operation":"OrderPatched","message":"m","source":"api"}'`,
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at,
      finished_at, failed_steps)
    select ${uuid}, 'o' || n, ${uuid}, case when n % 100 = 0 then 'rare' else 'plain' end, 1,
      case when n % 50 = 0 then 'failed' else 'completed' end, 1, ${at}, ${at}, ${at}, case when n % 50 = 0 then 1 else 0 end`,
  `insert into steps select ${uuid}, 0, 'succeeded', 1,
    '{"phase":"steps","stepId":"s","name":"calloutPlugin","critical":false,"startedAt":0,"finishedAt":1}'`,
  `insert into callouts (run_id, id, step, outcome, record, form, response) select ${uuid}, ${uuid}, 0, 'succeeded',
    '{"endpoint":"https://p' || n % 100 || '.example/x","request":0,"attempt":1,"orderVersion":1,"startedAt":0,'
      || '"durationMs":1,"response":{"status":200,"headers":{}}}', 'order', '{}'`,
  `insert into messages (id, type, order_id, created_at, body) select ${uuid}, 'order.submitted', 'o' || n, ${at}, '{}'`,
  `insert into deliveries (id, message_id, seq, endpoint_id, lane, type, order_id, state, created_at, finished_at)
    select ${uuid}, ${uuid}, n, 'kept', 'e:kept', case when n % 100 = 0 then 'error' else 'order.submitted' end,
      'o' || n, case when n % 100 = 0 then 'exhausted' else 'delivered' end, ${at}, ${at}`,
  `insert into delivery_attempts (delivery_id, number, record)
    select ${uuid}, 1, '{"startedAt":0,"durationMs":1,"status":200}'`,
  `insert into customers (key, id, email, version, created_at, updated_at)
    select 'id:c' || n, 'c' || n, 'a' || n || '@example.com', 1, ${at}, ${at}`,
  `insert into subscriptions (id, order_id, item, customer_id, doc, entitlements, created_at, cancelled_at)
    select 'sub-' || replace(${uuid}::text, '-', ''), 'o' || n, 0, 'c' || n, '{"name":"n"}', '[]', ${at},
      case when n % 100 = 0 then ${at} end`,
  `insert into subscription_changes (order_id, subscription_id, version, at, run_id, type, entitles, before)
    select 'x' || n, 'sub-' || replace(${uuid}::text, '-', ''), 2, ${at}, ${uuid}, 'subscription.updated', false, '{}'`,
  `insert into process_keys select 'o' || n, 'k' || n, ${uuid}, null`
].map((statement) => `${statement} from generate_series(1, ${rows}) n`)

const store = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`select relname as name from pg_stat_user_tables`
  for (const { name } of tables) yield* sql`alter table ${sql(name)} set (autovacuum_enabled = off)`
  for (const statement of statements) yield* sql.unsafe(statement)
})

/** How often each request is made: a statement that reads an index through does so as often. */
const repeats = 5

const half = rows / 2
const hex = `${(start + half * 1000).toString(16).padStart(12, "0")}70008000000000000000`

/** A value for each member of a path or a query. */
const samples: Readonly<Record<string, ReadonlyArray<string>>> = {
  limit: ["200"],
  cursor: [],
  orderType: ["A", "RARE"],
  status: ["New", "Failed", "active", "cancelled"],
  externalId: [`e${half}`],
  after: [String(half)],
  wait: ["0"],
  createdAfter: ["2026-01-01T04:00:00Z"],
  createdBefore: ["2026-01-01T04:00:00Z"],
  state: ["failed", "exhausted"],
  orderId: [`o${half}`],
  pipeline: ["plain", "rare"],
  errorsOnly: ["true"],
  q: ["e150", `process_event-${hex.slice(0, 12)}`],
  settled: ["true", "false"],
  step: ["s"],
  failedStep: ["s"],
  outcome: ["rejected"],
  customerId: ["c1"],
  kind: ["retry"],
  actor: ["anonymous"],
  action: ["pipeline.create"],
  resource: ["/v1/pipelines/plain"],
  path: ["/id"],
  version: ["1"],
  email: [`a${rows - 100}@example.com`],
  partner: ["p1.example"],
  endpointId: ["kept"],
  type: ["error", "order.submitted"]
}

/** The id in a path, by the endpoint's group. */
const ids: Readonly<Record<string, string>> = {
  orders: `o${half}`,
  processEvents: `process_event-${hex}`,
  deliveries: `delivery-${hex}`,
  customers: `c${half}`,
  subscriptions: `sub-${hex}`
}

interface Endpoint {
  readonly method: string
  readonly path: string
  readonly query: Schema.Top | undefined
}

const membersOf = ({ query }: Endpoint): ReadonlyArray<string> => {
  const ast = query === undefined ? undefined : SchemaAST.toType(query.ast)
  return ast !== undefined && SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []
}

/** One request for each endpoint that reads, and one for each value of each member of its query. */
const reads: ReadonlyArray<string> = Object.entries(Api.groups).flatMap(([group, { endpoints }]) =>
  Object.values(endpoints as Readonly<Record<string, Endpoint>>).flatMap((endpoint) => {
    if (endpoint.method !== "GET" || endpoint.path.endsWith("/stream")) return []
    const path = endpoint.path
      .replace(":version", "1")
      .replace(":calloutId", `callout-${hex}`)
      .replace(":id", ids[group] ?? "kept")
      .replace(/:\w+/, "kept")
    const values = membersOf(endpoint).flatMap((member) => {
      const known = samples[member]
      assert.isDefined(known, `${group} ${path}: give samples a value for ${member}`)
      return (known ?? []).map((value) => `${path}?${member}=${encodeURIComponent(value)}`)
    })
    return [path, ...values]
  })
)

const useAll = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const { url } = yield* Partner
  const stored = yield* fill
  yield* Effect.orDie(store)
  yield* (yield* SqlClient.SqlClient)`select pg_stat_reset()`
  for (let times = 0; times < repeats; times++) {
    for (const path of [...reads, "/metrics"]) {
      // These walk thousands of rows by design: once is enough.
      const walks = /[?](email|partner|q|step|outcome|settled)=|[/]export$/.test(path)
      if (walks && times > 0) continue
      const { status, json, text } = yield* ask("GET", path)
      // A state of the one list may be none of the other.
      assert.include([200, 400, 404], status, `${path}: ${text}`)
      if (walks || typeof json?.nextCursor !== "string") continue
      const next = `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(json.nextCursor)}`
      yield* ask("GET", next)
    }
  }
  const order = {
    orderType: "NEW_ORDER",
    customerEmail: `a${half}@example.com`,
    orderItems: [{ offer: { id: "x", data: { products: [{ name: "p" }] } } }]
  }
  yield* ask("PUT", "/v1/pipelines/last", {
    body: {
      match: { orderTypes: ["NEW_ORDER", "CHANGE_PAYMENT_REQUEST"] },
      steps: [{ name: "calloutPlugin", options: { endpoint: url } }]
    }
  })
  yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=20" }, body: order })
  for (const forSubscription of [`sub-${hex}`, { name: "n" }]) {
    const change = {
      orderType: "CHANGE_PAYMENT_REQUEST",
      customerId: `c${half}`,
      payment_reference: "p",
      forSubscription
    }
    yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=20" }, body: change })
  }
  yield* ask("POST", `/v1/orders/o${half}/process`, { headers: { prefer: "wait=20" }, body: {} })
  for (const { body, method, path } of changes(stored)) yield* ask(method, path, { body: body as never })
})

describe("plans", () => {
  it.live(
    "the statements of the whole API scan no large table, although none was ever analysed",
    () =>
      Effect.gen(function*() {
        const { url } = yield* DatabaseTest
        const sql = yield* SqlClient.SqlClient
        // Connections tell what they did when they are closed.
        yield* useAll.pipe(
          Effect.provide(Layer.provideMerge(Sluice.layer({ DATABASE_URL: Redacted.value(url) }), Partner.layer), {
            local: true
          }),
          Effect.provideService(SqlClient.SqlClient, sql)
        )
        const read = yield* sql<{ readonly name: string; readonly scans: number; readonly read: number }>`
        select relname as name, seq_scan::int4 as scans, seq_tup_read::int4 as read from pg_stat_user_tables
        where seq_tup_read >= ${rows}::int4 order by 1`
        assert.deepStrictEqual(read, [])
        const walked = yield* sql<{ readonly name: string; readonly read: number }>`
        select indexrelname as name, idx_tup_read::int4 as read from pg_stat_user_indexes
        where idx_tup_read >= ${(repeats - 1) * rows}::int4 order by 1`
        assert.deepStrictEqual(walked, [])
      }).pipe(Effect.orDie, Effect.provide(DatabaseTest.layer)),
    300_000
  )
})
