import * as PgClient from "@effect/sql-pg/PgClient"
import { Journal } from "@sluice/engine/journal/Journal"
import { callbackSuite } from "@sluice/engine/testing/JournalCallbackSuite"
import { cancelSuite } from "@sluice/engine/testing/JournalCancelSuite"
import { JournalHarness, suite } from "@sluice/engine/testing/JournalSuite"
import { takeoverSuite } from "@sluice/engine/testing/JournalTakeoverSuite"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const harness = Layer.effect(
  JournalHarness,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    // Without the harness's scope: a process ends with the scope that it was started in.
    const context = Context.make(SqlClient.SqlClient, sql).pipe(
      Context.add(PgClient.PgClient, yield* PgClient.PgClient)
    )
    return {
      start: Effect.map(
        Layer.build(Layer.fresh(JournalPg.layer())).pipe(Effect.provideContext(context)),
        Context.get(Journal)
      ),
      killAll: Effect.orDie(Effect.asVoid(sql`update workers set fenced = true`)),
      lost: Effect.map(
        Effect.orDie(sql<{ readonly id: string }>`select id from runs
          where state in ('running', 'waiting', 'compensating')
            and owner is null and due_at is null and held_for is null`),
        (rows) => rows.map(({ id }) => id)
      )
    }
  })
)

suite("Journal on PostgreSQL", harness.pipe(Layer.provide(DatabaseTest.layer)))
cancelSuite("Journal on PostgreSQL", harness.pipe(Layer.provide(DatabaseTest.layer)))
callbackSuite("Journal on PostgreSQL", harness.pipe(Layer.provide(DatabaseTest.layer)))
takeoverSuite("Journal on PostgreSQL", harness.pipe(Layer.provide(DatabaseTest.layer)))
