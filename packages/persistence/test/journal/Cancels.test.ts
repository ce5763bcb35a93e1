/** Faults of cancels on PostgreSQL: cancels in the middle of a statement, and the cost of looking for them. */
import { assert, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, noon, submission, writeOn } from "@sluice/engine/testing/JournalFixtures"
import { accepted } from "@sluice/engine/testing/JournalSuite"
import { Effect, Fiber, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { anyCancelled } from "../../src/journal/claims/Cancels.ts"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const layer = JournalPg.layer().pipe(Layer.provideMerge(DatabaseTest.layer))

it.live("a cancel that is committed while the end waits for it wins, and the status is not set", () =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const sql = yield* SqlClient.SqlClient
    const given = submission()
    const run = yield* accepted(journal, given)
    const write = writeOn(given.document, { status: "Done" })
    const waiting = sql<{ readonly there: boolean }>`
      select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%with me as%') as there`
    const committing = yield* sql.withTransaction(Effect.gen(function*() {
      yield* sql`update runs set cancel_requested = true, reason = 'now' where id = ${run.runId}::uuid`
      const fiber = yield* Effect.forkDetach(journal.commit(entryOf(run, { ...finished, write })))
      yield* Effect.repeat(waiting, { until: ([row]) => row?.there === true, schedule: Schedule.spaced("5 millis") })
      return fiber
    }))
    const stored = yield* Fiber.join(committing)
    assert.deepStrictEqual(stored, { _tag: "Stale", version: 1, cancel: { reason: "now", compensate: false } })
    assert.strictEqual((yield* journal.document(run.orderId)).order.status, "New")
  }).pipe(Effect.provide(layer)))

it.live("looking for cancels reads an index that holds nothing but cancels", () =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const sql = yield* SqlClient.SqlClient
    const { runId } = yield* accepted(journal, submission())
    yield* journal.cancel(runId, { reason: "now", compensate: false }, noon)
    const me = yield* sql<{ readonly owner: string }>`select owner from runs where id = ${runId}::uuid`
    const plan = yield* sql.withTransaction(
      Effect.andThen(
        sql`set local enable_seqscan = off`,
        sql.unsafe<{ readonly "QUERY PLAN": string }>(
          `explain select exists (${anyCancelled.replace("$1", `'${me[0]?.owner}'::uuid`)})`
        )
      )
    )
    assert.include(plan.map((row) => row["QUERY PLAN"]).join("\n"), "runs_cancelling")
  }).pipe(Effect.provide(layer)))
