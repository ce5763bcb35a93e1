/**
 * No plan of a statement that is made in the background depends on statistics: takeovers, retention, the completeness
 * check, jobs, issues and erasure, on tables that hold much and were never analysed, read none of them through.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Completeness from "@sluice/persistence/internal/upkeep/Completeness"
import * as Database from "@sluice/persistence/schema/Database"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import * as Retention from "@sluice/persistence/upkeep/Retention"
import { Clock, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { rows, store, timeOf } from "../support/ManyRows.ts"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

/** Runs of a worker that has died. */
const orphans = 40

const worker = "01890000-0000-7000-8000-000000000001"

const storeOrphans = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into workers (id, alive_until) values (${worker}::uuid, clock_timestamp() - interval '1 hour')`
  yield* sql`insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, start_version, created_at,
      started_at)
    select gen_random_uuid(), 'o' || n, gen_random_uuid(), 'calling', 1, 'running', ${worker}::uuid, 1,
      clock_timestamp(), clock_timestamp() from generate_series(1, ${orphans}::int4) n`
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

const jobsDone = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const jobs = Effect.map(ask("GET", "/v1/jobs"), ({ json }) => json.items as ReadonlyArray<{ readonly state: string }>)
  while ((yield* jobs).some(({ state }) => state !== "completed")) yield* Effect.sleep("200 millis")
})

/** The work of a process that takes over, groups failures, retries, cancels and erases. */
const serve = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const { url } = yield* Partner
  yield* ask("PUT", "/v1/webhook-endpoints/told", { body: { url, types: ["*"] } })
  yield* ask("PUT", "/v1/pipelines/calling", {
    body: { match: { orderTypes: ["A"] }, steps: [{ name: "calloutPlugin", options: { endpoint: url } }] }
  })
  yield* store
  yield* (yield* SqlClient.SqlClient)`select pg_stat_reset()`
  yield* storeOrphans
  const lately = new globalThis.Date(timeOf(rows - 2000)).toISOString()
  for (const kind of ["retry", "cancel", "resolve"]) {
    const { status, text } = yield* ask("POST", `/v1/process-events/${kind}`, {
      body: { filter: { pipeline: "rare", createdAfter: lately }, reason: "r" }
    })
    assert.strictEqual(status, 202, text)
  }
  const erased = yield* ask("POST", `/v1/customers/c${rows - 3}/erase`, { body: { reason: "r" } })
  assert.strictEqual(erased.status, 202, erased.text)
  yield* untilNone(`runs where owner = '${worker}' and finished_at is null`)
  yield* untilNone("runs where state in ('failed', 'compensation-failed') and issue_id is null")
  yield* jobsDone
  const { json: { items: [issue] } } = yield* ask("GET", "/v1/issues")
  yield* ask("POST", `/v1/issues/${issue.id}/retry`, { body: { reason: "r" } })
  yield* jobsDone
})

/** The work of a process that looks after what is stored, as often as it does it within an hour. */
const upkeep = Effect.gen(function*() {
  const now = yield* Clock.currentTimeMillis
  for (let times = 0; times < 6; times++) {
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

describe("plans", () => {
  it.live(
    "the statements that are made in the background scan no large table, although none was ever analysed",
    () =>
      Effect.gen(function*() {
        const { url } = yield* DatabaseTest
        const sql = yield* SqlClient.SqlClient
        // Connections tell what they did when they are closed.
        yield* serve.pipe(
          Effect.provide(Layer.provideMerge(Sluice.layer({ DATABASE_URL: Redacted.value(url) }), Partner.layer), {
            local: true
          }),
          Effect.provideService(SqlClient.SqlClient, sql)
        )
        yield* Effect.provide(upkeep, Database.layerPool({ url }), { local: true })
        const read = yield* sql<{ readonly name: string; readonly scans: number; readonly read: number }>`
          select relname as name, seq_scan::int4 as scans, seq_tup_read::int4 as read from pg_stat_user_tables
          where seq_tup_read >= ${rows}::int4 order by 1`
        assert.deepStrictEqual(read, [])
        // An erasure walks over all orders, once.
        const walked = yield* sql<{ readonly name: string; readonly read: number }>`
          select indexrelname as name, idx_tup_read::int4 as read from pg_stat_user_indexes
          where idx_tup_read >= ${3 * rows}::int4 order by 1`
        assert.deepStrictEqual(walked, [])
      }).pipe(Effect.orDie, Effect.provide(DatabaseTest.layer)),
    300_000
  )
})
