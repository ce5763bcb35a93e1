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
import { half, hexOf, rows, store } from "../support/ManyRows.ts"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

/** How often each request is made: a statement that reads an index through does so as often. */
const repeats = 5

const hex = hexOf(half)

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
  type: ["error", "order.submitted"],
  window: ["10m", "24h"]
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
