/**
 * One row that cannot be written or read must not lose its batch: for every statement that writes or reads many rows a
 * planted one, and what has to become of the others. A trigger stands for any reason for which a row may be refused.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { type ClaimedDelivery, DeliveryStore, type Settlement } from "@sluice/delivery/DeliveryStore"
import { Next } from "@sluice/delivery/internal/Judgement"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Jobs } from "@sluice/engine/internal/jobs/Jobs"
import { type ClaimedRun, Journal } from "@sluice/engine/journal/Journal"
import { PartnerBreaker } from "@sluice/engine/partners/PartnerBreaker"
import { entryOf, finished, nextId, noon, record, stepAt, submission } from "@sluice/engine/testing/JournalFixtures"
import { Effect, Exit, Layer, Logger, Schedule, Stream } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import * as DeliveryStorePg from "../../src/deliveries/DeliveryStorePostgres.ts"
import { Replays } from "../../src/deliveries/Replays.ts"
import * as JournalPg from "../../src/journal/JournalPostgres.ts"
import type { DeliverySignal } from "../../src/outbox/DeliverySignal.ts"
import { Events } from "../../src/outbox/Events.ts"
import * as JobsPg from "../../src/retries/JobsPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"
import { check } from "../../src/upkeep/Completeness.ts"
import * as Retention from "../../src/upkeep/Retention.ts"
import { submit } from "../RunFixtures.ts"

const layer = Layer.mergeAll(DeliveryStorePg.layer, Events.layer, Replays.layer, JobsPg.layer).pipe(
  Layer.provideMerge(JournalPg.layer()),
  Layer.provideMerge(DatabaseTest.layer)
)

type Services =
  | DeliveryStore
  | Events
  | Replays
  | Jobs
  | Journal
  | PartnerBreaker
  | DeliverySignal
  | PgClient
  | SqlClient.SqlClient

const test = <E>(sentence: string, body: Effect.Effect<void, E, Services>) =>
  it.live(sentence, () => body.pipe(Effect.provide(Layer.provideMerge(layer, Logger.layer([])))))

/** Rows of `table` for which `condition` holds are refused. */
const refuse = Effect.fnUntraced(function*(table: string, event: string, condition: string) {
  const sql = yield* SqlClient.SqlClient
  const name = `refuse_${table}`
  const row = event === "delete" ? "old" : "new"
  yield* sql.unsafe(`create function ${name}() returns trigger language plpgsql as $$ begin
    if ${condition.replaceAll("row.", `${row}.`)} then raise exception 'refused' using errcode = '22000'; end if;
    return ${row}; end $$`)
  yield* sql.unsafe(`create trigger ${name} before ${event} on ${table} for each row execute function ${name}()`)
})

const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("10 millis") })

const columnOf = Effect.fnUntraced(function*(query: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<{ readonly value: unknown }>(query)
  return rows.map(({ value }) => value)
})

const subscribe = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into webhook_endpoints (id, version, document, types)
    values (${id}, 1, '{"url":"https://x.example","types":["*"]}',
      '{order.submitted,customer.created,address.added}')`
})

const report = Effect.fnUntraced(function*(count: number) {
  const events = yield* Events
  const ids = Array.from({ length: count }, () => SecureRandom.uuidV7Unsafe())
  yield* Effect.forEach(ids, (id) => events.store({ id, type: "address.added", createdAt: noon, body: "{}" }))
  return ids
})

const claim = Effect.gen(function*() {
  const store = yield* DeliveryStore
  return (yield* store.claim({ room: new Map(), otherwise: 1000, total: 1000 })).deliveries
})

const attempted = (next: Next, attempt: object = {}) =>
  ({
    _tag: "Attempted",
    attempt: { number: 1, startedAt: noon, durationMs: 1, ...attempt },
    next
  }) as Settlement

/** Settles them with one statement: the writer takes what waits while the first one is being stored. */
const settleAll = (settlements: ReadonlyArray<readonly [ClaimedDelivery | undefined, Settlement]>) =>
  Effect.flatMap(
    DeliveryStore,
    (store) =>
      Effect.forEach(settlements, ([delivery, one]) =>
        delivery === undefined ? Effect.void : store.settle(delivery, one), {
        concurrency: "unbounded"
      })
  )

const incompressible = (bytes: number) => randomBytes(bytes).toString("base64url")

describe("results of deliveries", () => {
  /** The planted results, and the state in which each ends; the others are delivered. */
  const planted: ReadonlyArray<readonly [string, Settlement, state: string, code: string | null]> = [
    [
      "a retry after the longest wait that a schedule allows",
      attempted(Next.Retry({ afterMs: 36 * 86_400_000 })),
      "pending",
      null
    ],
    ["a wait that no time can hold", attempted(Next.Retry({ afterMs: 1e300 })), "pending", "unrecordable"],
    ["a wait that is no number", attempted(Next.Retry({ afterMs: Number.NaN })), "pending", "unrecordable"],
    [
      "a NUL in what went wrong",
      attempted(Next.Exhausted(), { error: { code: "reset", message: "\0" } }),
      "exhausted",
      "reset"
    ],
    [
      "half a surrogate pair",
      attempted(Next.Exhausted(), { error: { code: "reset", message: "\ud800" } }),
      "exhausted",
      "reset"
    ]
  ]
  for (const [what, settlement, state, code] of planted) {
    test(
      `${what} loses no other delivery's result, and is itself recorded`,
      Effect.gen(function*() {
        yield* subscribe("a")
        yield* report(8)
        const deliveries = yield* claim
        assert.lengthOf(deliveries, 8)
        yield* settleAll(deliveries.map((one, i) => [one, i === 3 ? settlement : attempted(Next.Delivered())]))
        const states = yield* columnOf("select state as value from deliveries order by seq")
        assert.deepStrictEqual(states, deliveries.map((_, i) => i === 3 ? state : "delivered"))
        const records = yield* columnOf(`select record as value from delivery_attempts a
          join deliveries d on d.id = a.delivery_id order by d.seq`)
        assert.lengthOf(records, 8)
        const { error } = JSON.parse(records[3] as string)
        assert.strictEqual(error?.code ?? null, code)
      })
    )
  }

  test(
    "a result that the database refuses in any form loses no other",
    Effect.gen(function*() {
      yield* subscribe("a")
      yield* report(20)
      const deliveries = yield* claim
      yield* refuse("deliveries", "update", `row.id = '${deliveries[7]?.id}'`)
      yield* settleAll(deliveries.map((one) => [one, attempted(Next.Delivered())]))
      const [delivered] = yield* columnOf("select count(*)::int as value from deliveries where state = 'delivered'")
      assert.strictEqual(delivered, 19)
    })
  )
})

describe("claims", () => {
  test(
    "a delivery that cannot be read is exhausted, and the others of its claim are sent",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* subscribe("a")
      yield* report(3)
      yield* sql`update deliveries set target = 'no JSON' where seq = (select max(seq) from deliveries)`
      assert.lengthOf(yield* claim, 2)
      const ended = "select count(*)::int as value from deliveries where state = 'exhausted'"
      yield* until(Effect.map(columnOf(ended), ([count]) => count === 1))
      const [error] = yield* columnOf("select record as value from delivery_attempts")
      assert.include(error as string, "\"code\":\"unreadable\"")
    })
  )

  test(
    "a run whose journal cannot be read prevents no other takeover",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* Journal
      const runs: Array<ClaimedRun> = []
      for (let i = 0; i < 4; i++) runs.push(yield* submit())
      for (const run of runs) yield* journal.commit(entryOf(run, { step: stepAt(0) }))
      yield* sql`update steps set record = 'no JSON' where run_id = ${runs[1]?.runId ?? ""}::uuid`
      yield* sql`update runs set owner = '00000000-0000-0000-0000-000000000000'`
      for (const run of runs) yield* journal.abandon(run)
      const taken = yield* Effect.timeout(Stream.runCollect(Stream.take(journal.claimed, 3)), "20 seconds")
      assert.deepStrictEqual(
        taken.map(({ runId }) => runId).toSorted(),
        runs.filter((_, i) => i !== 1).map(({ runId }) => runId)
      )
    })
  )
})

describe("the journal's flush", () => {
  test(
    "a submission that is refused loses no other",
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* refuse("orders", "insert", "row.order_type = 'poison'")
      const exits = yield* Effect.forEach(
        Array.from({ length: 12 }, (_, i) => submission(i === 5 ? { orderType: "poison" } : {})),
        (one) => Effect.exit(journal.accept(one)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(exits.map(Exit.isSuccess), exits.map((_, i) => i !== 5))
    })
  )

  const message = (url: string): OutgoingMessage => ({
    id: nextId(),
    type: "export",
    url,
    headers: {},
    idempotencyKey: nextId(),
    timeoutMs: 1000,
    origin: { pipeline: { name: "new-order", version: 1 }, stepId: "export" } as never,
    body: "{}"
  })

  const entries: ReadonlyArray<readonly [string, (run: ClaimedRun) => Effect.Effect<object, unknown, Journal>]> = [
    ["a number out of range", () => Effect.succeed({ step: stepAt(2 ** 40) })],
    ["an invalid moment", () => Effect.succeed({ finish: { ...finished.finish, at: Number.NaN } })],
    ["an id that is none", () => Effect.succeed({ callouts: [{ index: 0, record: record({ id: "no id" }) }] })]
  ]
  for (const [what, rest] of entries) {
    test(
      `${what} in an entry loses no other entry`,
      Effect.gen(function*() {
        const journal = yield* Journal
        const runs: Array<ClaimedRun> = []
        for (let i = 0; i < 12; i++) runs.push(yield* submit())
        const exits = yield* Effect.forEach(
          runs,
          (run, i) =>
            Effect.exit(
              Effect.flatMap(i === 5 ? rest(run) : Effect.succeed({ step: stepAt(0) }), (members) =>
                journal.commit(entryOf(run, members)))
            ),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(exits.map(Exit.isSuccess), exits.map((_, i) => i !== 5))
      })
    )
  }

  test(
    "keys that are too long for an index prevent neither the end of a run nor its message",
    Effect.gen(function*() {
      const journal = yield* Journal
      const address = `${incompressible(4000)}@example.com`
      const run = yield* submit({ customerDetails: { email: address }, orderItems: [{ name: "Digital" }] })
      const urls = [`https://x.example/${incompressible(8000)}`, `https://${incompressible(6000)}.example/`]
      yield* journal.commit(entryOf(run, { step: stepAt(0), messages: urls.map(message) }))
      const order = yield* journal.document(run.orderId)
      const done = yield* journal.commit(entryOf(run, { finish: { ...finished.finish, order } }))
      assert.strictEqual(done._tag, "Committed")
      const targets = yield* columnOf("select target as value from deliveries order by seq")
      assert.deepStrictEqual(targets.map((target) => JSON.parse(target as string).url), urls)
      assert.lengthOf(yield* columnOf("select id as value from subscriptions"), 1)
    })
  )

  test(
    "an end of a run that is refused loses no other run's end",
    Effect.gen(function*() {
      const journal = yield* Journal
      yield* refuse("customers", "insert", "row.email = 'poison@b.c'")
      const runs: Array<ClaimedRun> = []
      for (let i = 0; i < 6; i++) runs.push(yield* submit({ customerEmail: i === 2 ? "poison@b.c" : `${i}@b.c` }))
      const exits = yield* Effect.forEach(
        runs,
        (run) =>
          Effect.exit(
            Effect.flatMap(journal.document(run.orderId), (order) =>
              journal.commit(entryOf(run, { finish: { ...finished.finish, order } })))
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(exits.map(Exit.isSuccess), exits.map((_, i) => i !== 2))
      assert.lengthOf(yield* columnOf("select id as value from customers"), 5)
    })
  )
})

describe("events", () => {
  test(
    "one that is refused loses no other",
    Effect.gen(function*() {
      const events = yield* Events
      yield* refuse("messages", "insert", "row.body = 'poison'")
      const exits = yield* Effect.forEach(
        Array.from({ length: 12 }, (_, i) => ({
          id: SecureRandom.uuidV7Unsafe(),
          type: "address.added" as const,
          createdAt: i === 3 ? Number.NaN : noon,
          body: i === 7 ? "poison" : "{}"
        })),
        (event) => Effect.exit(events.store(event)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(exits.map(Exit.isSuccess), exits.map((_, i) => i !== 3 && i !== 7))
    })
  )
})

describe("upkeep", () => {
  test(
    "the completeness check names an order that cannot be read, and judges all others",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* Journal
      yield* subscribe("a")
      yield* sql`insert into webhook_endpoint_history (endpoint_id, at, types) values ('a', '2026-01-01', '{order.submitted,customer.created}')`
      const runs: Array<ClaimedRun> = []
      for (let i = 0; i < 3; i++) {
        const run = yield* submit({ customerId: `C${i}` })
        const order = yield* journal.document(run.orderId)
        yield* journal.commit(entryOf(run, { finish: { ...finished.finish, order } }))
        runs.push(run)
      }
      const planted = runs[1]?.orderId ?? ""
      for (const doc of ["no JSON", "{\"orderType\":\"NEW_ORDER\",\"updatedAt\":\"no date\"}"]) {
        yield* sql`update order_versions set doc = ${doc} where order_id = ${planted}`
        const found = yield* check(noon - 60_000, noon + 60_000)
        assert.deepStrictEqual([found.unreadable, found.missing], [[planted], []])
        assert.isAtLeast(found.expected, 5)
      }
    })
  )

  test(
    "retention deletes all rows except those that cannot be deleted",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* Journal
      yield* subscribe("a")
      yield* report(9)
      const run = yield* submit({ orderType: "REFUND" })
      const callouts = Array.from({ length: 9 }, (_, i) => ({ index: 0, record: record({ attempt: i + 1 }) }))
      yield* journal.commit(entryOf(run, { ...finished, callouts }))
      yield* sql`update deliveries set state = 'delivered', finished_at = created_at, due_at = null`
      const [kept] = yield* columnOf("select id as value from deliveries order by id limit 1")
      yield* refuse("deliveries", "delete", `row.id = '${kept}'`)
      yield* refuse("callouts", "delete", `row.id = '${callouts[4]?.record.id}'`)
      const later = 4_102_444_800_000
      assert.strictEqual(yield* Retention.forget(later), 8)
      assert.strictEqual(yield* Retention.forgetDeliveries(later), 8)
      assert.deepStrictEqual(yield* columnOf("select id as value from deliveries"), [kept])
      assert.deepStrictEqual(yield* columnOf("select id as value from callouts"), [callouts[4]?.record.id])
    })
  )

  test(
    "a partner whose row is refused prevents no other from being stored",
    Effect.gen(function*() {
      const board = yield* PartnerBreaker
      const hosts = ["a.example", `${incompressible(6000)}.example`, "b.example"]
      for (const host of hosts) board.failed(host, 5)
      const stored = "select host as value from partners order by host"
      yield* until(Effect.map(columnOf(stored), (found) => found.length === 2))
      assert.deepStrictEqual(yield* columnOf(stored), ["a.example", "b.example"])
    })
  )

  test(
    "a run that a job cannot take up counts as failed, and the others are retried",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const journal = yield* Journal
      const jobs = yield* Jobs
      const runs: Array<ClaimedRun> = []
      for (let i = 0; i < 5; i++) {
        const run = yield* submit()
        yield* journal.commit(entryOf(run, { finish: { state: "failed", failedSteps: 1, at: noon } }))
        runs.push(run)
      }
      yield* refuse("job_items", "insert", `row.run_id = '${runs[2]?.runId}'`)
      const id = SecureRandom.uuidV7Unsafe()
      yield* jobs.create({ id, kind: "retry", filter: {}, options: {}, reason: "r", createdAt: noon + 60_000 })
      const me = globalThis.crypto.randomUUID()
      yield* jobs.claim(me, "retry")
      const taken = yield* jobs.take(id, me, 64)
      assert.deepStrictEqual(taken, runs.filter((_, i) => i !== 2).map(({ runId }) => runId))
      assert.deepStrictEqual(yield* sql`select failed from jobs`, [{ failed: 1 }])
    })
  )

  test(
    "a replay continues past a delivery that cannot be sent again, and past another replay that fails",
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const replays = yield* Replays
      yield* subscribe("a")
      yield* report(6)
      yield* sql`update deliveries set state = 'exhausted', finished_at = created_at, due_at = null`
      const [planted] = yield* columnOf("select id as value from deliveries order by id offset 2 limit 1")
      yield* refuse("deliveries", "update", `row.id = '${planted}'`)
      yield* sql`insert into replays (id, endpoint_id, since, until, states)
        values ('00000000-0000-7000-8000-000000000000', 'a', '-infinity', 'infinity', '{exhausted}')`
      yield* refuse("replays", "update", "row.id = '00000000-0000-7000-8000-000000000000'")
      const { id } = yield* replays.start("a", { since: 0, until: noon * 2, states: ["exhausted"] })
      const replay = Effect.map(replays.get("a", id), ({ state }) => state === "completed")
      yield* Effect.timeout(until(replay), "20 seconds")
      assert.strictEqual((yield* replays.get("a", id)).replayed, 5)
    })
  )
})
