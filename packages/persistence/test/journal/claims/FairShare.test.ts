import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { entryOf, finished, newRun, submission } from "@sluice/engine/testing/JournalFixtures"
import { accepted, claims } from "@sluice/engine/testing/JournalSuite"
import { Clock, Context, Effect, Layer, Schedule, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { type Candidate, inTurns } from "../../../src/journal/claims/QueuedRuns.ts"
import * as JournalPg from "../../../src/journal/JournalPostgres.ts"
import { DatabaseTest } from "../../../src/testing/DatabaseTest.ts"

const start = (options: JournalPg.Options) =>
  Effect.gen(function*() {
    const clients = Context.make(SqlClient.SqlClient, yield* SqlClient.SqlClient).pipe(
      Context.add(PgClient.PgClient, yield* PgClient.PgClient)
    )
    const context = yield* Layer.build(Layer.fresh(JournalPg.layer(options))).pipe(Effect.provideContext(clients))
    return Context.get(context, Journal)
  })

const orderOf = (pipeline: string) => submission({}, { run: { ...newRun(), pipeline: { name: pipeline, version: 1 } } })

const many = (journal: Journal["Service"], pipeline: string, count: number) =>
  Effect.forEach(Array.from({ length: count }), () => journal.accept(orderOf(pipeline)), { concurrency: 64 })

const test = <E>(
  sentence: string,
  body: Effect.Effect<void, E, SqlClient.SqlClient | PgClient.PgClient | Scope.Scope>
) => it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

const candidate = (id: string, pipeline: string, order_id = id): Candidate => ({ id, order_id, pipeline })

describe("fair share", () => {
  test(
    "a burst of one pipeline is queued above its share, another pipeline's order starts at once, and the rest follows in turn",
    Effect.gen(function*() {
      const journal = yield* start({ inFlight: { perPipeline: 8, runs: 100, bytes: 1e9 } })
      for (let n = 0; n < 8; n++) yield* journal.accept(orderOf("burst"))
      const burst = yield* many(journal, "burst", 20)
      assert.isTrue(burst.every(({ _tag }) => _tag === "Queued"))
      yield* accepted(journal, orderOf("other"))
    })
  )

  test(
    "runs stored by a process that executes none are claimed in turns, however long one pipeline's queue is",
    Effect.gen(function*() {
      const front = yield* start({ executes: false })
      yield* many(front, "burst", 300)
      yield* many(front, "rare", 2)
      const worker = yield* start({})
      const first = yield* claims(worker, 4)
      assert.strictEqual(first.filter(({ pipeline }) => pipeline.name === "rare").length, 2)
    })
  )

  test(
    "a queued run is claimed as soon as it is announced, not with the next poll, and ended runs make room",
    Effect.gen(function*() {
      const worker = yield* start({ inFlight: { perPipeline: 1, runs: 100, bytes: 1e9 } })
      const front = yield* start({ executes: false })
      const runs = 40
      const begun = yield* Clock.currentTimeMillis
      yield* Effect.forkScoped(
        Effect.forEach(Array.from({ length: runs }), () => Effect.delay(front.accept(orderOf("p")), "10 millis"))
      )
      for (let n = 0; n < runs; n++) {
        const [run] = yield* claims(worker, 1)
        yield* worker.commit(entryOf(run!, finished))
      }
      // With a look a second it would take as many seconds; without, it takes one or two.
      assert.isBelow((yield* Clock.currentTimeMillis) - begun, runs * 900)
    })
  )

  test(
    "submissions are refused while the queue is full, and accepted again when it is not",
    Effect.gen(function*() {
      const front = yield* start({ executes: false, queueLimit: 5, queueCountEvery: "50 millis" })
      yield* many(front, "p", 8)
      const refused = yield* Effect.flip(
        Effect.repeat(front.accept(orderOf("p")), Schedule.spaced("50 millis"))
      )
      assert.strictEqual(refused._tag, "JournalFull")
      const sql = yield* SqlClient.SqlClient
      yield* sql`update runs set state = 'completed'`
      yield* Effect.retry(front.accept(orderOf("p")), Schedule.spaced("200 millis"))
    })
  )

  it("turns: one of each pipeline, then the second of each; no more than there is room, one for each order", () => {
    const found = [
      candidate("a1", "a"),
      candidate("a2", "a"),
      candidate("a3", "a"),
      candidate("b1", "b"),
      candidate("b2", "b", "a1")
    ]
    const ids = (room: number, roomOf: (pipeline: string) => number = () => 9) =>
      inTurns(found, room, roomOf).map(({ id }) => id)
    assert.deepStrictEqual(ids(9), ["a1", "b1", "a2", "a3"])
    assert.deepStrictEqual(ids(3), ["a1", "b1", "a2"])
    assert.deepStrictEqual(ids(9, (pipeline) => pipeline === "a" ? 1 : 9), ["a1", "b1"])
  })
})
