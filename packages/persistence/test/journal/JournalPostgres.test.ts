import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { callbackSuite } from "@sluice/engine/testing/JournalCallbackSuite"
import { cancelSuite } from "@sluice/engine/testing/JournalCancelSuite"
import { entryOf, nextId, submission } from "@sluice/engine/testing/JournalFixtures"
import { accepted, JournalHarness, suite } from "@sluice/engine/testing/JournalSuite"
import { takeoverSuite } from "@sluice/engine/testing/JournalTakeoverSuite"
import { Clock, Context, Effect, Layer } from "effect"
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

it.live("an answer to a callback URL is not late because the clock of the process that takes it has jumped ahead", () =>
  Effect.gen(function*() {
    const { start } = yield* JournalHarness
    const journal = yield* start
    const now = yield* Clock.currentTimeMillis
    const run = yield* accepted(journal, submission())
    const token = nextId()
    yield* journal.issueToken({ token, runId: run.runId, index: 0, attempt: 1, deadline: now + 60_000 })
    const wait = { index: 0, request: 0, attempt: 2, dueAt: now + 60_000, callback: "step0" }
    yield* journal.release({ ...entryOf(run, { state: "waiting" }), wait })
    const answer = { headers: {}, body: new Uint8Array(), fingerprint: new Uint8Array(32), at: now + 3_600_000 }
    assert.strictEqual((yield* journal.takeCallback(token, answer))._tag, "Taken")
  }).pipe(Effect.scoped, Effect.provide(harness.pipe(Layer.provide(DatabaseTest.layer)))))
