import { timestamptz } from "@effect/sql-pg/PgTypes"
import { assert, it } from "@effect/vitest"
import { processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import type { RunFilter, RunJobKind } from "@sluice/domain/run/Job"
import { RetryRefused, RetryRun } from "@sluice/engine/commands/RetryRun"
import { type JobOptions, Jobs } from "@sluice/engine/internal/jobs/Jobs"
import * as JobWorker from "@sluice/engine/internal/jobs/JobWorker"
import * as RunJobs from "@sluice/engine/internal/jobs/RunJobs"
import { IntakeConflict, Journal } from "@sluice/engine/journal/Journal"
import { Runs } from "@sluice/engine/runs/Runs"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { JobLists } from "../../src/retries/JobLists.ts"
import * as JobsPg from "../../src/retries/JobsPostgres.ts"
import { DatabaseTest } from "../../src/testing/DatabaseTest.ts"

const layer = Layer.merge(JobsPg.layer, JobLists.layer).pipe(Layer.provideMerge(DatabaseTest.layer))

const start = 1_700_000_000_000
const uuid = (n: number, kind = 7) =>
  `${(start + n * 1000).toString(16).padStart(12, "0").replace(/(.{8})/, "$1-")}-${kind}000-8000-000000000000`

interface Given {
  readonly state?: string
  readonly pipeline?: string
  readonly failedSteps?: number
  readonly retryOf?: number
  readonly failedStep?: string
}

/** Run `n`, made `n` seconds after the start, over an order of its own or of the run that it retries. */
const store = Effect.fnUntraced(function*(n: number, given: Given = {}) {
  const sql = yield* SqlClient.SqlClient
  const at = timestamptz(start + n * 1000)
  const retryOf = given.retryOf === undefined ? null : uuid(given.retryOf)
  const isOpen = ["queued", "running", "waiting", "compensating"].includes(given.state ?? "failed")
  yield* sql`insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, owner, created_at, finished_at,
      failed_steps, retry_of)
    values (${uuid(n)}, ${`o${given.retryOf ?? n}`}, ${uuid(n)}, ${given.pipeline ?? "p"}, 1, ${
    given.state ?? "failed"
  }, ${isOpen && given.state !== "queued" ? uuid(0) : null},
      ${at}, ${isOpen ? null : at}, ${given.failedSteps ?? 1}, ${retryOf})`
  if (given.failedStep !== undefined) {
    const record = JSON.stringify({ phase: "steps", stepId: given.failedStep, name: "p" })
    yield* sql`insert into steps (run_id, index, state, next_version, record) values (${
      uuid(n)
    }, 0, 'failed', 1, ${record})`
  }
})

let created = 0

const create = (filter: RunFilter = {}, kind: RunJobKind = "retry", options: JobOptions = {}) =>
  Effect.flatMap(
    Jobs,
    (jobs) =>
      jobs.create({ id: uuid(1000 + created++, 8), kind, filter, options, reason: "r", createdAt: start + 100_000 })
  )

const numbers = (ids: ReadonlyArray<string>) =>
  ids.map((id) => (Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16) - start) / 1000)

const [me, other] = [globalThis.crypto.randomUUID(), globalThis.crypto.randomUUID()]

/** Claims a job that no other process has. */
const claimed = (owner: string, kind: RunJobKind) =>
  Effect.flatMap(Jobs, (jobs) => jobs.claim(owner, kind)).pipe(
    Effect.map((job) => job === "elsewhere" ? undefined : job)
  )

it.live("a job acts on the runs that its kind and its filter select, oldest first, and on no others", () =>
  Effect.gen(function*() {
    yield* store(1, { failedStep: "a_b" })
    yield* store(2, { state: "completed", failedSteps: 0 })
    yield* store(3, { state: "completed", failedSteps: 1, failedStep: "a_b" })
    yield* store(4, { state: "cancelled", failedSteps: 0 })
    yield* store(5, { state: "running" })
    yield* store(6)
    yield* store(7, { retryOf: 6, pipeline: "q", failedStep: "aXb" })
    yield* store(8, { state: "compensation-failed" })
    yield* store(9, { state: "queued", pipeline: "q" })
    yield* store(10, { state: "waiting" })
    yield* store(11, { state: "compensating" })
    yield* store(12, { state: "waiting" })
    const sql = yield* SqlClient.SqlClient
    yield* sql`update runs set wait_mark = ${JSON.stringify({ index: 0, callback: "a_b" })} where id = ${
      uuid(12)
    }::uuid`
    yield* store(200)
    yield* store(201, { state: "queued" })
    const jobs = yield* Jobs
    const expected: ReadonlyArray<readonly [RunJobKind, RunFilter, ReadonlyArray<number>, JobOptions?]> = [
      ["retry", {}, [1, 7, 8]],
      ["retry", { state: "failed" }, [1, 7]],
      ["retry", { state: "cancelled" }, [4]],
      ["retry", { state: "completed" }, []],
      ["retry", { state: "running" }, []],
      ["retry", { errorsOnly: true }, [1, 7, 8]],
      ["retry", { pipeline: "q" }, [7]],
      ["retry", { orderId: "o6" }, [7]],
      ["retry", { createdAfter: start + 1000, createdBefore: start + 8000 }, [7]],
      ["retry", { step: "a_b" }, [1]],
      ["retry", { settled: false }, [1, 7, 8]],
      ["retry", { settled: true }, []],
      ["retry", { q: "process_event-" + uuid(8).replaceAll("-", "").slice(0, 12) }, [8]],
      ["retry", { pipeline: "\0" }, []],
      ["cancel", {}, [5, 9, 10, 11, 12]],
      ["cancel", { state: "queued" }, [9]],
      ["cancel", { pipeline: "q" }, [9]],
      ["cancel", { state: "failed" }, []],
      ["cancel", { orderId: "o11" }, [11]],
      ["resolve", {}, [1, 7, 12]],
      ["resolve", { state: "waiting" }, [12]],
      ["resolve", {}, [1, 12], { stepId: "a_b" }],
      ["resolve", {}, [7], { stepId: "aXb" }],
      ["resolve", { step: "a_b" }, [1]],
      ["resolve", { state: "completed" }, []]
    ]
    for (const [kind, filter, runs, options = {}] of expected) {
      const what = JSON.stringify([kind, filter, options])
      const { createdAt, id } = yield* create(filter, kind, options)
      const job = yield* claimed(me, kind)
      assert.deepStrictEqual([job?.id, job?.filter, job?.options], [id, filter, options])
      assert.strictEqual(yield* jobs.matches({ kind, filter, options, createdAt }), runs.length, what)
      assert.deepStrictEqual(numbers(yield* jobs.take(id, me, 100)), runs, what)
      yield* jobs.finish(id, me, "completed")
    }
    const lists = yield* JobLists
    const cancels = yield* lists.list({ kind: "cancel", state: "completed" }, { limit: 3 })
    assert.lengthOf(cancels.items, 3)
    const rest = yield* lists.list({ kind: "cancel" }, { limit: 3, cursor: cancels.nextCursor ?? "" })
    assert.lengthOf(rest.items, 2)
    assert.deepStrictEqual([rest.nextCursor, (yield* lists.list({ state: "queued" }, { limit: 9 })).items], [null, []])
  }).pipe(Effect.provide(layer)))

it.live("one process works on one job; another takes it over once its lease is up, with what was not settled", () =>
  Effect.gen(function*() {
    for (const n of [1, 2, 3]) yield* store(n)
    const jobs = yield* Jobs
    const { id } = yield* create()
    const later = yield* create()
    assert.strictEqual((yield* claimed(me, "retry"))?.id, id)
    assert.strictEqual(yield* jobs.claim(other, "retry"), "elsewhere", "also not the next job")
    const cancelling = yield* create({}, "cancel")
    assert.strictEqual((yield* claimed(other, "cancel"))?.id, cancelling.id, "another kind does not wait")
    yield* jobs.finish(cancelling.id, other, "completed")
    const [first = "", second = ""] = yield* jobs.take(id, me, 2)
    for (let i = 0; i < 2; i++) yield* jobs.settle(id, [{ runId: first, outcome: "done" }])
    const sql = yield* SqlClient.SqlClient
    yield* sql`update jobs set lease_until = clock_timestamp() - interval '1 s'`
    assert.strictEqual((yield* claimed(other, "retry"))?.id, id)
    assert.strictEqual(yield* jobs.renew(id, me), "lost")
    assert.deepStrictEqual(yield* jobs.take(id, me, 2), [])
    assert.deepStrictEqual(yield* jobs.take(id, other, 2), [second])
    yield* jobs.settle(id, [{ runId: second, outcome: "skipped", message: "why" }])
    assert.deepStrictEqual(numbers(yield* jobs.take(id, other, 2)), [3])
    yield* jobs.finish(id, me, "completed")
    assert.deepInclude(yield* jobs.get(id), { state: "running", done: 1, failed: 0, skipped: 1 })
    assert.deepStrictEqual(yield* jobs.problems(id, 9), [{ runId: second, outcome: "skipped", message: "why" }])
    const { items } = yield* (yield* JobLists).items(id, { limit: 9 })
    assert.deepStrictEqual(items, [{ runId: second, outcome: "skipped", message: "why" }, {
      runId: first,
      outcome: "done"
    }])
    assert.strictEqual((yield* jobs.cancel(id))?.state, "running")
    assert.strictEqual(yield* jobs.renew(id, other), "cancelling")
    assert.strictEqual((yield* jobs.cancel(later.id))?.state, "cancelled", "one that has not begun ends at once")
  }).pipe(Effect.provide(layer)))

/** Retries as a test wants them; a process over them and the jobs. */
const bulk = (retry: RetryRun["Service"]["retry"]) =>
  JobWorker.layer(Effect.all([RunJobs.retries()]), { concurrency: 2 }).pipe(Layer.provide([
    Layer.succeed(RetryRun, { retry }),
    Layer.mock(Runs, { awaitEnd: () => Effect.succeed(true), cancel: () => false }),
    Layer.mock(Journal, { state: () => Effect.succeed("completed"), maySend: () => true })
  ]))

const receipt = (id: string) =>
  ({ orderId: "o", eventId: "e", processEventId: id, state: "running", repeated: false }) as never

it.live("a process that dies over a job leaves it to another, which asks again under the same keys and never for more at once", () =>
  Effect.gen(function*() {
    for (const n of [1, 2, 3, 4, 5]) yield* store(n)
    const jobs = yield* Jobs
    const { id } = yield* create()
    const asked: Array<readonly [run: number, key: string | undefined]> = []
    const hanging = yield* Deferred.make<void>()
    const note = (id: string, key: string | undefined) => asked.push([numbers([uuidOf(id) ?? ""])[0] ?? 0, key])
    const scope = yield* Scope.make()
    yield* Layer.buildWithScope(
      bulk((id, { idempotencyKey }) => {
        note(id, idempotencyKey)
        return asked.length < 3
          ? Effect.succeed(receipt(id))
          : Effect.andThen(Deferred.succeed(hanging, undefined), Effect.never)
      }),
      scope
    )
    yield* Deferred.await(hanging)
    yield* Scope.close(scope, Exit.void)
    let open = 0
    yield* Layer.build(bulk((id, { idempotencyKey }) =>
      Effect.gen(function*() {
        note(id, idempotencyKey)
        assert.isAtMost(++open, 2)
        yield* Effect.sleep("5 millis")
        open--
        if (id === processEventId(uuid(4))) return yield* new RetryRefused({ path: "from", message: "is missing" })
        if (id === processEventId(uuid(5))) return yield* new IntakeConflict({ message: "it is open" })
        return receipt(id)
      })
    ))
    const ended = yield* Effect.repeat(Effect.delay(jobs.get(id), "20 millis"), {
      until: (job) => job?.finishedAt !== undefined
    })
    assert.deepInclude(ended, { state: "completed", done: 3, skipped: 2, failed: 0 })
    const keys = Map.groupBy(asked, ([run]) => run)
    assert.deepStrictEqual([...keys.keys()].toSorted(), [1, 2, 3, 4, 5])
    for (const [, calls] of keys) assert.strictEqual(new Set(calls.map(([, key]) => key)).size, 1)
    assert.strictEqual(new Set(asked.map(([, key]) => key)).size, 5)
    assert.deepStrictEqual(
      (yield* jobs.problems(id, 9)).map(({ message }) => message),
      ["from is missing", "it is open"]
    )
  }).pipe(Effect.scoped, Effect.provide(layer)))
