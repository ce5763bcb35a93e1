/**
 * Lists and look-ups cost the same in a table of millions: every statement walks an index in the order that is asked
 * for. `SLUICE_PLAN_ORDERS=1000000 SLUICE_PLANS=<file>` writes the plans of a larger table down.
 */
import { assert, layer } from "@effect/vitest"
import { calloutId, processEventId } from "@sluice/domain/identity/Ids"
import type { RunFilter, RunJobKind } from "@sluice/domain/run/Job"
import { type JobOptions, Jobs } from "@sluice/engine/internal/jobs/Jobs"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { Effect, Layer, Ref } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient, Statement } from "effect/sql"
import { appendFileSync } from "node:fs"
import { Orders } from "../../src/queries/Orders.ts"
import { type ProcessEventFilters, ProcessEvents } from "../../src/queries/ProcessEvents.ts"
import * as JobsPostgres from "../../src/retries/JobsPostgres.ts"
import type { PageRequest } from "../../src/sql/Page.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const orders = Number(process.env["SLUICE_PLAN_ORDERS"] ?? 200_000)
const plansFile = process.env["SLUICE_PLANS"]

/** The time of order `n`, and the ids that belong to it. */
const start = 1_700_000_000_000
const timeOf = (n: number) => start + n * 1_000
const uuidOf = (n: number) =>
  `${timeOf(n).toString(16).padStart(12, "0").replace(/(.{8})/, "$1-")}-7000-8000-000000000000`
const uuidSql = `(substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7000-8000-000000000000')::uuid`

/** Most orders are alike, some are rare: a filter must be quick for either. */
const fill = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe(`CREATE TABLE many AS
    SELECT n, 'order-' || n AS order_id, to_timestamp((${start} + n * 1000::bigint) / 1000.0) AS at, ${uuidSql} AS uuid
    FROM (SELECT n, lpad(to_hex(${start} + n * 1000::bigint), 12, '0') AS hex FROM generate_series(1, ${orders}) n) m`)
  yield* sql.unsafe(`INSERT INTO orders
      (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id)
    SELECT order_id, CASE WHEN n % 2 = 0 THEN 'external-' || n END,
      CASE WHEN n % 1000 = 0 THEN 'REFUND' WHEN n % 10 = 0 THEN 'ADD_OFFER' ELSE 'NEW_ORDER' END,
      CASE WHEN n % 500 = 0 THEN 'Failed' WHEN n % 20 = 0 THEN 'New' ELSE 'Completed' END,
      2, at, at, uuid, uuid FROM many`)
  yield* sql.unsafe(`INSERT INTO order_versions (order_id, version, doc)
    SELECT order_id, version, '{"id":"' || order_id || '"}' FROM many, generate_series(1, 2) version`)
  yield* sql.unsafe(`INSERT INTO order_history (order_id, entry)
    SELECT order_id, '{"at":"2026-01-01T00:00:00.000Z","operation":"OrderPatched","message":"m","source":"api"}' FROM many`)
  yield* sql.unsafe(`INSERT INTO runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, start_version,
      created_at, started_at, finished_at, failed_steps)
    SELECT uuid, order_id, uuid, CASE WHEN n % 1000 = 0 THEN 'refund' ELSE 'new-order' END, 1,
      CASE WHEN n % 500 = 0 THEN 'failed' WHEN n > ${orders - 20} THEN 'running' ELSE 'completed' END,
      CASE WHEN n > ${orders - 20} THEN uuid END, 1, at, at, at,
      CASE WHEN n % 500 = 0 THEN 1 ELSE 0 END FROM many`)
  yield* sql.unsafe(`INSERT INTO steps (run_id, index, state, next_version, record)
    SELECT uuid, i, 'succeeded', 1,
      '{"phase":"steps","stepId":"s' || i || '","name":"p","critical":false,"startedAt":0,"finishedAt":1}'
    FROM many, generate_series(0, 2) i`)
  yield* sql.unsafe(`INSERT INTO callouts (run_id, id, step, outcome, record, form, response)
    SELECT uuid, uuid, 0, 'succeeded',
      '{"request":0,"attempt":1,"orderVersion":1,"startedAt":0,"durationMs":1,"response":{"status":200,"headers":{}}}',
      'order', '{}' FROM many`)
  yield* sql.unsafe(`DROP TABLE many`)
  yield* sql.unsafe(`VACUUM (ANALYZE)`)
})

const settings = Layer.succeed(Settings, {
  current: () => ({ pipelines: [], connectors: [], authProviders: [], secrets: [] }),
  pipeline: () => Effect.undefined
})

const readers = Layer.mergeAll(Orders.layer, ProcessEvents.layer, JobsPostgres.layer).pipe(
  Layer.provide([settings, Plugins.layer([])]),
  Layer.provideMerge(Layer.effectDiscard(fill)),
  Layer.provideMerge(DatabaseTest.layer)
)

/** The plans of the statements that `effect` makes, each explained just before it is run. */
const plansOf = Effect.fnUntraced(function*<A, E, R>(name: string, effect: Effect.Effect<A, E, R>) {
  const plans = yield* Ref.make<ReadonlyArray<string>>([])
  const explain: Statement.Transformer = (statement, sql) => {
    const [text, params] = statement.compile()
    return sql.unsafe<Record<"QUERY PLAN", string>>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF, SUMMARY ON) ${text}`,
      params
    ).pipe(
      Effect.flatMap((rows) => Ref.update(plans, (all) => [...all, rows.map((row) => row["QUERY PLAN"]).join("\n")])),
      Effect.orDie,
      Effect.provideService(Statement.CurrentTransformer, undefined),
      Effect.as(statement)
    )
  }
  const answer = yield* Effect.provideService(effect, Statement.CurrentTransformer, explain)
  const explained = yield* Ref.get(plans)
  if (plansFile !== undefined) appendFileSync(plansFile, `## ${name}\n${explained.join("\n--\n")}\n\n`)
  return { answer, plans: explained }
})

/** Reads an index, and sorts nothing but what it was allowed to. */
const assertIndexed = (name: string, plans: ReadonlyArray<string>, sorts: boolean) => {
  for (const plan of plans) {
    assert.notInclude(plan, "Seq Scan", name)
    if (!sorts) assert.notMatch(plan, /\bSort\b/, name)
    assert.match(plan, /Index (Only )?Scan/, name)
    // An index that has to be walked for long is none: the rows that a filter threw away are counted.
    for (const [, removed] of plan.matchAll(/Rows Removed by Filter: (\d+)/g)) {
      assert.isBelow(Number(removed), 20_000, name)
    }
  }
}

const page: PageRequest = { limit: 50 }

layer(readers, { timeout: "10 minutes" })("Plans", (it) => {
  it.effect("of every list of orders walk an index in the order of the list", () =>
    Effect.gen(function*() {
      const service = yield* Orders
      const middle = timeOf(orders / 2)
      const cases: ReadonlyArray<[string, Parameters<typeof service.list>[0], boolean?]> = [
        ["all", {}],
        ["orderType, frequent", { orderType: "NEW_ORDER" }],
        ["orderType, rare", { orderType: "REFUND" }],
        ["status, frequent", { status: "Completed" }],
        ["status, rare", { status: "Failed" }],
        // The few orders of one externalId are sorted.
        ["externalId", { externalId: "external-1000" }, true],
        ["createdBefore", { createdBefore: middle }],
        ["createdAfter and createdBefore", { createdAfter: middle - 3_600_000, createdBefore: middle }],
        ["orderType and createdBefore", { orderType: "ADD_OFFER", createdBefore: middle }],
        ["orderType and status", { orderType: "ADD_OFFER", status: "New", createdBefore: middle }]
      ]
      for (const [name, filters, sorts = false] of cases) {
        const title = `GET /v1/orders: ${name}`
        const { answer, plans } = yield* plansOf(title, service.list(filters, page))
        assertIndexed(title, plans, sorts)
        if (answer.nextCursor === null) continue
        const next = yield* plansOf(
          `${title}, next page`,
          service.list(filters, { ...page, cursor: answer.nextCursor })
        )
        assertIndexed(`${title}, next page`, next.plans, sorts)
      }
    }), 600_000)

  it.effect("of one order, its versions and its history are look-ups", () =>
    Effect.gen(function*() {
      const service = yield* Orders
      const id = `order-${orders / 2}`
      for (
        const [name, effect] of [
          ["GET /v1/orders/{id}", Effect.asVoid(service.get(id))],
          ["GET /v1/orders/{id}/versions/{n}", Effect.asVoid(service.version(id, 1))],
          ["GET /v1/orders/{id}/history", Effect.asVoid(service.history(id, page))]
        ] as const
      ) {
        const { plans } = yield* plansOf<void, unknown, never>(name, effect)
        assert.lengthOf(plans, 1)
        // The history's rows come in order; their order over the one order is all that is sorted.
        assertIndexed(name, plans, name.endsWith("history"))
      }
    }))

  it.effect("of every list of process events walk an index in the order of the list", () =>
    Effect.gen(function*() {
      const service = yield* ProcessEvents
      const middle = timeOf(orders / 2)
      const cases: ReadonlyArray<[string, ProcessEventFilters, boolean?]> = [
        ["all", {}],
        ["state, nearly all", { state: "completed" }],
        ["state, rare", { state: "failed" }],
        // A handful that statistics may miss: whichever index finds them, sorting them costs nothing.
        ["state, open", { state: "running" }, true],
        ["orderId", { orderId: `order-${orders / 2}` }],
        ["pipeline, frequent", { pipeline: "new-order" }],
        ["pipeline, rare", { pipeline: "refund" }],
        ["errorsOnly", { errorsOnly: true }],
        ["createdAfter and createdBefore", { createdAfter: middle - 3_600_000, createdBefore: middle }],
        ["state, pipeline and createdBefore", { state: "failed", pipeline: "new-order", createdBefore: middle }]
      ]
      for (const [name, filters, sorts = false] of cases) {
        const title = `GET /v1/process-events: ${name}`
        const { answer, plans } = yield* plansOf(title, service.list(filters, page))
        assertIndexed(title, plans, sorts)
        if (answer.nextCursor === null) continue
        const next = yield* plansOf(
          `${title}, next page`,
          service.list(filters, { ...page, cursor: answer.nextCursor })
        )
        assertIndexed(`${title}, next page`, next.plans, sorts)
      }
    }), 600_000)

  it.effect(
    "of the runs of a job walk an index in the order of their ids, whatever the statistics",
    () =>
      Effect.gen(function*() {
        const service = yield* Jobs
        const cases: ReadonlyArray<[RunJobKind, RunFilter, JobOptions?]> = [
          ["retry", {}],
          ["retry", { state: "failed", pipeline: "new-order" }],
          ["retry", { settled: false, step: "s1" }],
          ["retry", { createdAfter: timeOf(orders / 2) }],
          ["cancel", {}],
          ["cancel", { state: "running" }],
          ["resolve", {}, { stepId: "s1" }]
        ]
        for (const [kind, filter, options = {}] of cases) {
          const title = `POST /v1/process-events/${kind}: ${JSON.stringify(filter)}`
          const id = SecureRandom.uuidV7Unsafe()
          const createdAt = timeOf(orders + 1)
          yield* service.create({ id, kind, filter, options, reason: "r", createdAt })
          const counted = yield* plansOf(title, service.matches({ kind, filter, options, createdAt }))
          yield* service.claim(id, kind)
          const taken = yield* plansOf(title, service.take(id, id, 64))
          yield* service.finish(id, id, "completed")
          assertIndexed(title, [...counted.plans, ...taken.plans].filter((plan) => plan.includes("runs")), true)
        }
      }),
    600_000
  )

  it.effect("of a whole process event are four look-ups at most", () =>
    Effect.gen(function*() {
      const service = yield* ProcessEvents
      const uuid = uuidOf(orders / 2)
      const { answer, plans } = yield* plansOf("GET /v1/process-events/{id}", service.get(processEventId(uuid)))
      assert.lengthOf(answer.steps, 3)
      assert.lengthOf(answer.steps[0]?.callouts ?? [], 1)
      assert.isAtMost(plans.length, 4)
      assertIndexed("process event", plans, false)
      const name = "GET /v1/process-events/{id}/callouts/{calloutId}"
      const one = yield* plansOf(name, service.callout(processEventId(uuid), calloutId(uuid)))
      assertIndexed(name, one.plans, false)
    }))
})
