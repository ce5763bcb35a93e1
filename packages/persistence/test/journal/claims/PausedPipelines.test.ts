import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, newRun, submission } from "@sluice/engine/testing/JournalFixtures"
import { claims } from "@sluice/engine/testing/JournalSuite"
import { Context, Effect, Layer, Schedule, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { depthQuery } from "../../../src/journal/claims/QueueDepth.ts"
import { candidates } from "../../../src/journal/claims/QueuedRuns.ts"
import * as JournalPg from "../../../src/journal/JournalPostgres.ts"
import { DatabaseTest } from "../../../src/testing/DatabaseTest.ts"

const start = (options: JournalPg.Options = {}) =>
  Effect.gen(function*() {
    const clients = Context.make(SqlClient.SqlClient, yield* SqlClient.SqlClient).pipe(
      Context.add(PgClient.PgClient, yield* PgClient.PgClient)
    )
    const context = yield* Layer.build(Layer.fresh(JournalPg.layer(options))).pipe(Effect.provideContext(clients))
    return Context.get(context, Journal)
  })

const orderOf = (pipeline: string, paused = false) =>
  submission({}, { run: { ...newRun(), pipeline: { name: pipeline, version: 1 }, ...(paused && { paused: true }) } })

const setPaused = Effect.fnUntraced(function*(name: string, paused: boolean) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into pipelines (id, version, document) values (${name}, 1, '{}') on conflict do nothing`
  yield* sql`update pipelines set paused_at = ${paused ? sql`now()` : null} where id = ${name}`
})

const test = <E>(
  sentence: string,
  body: Effect.Effect<void, E, SqlClient.SqlClient | PgClient.PgClient | Scope.Scope>
) => it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

describe("paused pipelines", () => {
  test(
    "an order for a paused pipeline is queued, started by no process, and starts when the pipeline is resumed",
    Effect.gen(function*() {
      yield* setPaused("held", true)
      const worker = yield* start()
      const front = yield* start({ executes: false })
      // One process knows of the pause, the other does not.
      assert.strictEqual((yield* worker.accept(orderOf("held", true)))._tag, "Queued")
      assert.strictEqual((yield* front.accept(orderOf("held")))._tag, "Queued")
      yield* front.accept(orderOf("other"))
      const [first] = yield* claims(worker, 1)
      assert.strictEqual(first?.pipeline.name, "other")
      yield* worker.commit(entryOf(first!, finished))
      yield* setPaused("held", false)
      const rest = yield* claims(worker, 2)
      assert.deepStrictEqual(rest.map(({ pipeline }) => pipeline.name), ["held", "held"])
    })
  )

  test(
    "a run that waits behind one of a paused pipeline over the same order is no candidate",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const front = yield* start({ executes: false })
      const first = orderOf("held")
      yield* front.accept(first)
      const orderId = first.document.order.id
      yield* front.reprocess({ orderId, run: { ...newRun(), pipeline: { name: "other", version: 1 } } })
      yield* front.accept(orderOf("other"))
      const found = Effect.map(
        sql.unsafe<{ readonly order_id: string }>(candidates, [10]),
        (rows) => rows.map(({ order_id }) => order_id)
      )
      assert.strictEqual((yield* found).filter((id) => id === orderId).length, 2)
      yield* setPaused("held", true)
      assert.notInclude(yield* found, orderId)
      assert.lengthOf(yield* found, 1)
    })
  )

  test(
    "paused runs are outside the bound on the queue, and are taken in where it is reached",
    Effect.gen(function*() {
      yield* setPaused("held", true)
      const front = yield* start({ executes: false, queueLimit: 3, queueCountEvery: "50 millis" })
      for (let n = 0; n < 8; n++) yield* front.accept(orderOf("held", true))
      const other = Effect.exit(Effect.suspend(() => front.accept(orderOf("other"))))
      yield* Effect.repeat(other, { until: ({ _tag }) => _tag === "Failure", schedule: Schedule.spaced("50 millis") })
      assert.strictEqual((yield* front.accept(orderOf("held", true)))._tag, "Queued")
    })
  )

  test(
    "neither claims nor the count of the queue read the runs of a paused pipeline",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* setPaused("held", true)
      yield* sql.unsafe(`insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, created_at)
        select gen_random_uuid(), 'o' || n, gen_random_uuid(), case when n % 5000 = 0 then 'other' else 'held' end, 1,
          'queued', now() from generate_series(1, 20000) n`)
      for (const statement of [candidates, depthQuery]) {
        const plan = (yield* sql.unsafe<Record<"QUERY PLAN", string>>(
          `explain (analyze, costs off, timing off, buffers off) ${statement.replaceAll("$1", "100")}`
        )).map((row) => row["QUERY PLAN"]).join("\n")
        const read = [...plan.matchAll(/rows=(\d+)(?:\.\d+)? loops=(\d+)/g)].map(([, rows, loops]) =>
          Number(rows) * Number(loops)
        )
        assert.isBelow(Math.max(...read), 200, plan)
        for (const [, removed] of plan.matchAll(/Rows Removed by Filter: (\d+)/g)) {
          assert.isBelow(Number(removed), 200, plan)
        }
      }
    })
  )
})
