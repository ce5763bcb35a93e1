/** Turns at limited partners on PostgreSQL, of two processes. Contract: section 7, `/v1/partners`. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Journal } from "@sluice/engine/journal/Journal"
import { Settings } from "@sluice/engine/settings/Settings"
import { entryOf, newRun, submission } from "@sluice/engine/testing/JournalFixtures"
import { claims } from "@sluice/engine/testing/JournalSuite"
import { type PartnerLimits, PartnerTurns } from "@sluice/http-client/internal/PartnerTurns"
import { Clock, Context, Effect, Fiber, Layer, Schedule, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import * as PartnerTurnsPg from "../../src/partners/PartnerTurnsPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const host = "partner.example"

const limitsStored = Effect.fnUntraced(function*({ maxConcurrent, paused, ratePerSecond }: PartnerLimits) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into partner_limits (host, max_concurrent, rate_per_second, paused)
    values (${host}, ${maxConcurrent ?? null}::int4, ${ratePerSecond ?? null}::float8, ${paused})`
})

/** The turns of a process of its own; `current` gives the limits as they are, `undefined` once they are lifted. */
const process = Effect.fnUntraced(function*(
  limits: PartnerLimits,
  current: () => PartnerLimits | undefined = () => limits
) {
  const partners = () => {
    const now = current()
    return new Map(now === undefined ? [] : [[host, now] as const])
  }
  const settings = Settings.of({
    current: () => ({
      pipelines: [],
      connectors: [],
      authProviders: [],
      partners: partners(),
      secrets: []
    }),
    pipeline: () => Effect.undefined
  })
  const context = yield* Layer.build(Layer.fresh(PartnerTurnsPg.layer)).pipe(
    Effect.provideService(Settings, settings)
  )
  return Context.get(context, PartnerTurns)
})

const test = <E>(
  sentence: string,
  body: Effect.Effect<void, E, SqlClient.SqlClient | PgClient.PgClient | Scope.Scope>
) => it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

/** Makes requests of 20 ms on two processes, each again where its turn was not near, and notes when they begin. */
const requests = Effect.fnUntraced(function*(limits: PartnerLimits, count: number) {
  yield* limitsStored(limits)
  const processes = yield* Effect.all([process(limits), process(limits)])
  const since = performance.now()
  const begun: Array<number> = []
  let [open, most] = [0, 0]
  const one = (n: number) =>
    Effect.acquireUseRelease(
      processes[n % 2]!.take({ host, line: `line ${n % 3}`, released: n % 5 > 0 }),
      ({ begin }) =>
        Effect.andThen(
          begin,
          Effect.suspend(() => {
            begun.push(performance.now())
            most = Math.max(most, ++open)
            return Effect.ensuring(Effect.sleep("20 millis"), Effect.sync(() => open--))
          })
        ),
      ({ end }) => end
    )
  yield* Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) => Effect.retry(one(n), Schedule.spaced("10 millis")),
    { concurrency: "unbounded", discard: true }
  )
  return { begun: begun.map((at) => at - since), most }
})

/** Two processes, of which `a` has the only turn of the host. */
const oneOfTwoHasTheTurn = Effect.gen(function*() {
  const limits = { maxConcurrent: 1, paused: false }
  yield* limitsStored(limits)
  const [a, b] = yield* Effect.all([process(limits), process(limits)])
  const request = { host, line: "p", released: true }
  return { a, b, request, turn: yield* a.take(request) }
})

describe("turns of two processes", () => {
  test(
    "never exceed the places of a partner, and all requests have their turns",
    Effect.gen(function*() {
      const { begun, most } = yield* requests({ maxConcurrent: 3, paused: false }, 60)
      assert.lengthOf(begun, 60)
      assert.isAtMost(most, 3)
    })
  )

  test(
    "never exceed the rate of a partner in any span of a second",
    Effect.gen(function*() {
      const { begun, most } = yield* requests({ ratePerSecond: 25, maxConcurrent: 4, paused: false }, 60)
      assert.lengthOf(begun, 60)
      assert.isAtMost(most, 4)
      for (const [n, at] of begun.entries()) {
        // A busy machine makes requests late, and none before its turn.
        assert.isAtLeast(at, n * 40 - 5, `request ${n}`)
        const later = begun[n + 25]
        if (globalThis.process.env["STRICT_TIMES"] === "1" && later !== undefined) {
          assert.isAbove(later - at, 1000, `requests ${n} to ${n + 25}`)
        }
      }
    })
  )

  test(
    "are given back by requests that are interrupted while they wait",
    Effect.gen(function*() {
      const { a, b, request, turn } = yield* oneOfTwoHasTheTurn
      const waiting = yield* Effect.forkChild(a.take(request))
      yield* Effect.sleep("60 millis")
      yield* Fiber.interrupt(waiting)
      yield* turn.end
      const next = yield* Effect.retry(b.take(request), Schedule.spaced("10 millis"))
      yield* next.end
    })
  )
})

describe("requests that wait for a turn", () => {
  test(
    "begin at once when the limits are lifted",
    Effect.gen(function*() {
      let limits: PartnerLimits | undefined = { maxConcurrent: 1, paused: false }
      yield* limitsStored(limits)
      const turns = yield* process(limits, () => limits)
      const request = { host, line: "p", released: true }
      const first = yield* turns.take(request)
      const waiting = yield* Effect.all([turns.take(request), turns.take(request)], { concurrency: "unbounded" }).pipe(
        Effect.forkChild
      )
      yield* Effect.sleep("60 millis")
      assert.isUndefined(waiting.pollUnsafe())
      limits = undefined
      const taken = yield* Fiber.join(waiting)
      for (const { begin, end } of taken) yield* Effect.andThen(begin, end)
      yield* first.end
    })
  )

  test(
    "are not counted as waiting once they were put off, so that no fewer runs are released for them",
    Effect.gen(function*() {
      const { b, request, turn } = yield* oneOfTwoHasTheTurn
      const put = yield* Effect.all(Array.from({ length: 16 }, () => Effect.flip(b.take(request))), {
        concurrency: "unbounded"
      })
      assert.isTrue(put.every(({ message }) => message.endsWith("is limited to 1 requests at once")))
      const sql = yield* SqlClient.SqlClient
      const queued = Effect.map(
        sql<{ readonly n: number }>`select coalesce(sum(queued), 0)::int4 as n from partner_turns`,
        ([row]) => row?.n
      )
      yield* Effect.repeat(queued, { until: (n) => n === 0, schedule: Schedule.spaced("10 millis") }).pipe(
        Effect.timeout("5 seconds")
      )
      yield* turn.end
    })
  )
})

describe("runs that wait for a turn", () => {
  test(
    "are released and claimed oldest first once the partner is resumed",
    Effect.gen(function*() {
      const clients = Context.make(SqlClient.SqlClient, yield* SqlClient.SqlClient).pipe(
        Context.add(PgClient.PgClient, yield* PgClient.PgClient)
      )
      const context = yield* Layer.build(Layer.fresh(JournalPg.layer({}))).pipe(Effect.provideContext(clients))
      const journal = Context.get(context, Journal)
      yield* limitsStored({ paused: true })
      const held: Array<string> = []
      const wait = {
        index: 0,
        request: 0,
        attempt: 1,
        dueAt: yield* Clock.currentTimeMillis,
        heldFor: host,
        turn: "waits"
      }
      for (let n = 0; n < 24; n++) {
        const run = { ...newRun(), pipeline: { name: "p", version: 1 } }
        const intake = yield* journal.accept(submission({}, { run }))
        if (intake._tag !== "Accepted") return assert.fail(intake._tag)
        held.push(intake.run.runId)
        yield* journal.release({ ...entryOf(intake.run, { state: "waiting" }), wait })
      }
      const sql = yield* SqlClient.SqlClient
      // By its place in the table, the youngest would come first.
      for (const id of held.toReversed()) yield* sql`update runs set reason = 'waits' where id = ${id}::uuid`
      yield* Effect.sleep("100 millis")
      const [due] = yield* sql<{ readonly n: number }>`select count(*)::int4 as n from runs where held_for is null`
      assert.strictEqual(due?.n, 0)
      yield* sql`update partner_limits set paused = false, max_concurrent = 50`
      const claimed = yield* claims(journal, held.length)
      assert.deepStrictEqual(claimed.map(({ runId }) => runId), held)
    })
  )
})
