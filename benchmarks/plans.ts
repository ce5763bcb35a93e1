/**
 * The plans of what must cost the same however much is stored: the newest page of orders and of process events over a
 * million of each, and one process event with 20 steps. Fails where one of them reads a table through. The plans go to
 * `results/plans.txt`.
 */
import { processEventId } from "@sluice/domain/Ids"
import { Plugins } from "@sluice/engine/Plugins"
import { Settings } from "@sluice/engine/Settings"
import * as Database from "@sluice/persistence/Database"
import { Orders } from "@sluice/persistence/Orders"
import { ProcessEvents } from "@sluice/persistence/ProcessEvents"
import { Effect, Layer, Redacted } from "effect"
import { Statement } from "effect/sql"
import { writeFileSync } from "node:fs"
import type pg from "pg"
import { using } from "./DatabaseServer.ts"

const orders = Number(process.env["BENCH_ORDERS"] ?? 1_000_000)
const stepsOfOne = 20

/** Order `n` was made `n` seconds after this; its run's id begins with that time, as a UUIDv7 does. */
const start = 1_700_000_000_000
const uuid = `(substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7000-8000-000000000000')::uuid`
const many =
  `(select n, 'order-' || n as order_id, to_timestamp((${start} + n * 1000::bigint) / 1000.0) as at, ${uuid} as uuid
  from (select n, lpad(to_hex(${start} + n * 1000::bigint), 12, '0') as hex from generate_series(1, ${orders}) n) m) m`

const record = (id: string) =>
  `'{"phase":"steps","stepId":"' || ${id} || '","name":"calloutPlugin","critical":true,"startedAt":0,"finishedAt":1}'`
const callout =
  `'{"request":0,"attempt":1,"endpoint":"http://partner/","method":"POST","idempotencyKey":"k","orderVersion":1,`
  + `"startedAt":0,"durationMs":1,"headers":{},"response":{"status":200,"headers":{}}}'`

const statements = [
  `insert into orders (id, order_type, status, version, created_at, updated_at, event_id, run_id)
    select order_id, 'NEW_ORDER', 'Completed', 1, at, at, uuid, uuid from ${many}`,
  `insert into order_versions select order_id, 1, '{"id":"' || order_id || '"}' from ${many}`,
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at,
      finished_at)
    select uuid, order_id, uuid, 'benchmark', 1, 'completed', 1, at, at, at from ${many}`,
  `insert into steps select uuid, i, 'succeeded', 1, ${record("i")} from ${many}, generate_series(0, 2) i`,
  `insert into callouts select uuid, gen_random_uuid(), i, 'succeeded', ${callout}, 'order', null, '{}'
    from ${many}, generate_series(0, 2) i`,
  // The run in the middle has 20 steps, each with its callout.
  `insert into steps select uuid, i, 'succeeded', 1, ${record("i")}
    from ${many}, generate_series(3, ${stepsOfOne - 1}) i where n = ${orders / 2}`,
  `insert into callouts select uuid, gen_random_uuid(), i, 'succeeded', ${callout}, 'order', null, '{}'
    from ${many}, generate_series(3, ${stepsOfOne - 1}) i where n = ${orders / 2}`,
  "vacuum (analyze)"
]

const fill = async (client: pg.Client) => {
  for (const statement of statements) await client.query(statement)
  const { rows: [row] } = await client.query(`select ${uuid} as id
    from (select lpad(to_hex(${start} + ${orders / 2} * 1000::bigint), 12, '0') as hex) m`)
  return processEventId(String(row.id))
}

const settings = Layer.succeed(Settings, {
  current: () => ({ pipelines: [], connectors: [], authProviders: [], secrets: [] }),
  pipeline: () => Effect.undefined
})

/** The plans of the statements that `effect` makes, each explained just before it is run. */
const plansOf = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const plans: Array<string> = []
  const explain: Statement.Transformer = (statement, sql) => {
    const [text, parameters] = statement.compile()
    return sql.unsafe<Record<"QUERY PLAN", string>>(`explain (analyze, buffers) ${text}`, parameters).pipe(
      Effect.tap((rows) => Effect.sync(() => plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n")))),
      Effect.orDie,
      Effect.provideService(Statement.CurrentTransformer, undefined),
      Effect.as(statement)
    )
  }
  yield* Effect.provideService(effect, Statement.CurrentTransformer, explain)
  return plans
})

await using(async (server) => {
  const url = await server.create("bench_plans")
  const client = await server.connect(url)
  process.stdout.write(`storing ${orders} orders, each with a run, three steps and three callouts\n`)
  const id = await fill(client)
  await client.end()
  const readers = Layer.mergeAll(Orders.layer, ProcessEvents.layer).pipe(
    Layer.provide([settings, Plugins.layer([])]),
    Layer.provide(Database.layer({ url: Redacted.make(url) }))
  )
  const explained = await Effect.gen(function*() {
    const orders = yield* Orders
    const events = yield* ProcessEvents
    return [
      ["GET /v1/orders, newest page of 50", yield* plansOf(orders.list({}, { limit: 50 }))],
      ["GET /v1/process-events, newest page of 50", yield* plansOf(events.list({}, { limit: 50 }))],
      [`GET /v1/process-events/{id}, ${stepsOfOne} steps`, yield* plansOf(events.get(id))]
    ] as const
  }).pipe(Effect.provide(readers), Effect.runPromise)
  const text = explained.map(([name, plans]) => `## ${name}\n\n${plans.join("\n\n")}\n`).join("\n")
  const heading = `PostgreSQL ${server.version}, ${orders} orders, ${orders} runs, ${orders * 3} steps and callouts\n\n`
  process.stdout.write(`\n${text}`)
  writeFileSync(new URL("./results/plans.txt", import.meta.url), heading + text)
  if (text.includes("Seq Scan")) throw new Error("a table is read through")
})
