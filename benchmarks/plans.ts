/**
 * The plans of what must cost the same however much is stored: the newest page of orders and of process events over a
 * million of each, and one process event with 20 steps. Fails where one of them reads a table through. The plans go to
 * `results/plans.txt`.
 */
import { processEventId } from "@sluice/domain/identity/Ids"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import { Orders } from "@sluice/persistence/queries/Orders"
import { ProcessEvents } from "@sluice/persistence/queries/ProcessEvents"
import * as Database from "@sluice/persistence/schema/Database"
import { Effect, Layer, Redacted } from "effect"
import { Statement } from "effect/sql"
import { writeFileSync } from "node:fs"
import { using } from "./DatabaseServer.ts"
import { fill, lengthen } from "./History.ts"

const orders = Number(process.env["BENCH_ORDERS"] ?? 1_000_000)
const stepsOfOne = 20

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
  await fill(client, 1, orders)
  // The run in the middle has 20 steps, each with its callout.
  const id = processEventId(await lengthen(client, orders / 2, stepsOfOne))
  await client.query("vacuum (analyze)")
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
