/**
 * Promises about many orders, with processes of their own: limits of a partner, issues, jobs that outlive their processes.
 * Short as it stands; `pnpm test:volume` runs it with the numbers of the contract (`SLUICE_VOLUME=full`), in about an hour.
 */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule, type Scope } from "effect"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { type Process, start } from "../support/Processes.ts"

const isFull = process.env["SLUICE_VOLUME"] === "full"
const volume = (short: number, full: number): number => isFull ? full : short

/** Milliseconds. */
const atMost = isFull ? 3 * 3_600_000 : 300_000

const test = (sentence: string, body: Effect.Effect<void, never, DatabaseTest | Scope.Scope>) =>
  it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)), atMost)

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("200 millis") })

/** A partner on a port of its own. */
const partner = (receive: (path: string, response: ServerResponse) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((request, response) => {
          request.resume()
          receive(request.url ?? "", response)
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
    ),
    (server) => `127.0.0.1:${(server.address() as AddressInfo).port}`
  )

const submitAll = (on: ReadonlyArray<Process>, count: number, orderType: (n: number) => string) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) =>
      Effect.repeat(on[n % on.length]!.ask("POST", "/v1/orders", { body: { orderType: orderType(n) } }), {
        until: ({ status }) => status === 202,
        schedule: Schedule.spaced("100 millis")
      }),
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
      yield* save(a, "p", [step("call", { endpoint: `http://${host}/call`, timeoutValue: 20_000 })])
      yield* a.ask("PUT", `/v1/partners/${host}`, { body: { ratePerSecond: 20, maxConcurrent: 5 } })
      // In force on every process within a second.
      yield* Effect.sleep("1 second")
      yield* submitAll(servers, count, () => "A")
      yield* until(Effect.sync(() => begun.length >= count && open === 0))
      yield* until(Effect.map(matching(a, "cancel", { pipeline: "p" }), (left) => left === 0))
      assert.lengthOf(begun, count, "each order is sent once")
      assert.isAtMost(most, 5)
      begun.forEach((at, n) => {
        const later = begun[n + 20]
        // A tenth of a second of tolerance in arrival.
        if (later !== undefined) assert.isAtLeast(later - at, 900, `requests ${n} to ${n + 20}`)
      })
      const seconds = (begun.at(-1)! - begun[0]!) / 1000
      if (process.env["STRICT_TIMES"] === "1") assert.isAtLeast((count - 1) / seconds, 0.95 * 20)
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
      const count = volume(30, 100_000)
      /** Answers so many requests, and leaves the others open. */
      const gate = { fails: true, answers: 0, waiting: [] as Array<() => void> }
      const host = yield* partner((_, response) => {
        if (gate.fails) return void response.writeHead(500).end()
        const answer = () => void response.end("{}")
        if (gate.answers-- > 0) answer()
        else gate.waiting.push(answer)
      })
      const admit = (more: number) => {
        gate.answers = more
        for (const answer of gate.waiting.splice(0)) {
          if (gate.answers-- > 0) answer()
        }
      }
      let server = yield* start()
      yield* save(server, "p", [
        step("call", { endpoint: `http://${host}/call`, shouldRejectOn: { status: [500] }, timeoutValue: 600_000 })
      ])
      yield* submitAll([server], count, () => "A")
      const filter = { pipeline: "p", state: "failed" }
      yield* until(Effect.map(matching(server, "retry", filter), (failed) => failed === count))
      gate.fails = false
      gate.answers = 0
      const { json: job } = yield* server.ask("POST", "/v1/process-events/retry", {
        body: { filter, reason: "the partner is back" }
      })
      const done = () => Effect.map(server.ask("GET", `/v1/jobs/${job.id}`), ({ json }) => json as any)
      for (const share of [1 / 3, 2 / 3]) {
        // The job stands before an answer that does not come; there it is killed.
        yield* until(Effect.sync(() => gate.waiting.length > 0))
        yield* server.kill("SIGKILL")
        gate.waiting.length = 0
        server = yield* start()
        yield* until(Effect.sync(() => gate.waiting.length > 0))
        admit(Math.ceil(count * share))
      }
      yield* until(Effect.sync(() => {
        admit(1_000_000)
        return true
      }))
      const ended = yield* Effect.repeat(done(), {
        until: ({ state }) => state === "completed",
        schedule: Schedule.spaced("200 millis")
      })
      assert.deepInclude(ended, { total: count, done: count, failed: 0, skipped: 0 })
      const retried: Array<string> = []
      for (let cursor: string | null = ""; cursor !== null;) {
        const page: any = (yield* server.ask(
          "GET",
          `/v1/process-events?pipeline=p&limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`
        )).json
        for (const { retryOf } of page.items) if (retryOf !== undefined) retried.push(retryOf)
        cursor = page.nextCursor
      }
      assert.lengthOf(retried, count, "each run has one retry")
      assert.strictEqual(new Set(retried).size, count)
    })
  )
})
