import * as PgClient from "@effect/sql-pg/PgClient"
import { PastRuns } from "@sluice/engine/internal/journal/PastRuns"
import { Journal } from "@sluice/engine/journal/Journal"
import { RetryHarness, suite } from "@sluice/engine/testing/RetrySuite"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import * as PastRunsPg from "../../src/retries/PastRunsPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const harness = Layer.effect(
  RetryHarness,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const context = Context.make(SqlClient.SqlClient, sql).pipe(
      Context.add(PgClient.PgClient, yield* PgClient.PgClient)
    )
    return {
      start: Effect.map(
        Layer.build(Layer.fresh(PastRunsPg.layer.pipe(Layer.provideMerge(JournalPg.layer())))).pipe(
          Effect.provideContext(context)
        ),
        (built) => ({ journal: Context.get(built, Journal), pastRuns: Context.get(built, PastRuns) })
      ),
      killAll: Effect.orDie(Effect.asVoid(sql`update workers set fenced = true`))
    }
  })
)

suite("Retries on PostgreSQL", harness.pipe(Layer.provide(DatabaseTest.layer)))
