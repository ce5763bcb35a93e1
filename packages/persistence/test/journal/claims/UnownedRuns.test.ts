import { assert, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { submission } from "@sluice/engine/testing/JournalFixtures"
import { accepted } from "@sluice/engine/testing/JournalSuite"
import { Clock, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as UnownedRuns from "../../../src/journal/claims/UnownedRuns.ts"
import * as JournalPg from "../../../src/journal/JournalPostgres.ts"
import * as Lease from "../../../src/journal/lease/Lease.ts"
import { DatabaseTest } from "../../../src/testing/DatabaseTest.ts"

/** The same worker, which has forgotten what it holds. */
const forgetful = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [worker] = yield* sql<{ readonly id: string }>`select id from workers where not fenced`
  const lease = yield* Lease.make()
  lease.registered(worker?.id ?? "", (yield* Clock.Clock).monotonicTimeNanosUnsafe())
  return lease
})

it.effect("a run that this process owns but does not execute is uncertain once one worker has found it twice", () =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const held = yield* accepted(journal, submission())
    const stray = yield* accepted(journal, submission())
    const lease = yield* forgetful
    const look = yield* UnownedRuns.make(lease)
    lease.hold(held.runId, { pipeline: "p", bytes: 0 })
    const doubts: Array<ReadonlyArray<string>> = []
    for (let looks = 0; looks < 2; looks++) {
      yield* TestClock.adjust("20 seconds")
      yield* look
      doubts.push([...lease.doubtful.keys()])
    }
    assert.deepStrictEqual(doubts, [[], [stray.runId]])
    assert.deepStrictEqual([...lease.doubtful.values()], [{ takenOver: true }])
    lease.lost()
    lease.registered("00000000-0000-7000-8000-000000000001", (yield* Clock.Clock).monotonicTimeNanosUnsafe())
    for (let looks = 0; looks < 2; looks++) {
      yield* TestClock.adjust("20 seconds")
      yield* look
    }
    assert.strictEqual(lease.doubtful.size, 0)
  }).pipe(Effect.provide(JournalPg.layer().pipe(Layer.provideMerge(DatabaseTest.layer)))))
