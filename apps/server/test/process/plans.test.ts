/**
 * No statement's plan depends on statistics: the whole API, and what is done in the background, on tables with much in
 * them. Each execution of each statement is judged by what its own plan has read, while the planner knows nothing of the
 * tables, while it knows them well, and while it knows them, and has planned for them, as they were at the beginning.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Completeness from "@sluice/persistence/internal/upkeep/Completeness"
import * as Database from "@sluice/persistence/schema/Database"
import * as Retention from "@sluice/persistence/upkeep/Retention"
import { Array, Clock, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { changes, fill, type Stored } from "../support/Changes.ts"
import { reads } from "../support/EveryRead.ts"
import { type Exception, ExplainingPostgres, unexplained } from "../support/ExplainingPostgres.ts"
import { backlog, half, hexOf, regular, rows, store, timeOf } from "../support/ManyRows.ts"
import { Partner } from "../support/Partner.ts"
import { Sluice, untilAvailable } from "../support/Sluice.ts"

const hex = hexOf(half)

/** The rows that one node of a plan may read: a walk examines 5,000 (`walked` in UnindexedFilters.ts). */
const mostRead = 6000

/**
 * Exact counts of what is held for a partner, and of what an endpoint's replay has still to send; the last runs of a
 * pipeline that ended, behind its whole queue; the runs of one pipeline among all of a state; the deliveries of the order of
 * each event of a batch that the completeness check counts.
 */
const exceptions: ReadonlyArray<Exception> = [
  { part: "r.held_for = ", rows: 12_000 },
  { part: "select * from ((select id, order_id, event_id, state", rows: 12_000 },
  { part: "as remaining from replays", rows: rows + 1000 },
  { part: "select id, state from runs where pipeline = $1 and retry_of is null", rows: rows + 1000 },
  { part: "as due(n int, endpoint_id text", rows: 12_000 }
]

/** The server itself deletes nothing: how far its sweeps come would depend on time. `upkeep` runs them. */
const kept = "callouts=9000d,deliveries=9000d"

/** Runs of a worker that has died. */
const orphans = 40

const worker = "01890000-0000-7000-8000-000000000001"

const storeOrphans = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into workers (id, alive_until) values (${worker}::uuid, clock_timestamp() - interval '1 minute')`
  yield* sql`insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, start_version, created_at,
      started_at)
    select gen_random_uuid(), 'o' || n, gen_random_uuid(), 'rare', 1, 'running', ${worker}::uuid, 1,
      clock_timestamp(), clock_timestamp() from generate_series(1, ${orphans}::int4) n`
})

const ask = Effect.fnUntraced(function*(method: string, path: string, body?: object) {
  const { ask } = yield* Sluice
  const answer = yield* untilAvailable(ask(method, path, { headers: { prefer: "wait=20" }, body: body as never }))
  // A state of the one list may be none of the other.
  assert.include([200, 201, 202, 204, 400, 404, 409], answer.status, `${method} ${path}: ${answer.text}`)
  return answer
})

/** Pipelines and endpoints; the queue of the one that is paused is filled with rows. */
const setUp = Effect.gen(function*() {
  const { url } = yield* Partner
  const call = (id: string) => ({ id, name: "calloutPlugin", options: { endpoint: url } })
  yield* ask("PUT", `/v1/pipelines/${backlog}`, { match: { orderTypes: ["LATER"] }, steps: [call("s")] })
  yield* ask("POST", `/v1/pipelines/${backlog}/pause`, { reason: "r" })
  yield* ask("PUT", "/v1/pipelines/rare", { match: { orderTypes: ["RARE"] }, steps: [call("s")] })
  yield* ask("PUT", "/v1/pipelines/last", {
    match: { orderTypes: ["NEW_ORDER", "CHANGE_PAYMENT_REQUEST"] },
    steps: [call("s")]
  })
  yield* ask("PUT", "/v1/webhook-endpoints/told", { url, types: ["*"] })
})

const readAll = Effect.gen(function*() {
  for (const path of [...reads, "/metrics"]) {
    const { json } = yield* ask("GET", path)
    if (typeof json?.nextCursor !== "string") continue
    yield* ask("GET", `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(json.nextCursor)}`)
  }
})

const submit = Effect.gen(function*() {
  yield* ask("POST", "/v1/orders", {
    orderType: "NEW_ORDER",
    customerEmail: `a${half}@example.com`,
    orderItems: [{ offer: { id: "x", data: { products: [{ name: "p" }] } } }]
  })
  for (const forSubscription of [`sub-${hex}`, { name: "n" }]) {
    yield* ask("POST", "/v1/orders", {
      orderType: "CHANGE_PAYMENT_REQUEST",
      customerId: `c${half}`,
      payment_reference: "p",
      forSubscription
    })
  }
  yield* ask("POST", `/v1/orders/o${half}/process`, {})
  for (const pipeline of ["rare", "plain", backlog]) {
    yield* ask("POST", `/v1/pipelines/${pipeline}/simulate`, { lastRuns: 5 })
  }
})

/** Waits until a count of rows is 0. */
const untilNone = Effect.fnUntraced(function*(rows: string) {
  const sql = yield* SqlClient.SqlClient
  const left = Effect.map(
    sql.unsafe<{ readonly n: number }>(`select count(*)::int4 as n from ${rows}`),
    ([row]) => row?.n
  )
  while ((yield* left) !== 0) yield* Effect.sleep("200 millis")
})

const jobsDone = untilNone("jobs where finished_at is null")

/** Takes over, groups failures, retries, cancels, resolves and erases many. */
const workOff = Effect.gen(function*() {
  yield* storeOrphans
  const createdAfter = new globalThis.Date(timeOf(rows - 500)).toISOString()
  for (const [kind, pipeline] of [["retry", "rare"], ["resolve", "plain"], ["cancel", backlog]] as const) {
    for (const query of ["?dryRun=true", ""]) {
      yield* ask("POST", `/v1/process-events/${kind}${query}`, { filter: { pipeline, createdAfter }, reason: "r" })
    }
  }
  yield* jobsDone
  for (const customer of [`c${rows - 3}`, regular.id]) {
    const { status, text } = yield* ask("POST", `/v1/customers/${customer}/erase`, { reason: "r" })
    assert.strictEqual(status, 202, text)
  }
  yield* untilNone(`runs where owner = '${worker}' and finished_at is null`)
  yield* untilNone("runs where state in ('failed', 'compensation-failed') and issue_id is null")
  yield* jobsDone
  const { json: { items: [issue] } } = yield* ask("GET", "/v1/issues")
  yield* ask("POST", `/v1/issues/${issue.id}/retry`, { reason: "r" })
  yield* jobsDone
})

/** The work of a process that looks after what is stored; what the first round deletes is not there in the second. */
const upkeep = Effect.gen(function*() {
  const now = yield* Clock.currentTimeMillis
  for (let times = 0; times < 2; times++) {
    yield* Completeness.check(now - 3_600_000, now + 1)
    for (
      const forget of [
        Retention.forgetOrders,
        Retention.forget,
        Retention.forgetDeliveries,
        Retention.forgetMessages,
        Retention.forgetAudit
      ]
    ) yield* forget(timeOf(1000))
    yield* Retention.forgetAnswers
  }
})

const useAll = Effect.fnUntraced(function*(stored: Stored) {
  yield* readAll
  yield* submit
  yield* burst
  yield* workOff
  for (const { body, method, path } of changes(stored)) yield* ask(method, path, body)
})

const analyse = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`analyze`)

/** Many orders at once: their writes are stored together, as arrays, and so are the results of their deliveries. */
const burst = Effect.forEach(Array.range(1, 12), (n) =>
  ask("POST", "/v1/orders", {
    orderType: n % 2 === 0 ? "NEW_ORDER" : "CALL",
    customerEmail: `b${n}@example.com`,
    orderItems: [{ offer: { id: "x", data: { products: [{ name: "p" }] } } }]
  }), { concurrency: "unbounded", discard: true })

/** The states in which the planner can be, each made in a database of its own. */
const situations = {
  "that were never analysed": (server: Serve) =>
    Effect.gen(function*() {
      yield* server(setUp)
      yield* store
      yield* server(Effect.flatMap(fill, useAll))
    }),
  "that are analysed": (server: Serve) =>
    Effect.gen(function*() {
      yield* server(setUp)
      yield* store
      yield* analyse
      yield* server(Effect.flatMap(fill, useAll))
    }),
  // The connections keep the plans that were made for tables of a few rows.
  "that have grown since they were analysed": (server: Serve) =>
    server(Effect.gen(function*() {
      yield* setUp
      const stored = yield* fill
      yield* analyse
      yield* submit
      yield* burst
      yield* store
      yield* useAll(stored)
    }))
}

/** Provides a server on the test's database, for as long as the effect runs. */
type Serve = <A, E>(
  effect: Effect.Effect<A, E, Sluice | Partner | SqlClient.SqlClient>
) => Effect.Effect<A, E, SqlClient.SqlClient>

const use = Effect.fnUntraced(
  function*(database: string, situation: (server: Serve) => Effect.Effect<unknown, unknown, SqlClient.SqlClient>) {
    const { url } = yield* ExplainingPostgres
    const at = url(database)
    yield* Effect.provide(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`create database ${database}`)),
      Database.layerPool({ url: url("postgres"), maxConnections: 1 }),
      { local: true }
    )
    yield* Effect.provide(Effect.void, Database.layer({ url: at }), { local: true })
    const partner = yield* Layer.build(Partner.layer)
    const serve: Serve = (effect) =>
      Effect.flatMap(SqlClient.SqlClient, (sql) =>
        effect.pipe(
          Effect.provideService(SqlClient.SqlClient, sql),
          Effect.provide(Sluice.layer({ DATABASE_URL: Redacted.value(at), SLUICE_RETENTION: kept }), { local: true }),
          Effect.provide(partner)
        ))
    yield* Effect.provide(situation(serve), Database.layerPool({ url: at, startupParameters: unexplained }), {
      local: true
    })
    yield* Effect.provide(upkeep, Database.layerPool({ url: at }), { local: true })
  }
)

describe("plans", () => {
  Object.entries(situations).forEach(([tables, situation], index) =>
    it.live(
      `no statement reads far, on tables ${tables}`,
      () =>
        Effect.gen(function*() {
          const { judge } = yield* ExplainingPostgres
          const database = `plans${index}`
          const used = yield* Effect.exit(use(database, situation))
          const { excesses, statements } = yield* judge(database, mostRead, exceptions)
          // First: a request that fails because it took too long names no statement.
          assert.deepStrictEqual(excesses, [])
          yield* used
          assert.isAbove(statements, 300, "the log tells of nearly all statements")
        }).pipe(Effect.orDie, Effect.scoped, Effect.provide(ExplainingPostgres.layer)),
      600_000
    )
  )
})
