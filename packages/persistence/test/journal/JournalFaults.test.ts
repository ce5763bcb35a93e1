/** Faults that happened on PostgreSQL: each test reproduces the one that a rule of the journal prevents. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { type ClaimedRun, Journal } from "@sluice/engine/journal/Journal"
import {
  entryOf,
  fingerprint,
  finished,
  newRun,
  nextId,
  noon,
  record,
  stepAt,
  submission,
  writeOn
} from "@sluice/engine/testing/JournalFixtures"
import { accepted, claims } from "@sluice/engine/testing/JournalSuite"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Schedule, type Scope, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { fence } from "../../src/journal/claims/RunClaimer.ts"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import { RunChanges } from "../../src/journal/RunChanges.ts"
import * as Database from "../../src/schema/Database.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import * as Retention from "../../src/upkeep/Retention.ts"
import * as Proxy from "../Proxy.ts"

/** A process on the pool that is provided. */
const process = (options?: JournalPg.Options) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const client = yield* PgClient.PgClient
    const clients = Context.make(SqlClient.SqlClient, sql).pipe(Context.add(PgClient.PgClient, client))
    return yield* Layer.build(Layer.fresh(JournalPg.layer(options))).pipe(Effect.provideContext(clients))
  })

const start = (options?: JournalPg.Options) => Effect.map(process(options), Context.get(Journal))

/** A process whose every connection goes through a proxy. */
const startBehind = (proxy: Proxy.Proxy) =>
  Effect.gen(function*() {
    const clients = yield* Layer.build(Database.layerPool({ url: proxy.url, connectTimeout: "1 second" }))
    return yield* Effect.provideContext(start(), clients)
  })

const proxied = Effect.gen(function*() {
  const { url } = yield* DatabaseTest
  const proxy = yield* Proxy.make(url)
  return { proxy, journal: yield* startBehind(proxy) }
})

const test = <E>(
  sentence: string,
  body: Effect.Effect<void, E, DatabaseTest | SqlClient.SqlClient | PgClient.PgClient | Scope.Scope>
) => it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

// Where seconds are promised, ten times as many are allowed: the machine may be that slow, and what hangs is found.

/** Looks again and again until it is so. */
const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("10 millis") })

const count = (table: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.map(
      sql.unsafe<{ readonly n: number }>(`select count(*)::int4 as n from ${table}`),
      ([row]) => row?.n ?? -1
    ))

/** A transaction of another process that stays open until it is told how to end. */
const openTransaction = Effect.fnUntraced(function*(statement: string) {
  const sql = yield* SqlClient.SqlClient
  const begun = yield* Deferred.make<void>()
  const end = yield* Deferred.make<void, "rollback">()
  const fiber = yield* Effect.forkScoped(sql.withTransaction(
    Effect.andThen(
      sql.unsafe(statement),
      Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(end))
    )
  ))
  yield* Deferred.await(begun)
  return {
    commit: Effect.andThen(Deferred.succeed(end, undefined), Fiber.join(fiber)),
    rollback: Effect.andThen(Deferred.fail(end, "rollback"), Fiber.await(fiber))
  }
})

const somebodyWaits = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) =>
    until(Effect.map(sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'`, (rows) => rows.length > 0))
)

describe("the lease", () => {
  test(
    "a write that meets an uncommitted fence waits for it, and then stores nothing",
    Effect.gen(function*() {
      const journal = yield* start()
      const run = yield* accepted(journal, submission())
      const fencing = yield* openTransaction("update workers set fenced = true")
      const written = yield* Effect.forkChild(
        Effect.flip(journal.commit(entryOf(run, { step: stepAt(0), ...finished })))
      )
      yield* somebodyWaits
      yield* fencing.commit
      assert.strictEqual((yield* Fiber.join(written))._tag, "Fenced")
      assert.strictEqual(yield* count("steps"), 0)
      assert.strictEqual(yield* journal.state(run.runId), "running")
    })
  )

  test(
    "a worker whose statement is being stored is not fenced, even if its lease has expired",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into workers (id, alive_until) values (gen_random_uuid(), now() - interval '1 s')`
      for (const lock of ["key share", "no key update"]) {
        const storing = yield* openTransaction(`select id from workers where not fenced for ${lock}`)
        yield* sql.unsafe(fence)
        assert.strictEqual(yield* count("workers where not fenced"), 1)
        yield* storing.rollback
      }
      yield* sql.unsafe(fence)
      assert.strictEqual(yield* count("workers where not fenced"), 0)
    })
  )

  test(
    "a process that was disconnected for too long drops its runs and registers again",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* start()
      const run = yield* accepted(journal, submission())
      yield* sql`update workers set fenced = true`
      assert.strictEqual((yield* Effect.flip(journal.commit(entryOf(run, finished))))._tag, "Fenced")
      const next = yield* accepted(journal, submission())
      assert.isTrue(journal.maySend(next))
      assert.isFalse(journal.maySend(run))
      const [taken] = yield* claims(journal, 1)
      assert.deepStrictEqual([taken?.runId, taken?.takenOver], [run.runId, true])
    })
  )

  test(
    "the runs of a process that fell silent are taken over within ten seconds",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      const run = yield* accepted(journal, submission())
      proxy.cut()
      const heir = yield* start()
      const taken = yield* Effect.timeout(claims(heir, 1), "100 seconds")
      assert.strictEqual(taken[0]?.runId, run.runId)
      assert.isFalse(journal.maySend())
      proxy.mend()
      assert.strictEqual((yield* Effect.flip(journal.commit(entryOf(run, finished))))._tag, "Fenced")
    })
  )
})

describe("a lost reply", () => {
  test(
    "leaves a write stored exactly once",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      yield* accepted(journal, submission())
      proxy.loseNextAnswer()
      const run = yield* accepted(journal, submission({ externalId: "lost" }, { fingerprint: fingerprint(1) }))
      const document = yield* journal.document(run.orderId)
      const line = { at: "2026-11-22T16:00:00Z", operation: "StatusChanged", message: "once", source: "pipeline" }
      proxy.loseNextAnswer()
      const entry = entryOf(run, { write: writeOn(document, { status: "Sent" }), history: [line], ...finished })
      const end = yield* journal.commit(entry)
      assert.deepStrictEqual(end, { _tag: "Committed", version: 2, ended: "completed" })
      const counts = yield* Effect.all([count("orders"), count("order_versions"), count("order_history")])
      assert.deepStrictEqual(counts, [2, 3, 1])
    })
  )

  test(
    "to a step's end continues from the stored version, even if the order was changed meanwhile",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      const other = yield* start()
      const run = yield* accepted(journal, submission())
      proxy.holdAnswers()
      const written = yield* Effect.forkChild(journal.commit(entryOf(run, { step: stepAt(0) })))
      yield* until(Effect.map(count("steps"), (n) => n === 1))
      const document = yield* other.document(run.orderId)
      yield* other.edit(run.orderId, writeOn(document, { status: "Changed" }), [])
      proxy.cut()
      proxy.releaseAnswers()
      proxy.mend()
      // What a takeover would start the next step from.
      assert.deepStrictEqual(yield* Fiber.join(written), { _tag: "Committed", version: 1 })
    })
  )

  test(
    "to a statement that arrives late does not store it twice",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      const run = yield* accepted(journal, submission())
      const line = { at: "2026-11-22T16:00:00Z", operation: "Noted", message: "once", source: "pipeline" }
      proxy.holdRequests()
      const written = yield* Effect.forkChild(journal.commit(entryOf(run, { history: [line] })))
      yield* until(Effect.sync(() => proxy.hangUpHeld() > 0))
      assert.strictEqual((yield* Fiber.join(written))._tag, "Committed")
      proxy.deliverHeld()
      yield* until(Effect.sync(() => proxy.lateAnswers() > 0))
      assert.strictEqual((yield* journal.commit(entryOf(run, finished)))._tag, "Committed")
      assert.strictEqual(yield* count("order_history"), 1)
    })
  )

  test(
    "to an order that was answered 503 starts its run as soon as it is found stored",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      yield* accepted(journal, submission())
      proxy.holdAnswers()
      const given = submission()
      const refused = yield* Effect.timeout(Effect.flip(journal.accept(given)), "50 seconds")
      assert.strictEqual(refused._tag, "JournalUnavailable")
      proxy.releaseAnswers()
      const [run] = yield* claims(journal, 1)
      assert.deepStrictEqual([run?.runId, run?.takenOver], [given.run.runId, false])
      assert.strictEqual((yield* journal.commit(entryOf(run as ClaimedRun, finished)))._tag, "Committed")
    })
  )
})

describe("an unavailable database", () => {
  test(
    "makes commits wait, and submissions fail within five seconds, or at once if too many wait",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      const run = yield* accepted(journal, submission())
      proxy.cut()
      const written = yield* Effect.forkChild(journal.commit(entryOf(run, finished)))
      const refused = yield* Effect.timeout(
        Effect.all(Array.from({ length: 5000 }, () => Effect.flip(journal.accept(submission()))), {
          concurrency: "unbounded"
        }),
        "50 seconds"
      )
      assert.deepStrictEqual(new Set(refused.map(({ _tag }) => _tag)), new Set(["JournalFull", "JournalUnavailable"]))
      proxy.mend()
      assert.strictEqual((yield* Fiber.join(written))._tag, "Committed")
      yield* journal.awaitLease
      assert.isTrue(journal.maySend())
      assert.strictEqual(yield* count("orders"), 1)
    })
  )

  test(
    "lets 64 MiB wait, and refuses more at once",
    Effect.gen(function*() {
      const { journal, proxy } = yield* proxied
      yield* accepted(journal, submission())
      proxy.cut()
      const large = Array.from({ length: 16 }, () => submission({ note: "x".repeat(8_000_000) }))
      const refused = yield* Effect.forEach(large, (each) => Effect.flip(journal.accept(each)), {
        concurrency: "unbounded"
      })
      // Eight, and what a flush has in its hands.
      const waited = refused.filter(({ _tag }) => _tag === "JournalUnavailable").length
      assert.isAtLeast(waited, 8)
      assert.isAtMost(waited, 10)
      assert.lengthOf(refused.filter(({ _tag }) => _tag === "JournalFull"), large.length - waited)
      proxy.mend()
    })
  )
})

/** A submission that takes `key`; `n` places it among the others of its flush, which are sorted by id. */
const take = (journal: Journal["Service"], key: string, n: number) =>
  journal.accept(
    submission({ id: String(n).padStart(4, "0") + nextId(), externalId: key }, { fingerprint: fingerprint(1) })
  )

describe("a flush", () => {
  test(
    "with a bad row fails for that row alone",
    Effect.gen(function*() {
      const journal = yield* start()
      const bad = submission({}, { run: { ...newRun(), shipmentId: "\u0000" } })
      const good = submission()
      const [refused, stored] = yield* Effect.all(
        [Effect.exit(journal.accept(bad)), Effect.exit(journal.accept(good))],
        {
          concurrency: "unbounded"
        }
      )
      assert.isTrue(Exit.hasDies(refused))
      assert.isTrue(Exit.isSuccess(stored))
    })
  )

  test(
    "does not wait for a key that another process is storing",
    Effect.gen(function*() {
      const journal = yield* start()
      const taking = yield* openTransaction(
        `insert into orders (id, order_type, status, version, created_at, updated_at, event_id, run_id, external_key)
         values ('theirs', 'X', 'New', 1, now(), now(), gen_random_uuid(), gen_random_uuid(), 'taken')`
      )
      const waiting = yield* Effect.forkChild(accepted(journal, submission({ externalId: "taken" })))
      yield* Effect.all(Array.from({ length: 20 }, () => accepted(journal, submission())), { concurrency: "unbounded" })
      assert.isUndefined(waiting.pollUnsafe())
      yield* taking.rollback
      yield* Fiber.join(waiting)
    })
  )

  test(
    "with a value that cannot be encoded fails for that write alone",
    Effect.gen(function*() {
      const journal = yield* start()
      const runs = [yield* accepted(journal, submission()), yield* accepted(journal, submission())] as const
      const [refused, stored] = yield* Effect.all([
        Effect.exit(journal.commit(entryOf(runs[0], { step: stepAt(0, { output: 1n as never }) }))),
        Effect.exit(journal.commit(entryOf(runs[1], { step: stepAt(0) })))
      ], { concurrency: "unbounded" })
      assert.isTrue(Exit.hasDies(refused))
      assert.isTrue(Exit.isSuccess(stored))
    })
  )

  test(
    "that meets another process's flush of the same keys in reverse order stores one order per key",
    Effect.gen(function*() {
      const [a, b] = [yield* start(), yield* start()]
      const keys = Array.from({ length: 200 }, (_, i) => `k${i}`)
      const answers = yield* Effect.all(
        keys.flatMap((key, i) => [take(a, key, i), take(b, key, 1000 - i)]),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        [
          answers.filter(({ _tag }) => _tag === "Accepted").length,
          answers.filter(({ _tag }) => _tag === "Repeated").length
        ],
        [200, 200]
      )
      assert.strictEqual(yield* count("orders"), 200)
    })
  )

  test(
    "stores documents of a megabyte one by one, and small ones beside them",
    Effect.gen(function*() {
      const journal = yield* start()
      const large = Array.from({ length: 12 }, () => submission({ note: "x".repeat(1_100_000) }))
      const small = Array.from({ length: 200 }, () => submission())
      const runs = yield* Effect.all([...large, ...small].map((each) => accepted(journal, each)), {
        concurrency: "unbounded"
      })
      const body = { status: 200, headers: {}, body: new Uint8Array(1_048_576) }
      yield* Effect.all(
        runs.slice(0, 6).map((run) =>
          journal.commit(entryOf(run, { callouts: [{ index: 0, record: record({ response: body }) }], ...finished }))
        ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([yield* count("orders"), yield* count("callouts")], [212, 6])
    })
  )
})

describe("an order", () => {
  test(
    "loses none of its concurrent changes",
    Effect.gen(function*() {
      const [a, b] = [yield* start(), yield* start()]
      const run = yield* accepted(a, submission({ tags: [] }))
      /** Reads, merges and writes until no other writer was faster. */
      const tagged = (tag: string, by: Journal["Service"], inRun: boolean) =>
        Effect.gen(function*() {
          for (;;) {
            const document = yield* by.document(run.orderId)
            const write = writeOn(document, { tags: [...document.order["tags"] as Array<string>, tag] })
            const done = inRun ? yield* by.commit(entryOf(run, { write })) : yield* by.edit(run.orderId, write, [])
            if (done._tag === "Committed") return
          }
        })
      const tags = Array.from({ length: 24 }, (_, i) => `t${i}`)
      yield* Effect.all(tags.map((tag, i) => tagged(tag, i % 2 === 0 ? a : b, i % 4 === 0)), {
        concurrency: "unbounded"
      })
      const { order } = yield* a.document(run.orderId)
      assert.deepStrictEqual([(order["tags"] as Array<string>).toSorted(), order.version], [tags.toSorted(), 25])
    })
  )

  test(
    "has its runs one after the other, oldest first, although many processes start them at once",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journals = [yield* start(), yield* start()]
      const first = yield* accepted(journals[0] as Journal["Service"], submission())
      const runs = Array.from({ length: 12 }, newRun)
      for (const journal of journals) {
        yield* Effect.forkScoped(Stream.runForEach(journal.claimed, (run) => journal.commit(entryOf(run, finished))))
      }
      yield* Effect.all(
        runs.map((run, i) => (journals[i % 2] as Journal["Service"]).reprocess({ orderId: first.orderId, run })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(yield* count("runs where state <> 'queued'"), 1)
      yield* (journals[0] as Journal["Service"]).commit(entryOf(first, finished))
      yield* until(Effect.map(count("runs where state = 'completed'"), (n) => n === 13))
      const inOrder = yield* sql<{ readonly id: string }>`select id from runs where id <> ${first.runId}::uuid
        order by started_at, id`
      assert.deepStrictEqual(inOrder.map(({ id }) => id), runs.map(({ runId }) => runId))
    })
  )
})

/** More than one batch of them. */
const callouts = () => Array.from({ length: 600 }, () => ({ index: 0, record: record() }))

describe("beside the journal", () => {
  test(
    "a process without the role worker leaves its runs to one that has it",
    Effect.gen(function*() {
      const api = yield* start({ executes: false })
      const given = submission()
      assert.strictEqual((yield* api.accept(given))._tag, "Queued")
      const [run] = yield* claims(yield* start(), 1)
      assert.deepStrictEqual([run?.runId, run?.startVersion, run?.takenOver], [given.run.runId, 1, false])
    })
  )

  test(
    "watchers of a run are notified of each commit",
    Effect.gen(function*() {
      const services = yield* process()
      const [journal, changes] = [Context.get(services, Journal), Context.get(services, RunChanges)]
      const run = yield* accepted(journal, submission())
      const told = yield* Deferred.make<void>()
      yield* Effect.forkScoped(
        Stream.runForEach(changes.subscribe(run.runId), () => Deferred.succeed(told, undefined))
      )
      yield* Effect.yieldNow
      yield* journal.commit(entryOf(run, { step: stepAt(0) }))
      yield* Deferred.await(told)
    })
  )

  test(
    "records of runs that ended before the retention time are deleted, and no others",
    Effect.gen(function*() {
      const journal = yield* start()
      const [old, open, young] = [
        yield* accepted(journal, submission()),
        yield* accepted(journal, submission()),
        yield* accepted(journal, submission())
      ]
      yield* journal.commit(entryOf(old, { callouts: callouts(), ...finished }))
      yield* journal.commit(entryOf(open, { callouts: callouts() }))
      const late = { finish: { ...finished.finish, at: noon + 60_000 } }
      yield* journal.commit(entryOf(young, { callouts: callouts(), ...late }))
      assert.strictEqual(yield* Retention.forget(noon + 30_000), 600)
      assert.strictEqual(yield* count("callouts"), 1200)
    })
  )
})
