/**
 * Promises about many orders, with processes of their own: limits of a partner, issues, jobs that outlive their processes.
 * Short as it stands; `pnpm test:volume` runs it with the numbers of the contract (`SLUICE_VOLUME=full`), in about an hour.
 */
import { assert, describe, it } from "@effect/vitest"
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { type Process, start } from "../support/Processes.ts"

const isFull = process.env["SLUICE_VOLUME"] === "full"
const isStrict = process.env["STRICT_TIMES"] === "1"
const volume = (short: number, full: number): number => isFull ? full : short

/** Milliseconds. */
const atMost = isFull ? 3 * 3_600_000 : 600_000

const test = (sentence: string, body: Effect.Effect<void, never, DatabaseTest | SqlClient.SqlClient | Scope.Scope>) =>
  it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)), atMost)

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("200 millis") })

/** A partner on a port of its own. */
const partner = (receive: (path: string, response: ServerResponse, request: IncomingMessage) => void) =>
  Effect.map(
    LoopbackServer.listen(createServer((request, response) => {
      request.resume()
      receive(request.url ?? "", response, request)
    })),
    (port) => `127.0.0.1:${port}`
  )

const submitAll = (on: ReadonlyArray<Process>, count: number, orderType: (n: number) => string) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) =>
      Effect.repeat(
        on[n % on.length]!.ask("POST", "/v1/orders", {
          headers: { "idempotency-key": `order ${n}` },
          body: { orderType: orderType(n) }
        }),
        {
          until: ({ status }) => status === 202,
          schedule: Schedule.spaced("100 millis")
        }
      ),
    { concurrency: 16, discard: true }
  )

/** The number of runs that a job of this kind would act on. */
const matching = (on: Process, kind: "cancel" | "retry", filter: object) =>
  Effect.map(
    on.ask("POST", `/v1/process-events/${kind}?dryRun=true`, { body: { filter, reason: "counted" } as never }),
    ({ json }) => json.matches as number
  )

const step = (id: string, options: object, more: object = {}) => ({
  name: "calloutPlugin",
  id,
  critical: true,
  options,
  ...more
})

const save = (on: Process, name: string, steps: ReadonlyArray<object>) =>
  Effect.map(
    on.ask("PUT", `/v1/pipelines/${name}`, { body: { steps } as never }),
    ({ status, text }) => assert.strictEqual(status, 201, text)
  )

/** Stores copies of the one order and its failed run, so that the runs to retry need not be executed first. */
const copyFailedRun = Effect.fnUntraced(function*(copies: number) {
  const sql = yield* SqlClient.SqlClient
  const uuid = "(lpad(to_hex(1767225600000 + n), 12, '0') || '70008000000000000000')::uuid"
  const tables = {
    orders: `jsonb_build_object('id', 'copy-' || n, 'event_id', ${uuid}, 'run_id', ${uuid},
      'idempotency_key', null)`,
    order_versions: `jsonb_build_object('order_id', 'copy-' || n, 'doc', replace(t.doc, t.order_id, 'copy-' || n))`,
    runs: `jsonb_build_object('id', ${uuid}, 'order_id', 'copy-' || n, 'event_id', ${uuid})`,
    steps: `jsonb_build_object('run_id', ${uuid})`,
    callouts: `jsonb_build_object('run_id', ${uuid}, 'id', ${uuid})`
  }
  for (const [table, changed] of Object.entries(tables)) {
    yield* sql.unsafe(`insert into ${table} select copy.*
      from ${table} t, generate_series(1, ${copies}) n, jsonb_populate_record(t, ${changed}) copy`)
  }
})

describe("many orders", () => {
  test(
    "never exceed the limits of a partner, by its own log, and use them",
    Effect.gen(function*() {
      const count = volume(100, 10_000)
      const begun: Array<number> = []
      let [open, most] = [0, 0]
      const host = yield* partner((_, response) => {
        begun.push(performance.now())
        most = Math.max(most, ++open)
        void sleep(100).then(() => {
          open--
          response.end("{}")
        })
      })
      const servers = yield* Effect.all([start(), start()], { concurrency: 2 })
      const [a] = servers
      yield* a.ask("PUT", `/v1/partners/${host}`, { body: { ratePerSecond: 20, maxConcurrent: 5 } })
      // After the limit: a process that takes orders of the pipeline has both.
      yield* save(a, "p", [step("call", { endpoint: `http://${host}/call`, timeoutValue: 60_000 })])
      const since = performance.now()
      yield* submitAll(servers, count, () => "A")
      yield* until(Effect.sync(() => begun.length >= count && open === 0))
      yield* until(Effect.map(matching(a, "cancel", { pipeline: "p" }), (left) => left === 0))
      assert.lengthOf(begun, count, "each order is sent once")
      assert.isAtMost(most, 5)
      begun.forEach((at, n) => {
        // A tenth of a second of tolerance in arrival. A busy machine sends requests late, and none before its turn.
        assert.isAtLeast(at - since, n * 50 - 100, `request ${n}`)
        const later = begun[n + 20]
        if (isStrict && later !== undefined) assert.isAtLeast(later - at, 900, `requests ${n} to ${n + 20}`)
      })
      const seconds = (begun.at(-1)! - begun[0]!) / 1000
      if (isStrict) assert.isAtLeast((count - 1) / seconds, 0.95 * 20)
    })
  )

  test(
    "that fail of three causes make three issues, whose counts are exact",
    Effect.gen(function*() {
      const count = volume(90, 10_000)
      const host = yield* partner((path, response) => {
        if (path.startsWith("/hangs")) return
        response.writeHead(path.startsWith("/gone") ? 404 : 200).end(path.startsWith("/odd") ? "[1]" : "{}")
      })
      const servers = yield* Effect.all([start(), start()], { concurrency: 2 })
      const [a] = servers
      const of = (type: string) => ({ when: `order.orderType = "${type}"` })
      yield* save(a, "p", [
        step("gone", { endpoint: `http://${host}/gone`, shouldRejectOn: { status: [404] } }, of("GONE")),
        step("hangs", { endpoint: `http://${host}/hangs`, timeoutValue: 50 }, of("HANGS")),
        step("odd", { endpoint: `http://${host}/odd` }, { ...of("ODD"), responseSchema: { type: "object" } })
      ])
      const types = ["GONE", "HANGS", "ODD"]
      yield* submitAll(servers, count, (n) => types[n % 3]!)
      const issues = yield* Effect.repeat(
        Effect.map(a.ask("GET", "/v1/issues?pipeline=p"), ({ json }) => json.items as ReadonlyArray<any>),
        {
          until: (found) => found.reduce((sum, issue) => sum + issue.count, 0) >= count,
          schedule: Schedule.spaced("200 millis")
        }
      )
      assert.deepStrictEqual(
        issues.map(({ count, outcome, state, stepId, unsettled }) => [stepId, outcome, state, count, unsettled])
          .toSorted(),
        [["gone", "rejected"], ["hangs", "timed-out"], ["odd", "invalid-response"]].map(([stepId, outcome], n) => {
          const own = Math.floor((count - n + 2) / 3)
          return [stepId, outcome, "open", own, own]
        })
      )
    })
  )

  test(
    "are acted on once by a job whose process is killed twice",
    Effect.gen(function*() {
      const count = volume(300, 100_000)
      let fails = true
      /** The number of requests with each idempotency key since the partner came back. */
      const answered = new Map<string, number>()
      const host = yield* partner((_, response, request) => {
        if (fails) return void response.writeHead(500).end()
        const key = String(request.headers["idempotency-key"])
        answered.set(key, (answered.get(key) ?? 0) + 1)
        response.end("{}")
      })
      let server = yield* start()
      yield* save(server, "p", [
        step("call", { endpoint: `http://${host}/call`, shouldRejectOn: { status: [500] }, timeoutValue: 60_000 })
      ])
      yield* submitAll([server], 1, () => "A")
      const filter = { pipeline: "p", state: "failed" }
      yield* until(Effect.map(matching(server, "retry", filter), (failed) => failed === 1))
      yield* copyFailedRun(count - 1)
      fails = false
      const began = performance.now()
      const { json: job } = yield* server.ask("POST", "/v1/process-events/retry", {
        body: { filter, reason: "the partner is back" }
      })
      for (const share of [1 / 3, 2 / 3]) {
        yield* until(Effect.sync(() => answered.size >= count * share))
        yield* server.kill("SIGKILL")
        server = yield* start()
      }
      const ended = yield* Effect.repeat(
        Effect.map(server.ask("GET", `/v1/jobs/${job.id}`), ({ json }) => json),
        { until: ({ state }) => state === "completed", schedule: Schedule.spaced("200 millis") }
      )
      const seconds = (performance.now() - began) / 1000
      const requests = [...answered.values()].reduce((sum, times) => sum + times, 0)
      yield* Effect.log(
        `${count} runs in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second, ${requests} requests`
      )
      assert.deepInclude(ended, { total: count, done: count, failed: 0, skipped: 0 })
      assert.strictEqual(answered.size, count, "the requests of each run carry one key")
      const sql = yield* SqlClient.SqlClient
      const [retries] = yield* sql`select count(*)::int4 as runs, count(distinct retry_of)::int4 as retried,
        (count(*) filter (where state = 'completed'))::int4 as completed from runs where retry_of is not null`
      assert.deepStrictEqual({ ...retries }, { runs: count, retried: count, completed: count })
    }).pipe(Effect.orDie)
  )
})
