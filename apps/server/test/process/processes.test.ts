/** Several processes on one database, any of which may end at any time. Contract: sections 2 and 10. */
import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Schedule, type Scope } from "effect"
import type { ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { type Asked, Partner } from "../support/Partner.ts"
import { type Process, start } from "../support/Processes.ts"
import { within } from "../support/Promised.ts"

const api = start({ SLUICE_ROLES: "api" })
const worker = start({ SLUICE_ROLES: "worker" })

const test = (
  sentence: string,
  body: Effect.Effect<void, never, Partner | DatabaseTest | Scope.Scope>
) => it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide([Partner.layer, DatabaseTest.layer])))

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("50 millis") })

const savePipeline = (on: Process, steps: ReadonlyArray<object>) =>
  Effect.map(
    on.ask("PUT", "/v1/pipelines/p", { body: { steps } as never }),
    ({ status, text }) => assert.strictEqual(status, 201, text)
  )

const step = (url: string, id: string, members: object = {}) => ({
  name: "calloutPlugin",
  id,
  critical: true,
  options: { endpoint: `${url}/${id}`, timeoutValue: 60_000 },
  ...members
})

const submit = (on: Process, count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    (n) =>
      Effect.map(
        on.ask("POST", "/v1/orders", {
          headers: { "idempotency-key": String(n) },
          body: { orderType: "A", orderNumber: String(n) }
        }),
        ({ json, status, text }) => {
          assert.strictEqual(status, 202, text)
          return String(json.processEventId)
        }
      ),
    { concurrency: 4 }
  )

const runsOf = (on: Process, ids: ReadonlyArray<string>) =>
  Effect.forEach(ids, (id) => Effect.map(on.ask("GET", `/v1/process-events/${id}`), ({ json }) => json), {
    concurrency: 4
  })

const allIn = (on: Process, ids: ReadonlyArray<string>, state: string) =>
  until(Effect.map(runsOf(on, ids), (runs) => runs.every((run) => run.state === state)))

const keyOf = ({ headers }: Asked) => String(headers["idempotency-key"])

const ok = (response: ServerResponse) => {
  response.setHeader("content-type", "application/json")
  response.end("{}")
}

describe("roles", () => {
  test(
    "a process with the role api accepts orders and executes none; a worker executes them and accepts none",
    Effect.gen(function*() {
      const { asked, url } = yield* Partner
      const front = yield* api
      yield* savePipeline(front, [step(url, "a")])
      const [id = ""] = yield* submit(front, 1)
      yield* Effect.sleep("1500 millis")
      assert.lengthOf(asked, 0)
      assert.strictEqual((yield* runsOf(front, [id]))[0].state, "queued")
      const back = yield* worker
      yield* allIn(front, [id], "completed")
      assert.strictEqual((yield* back.ask("POST", "/v1/orders", { body: { orderType: "A" } })).status, 404)
      assert.strictEqual((yield* back.ask("GET", "/health/ready")).status, 200)
      const waited = yield* front.ask("POST", "/v1/orders", {
        headers: { prefer: "wait=20" },
        body: { orderType: "A" }
      })
      assert.strictEqual(waited.status, 200, waited.text)
      assert.strictEqual(waited.json.processEvent.state, "completed")
    })
  )
})

describe("two servers", () => {
  test(
    "that need an OAuth token at the same time request one token and share it",
    Effect.gen(function*() {
      const { answer, asked, url } = yield* Partner
      const token = "one-token-for-both-processes"
      answer("/token", (_, response) => {
        response.setHeader("content-type", "application/json")
        // Long enough that the other finds it asked for and not answered, and has to wait.
        void sleep(1000).then(() => response.end(JSON.stringify({ access_token: token, expires_in: 3600 })))
      })
      const servers = yield* Effect.all([start(), start()], { concurrency: 2 })
      const body = {
        type: "oauth2ClientCredentials",
        domain: new URL(url).host,
        tokenUrl: `${url}/token`,
        clientId: "id",
        clientSecret: "a-client-secret"
      }
      assert.strictEqual((yield* servers[0].ask("PUT", "/v1/auth-providers/oauth", { body })).status, 201)
      yield* savePipeline(servers[0], [step(url, "a")])
      // No order is taken before the pipeline is known, which is saved after the auth provider.
      const order = (on: Process) =>
        Effect.repeat(
          on.ask("POST", "/v1/orders", { headers: { prefer: "wait=20" }, body: { orderType: "A" } }),
          { until: ({ status }) => status !== 422, schedule: Schedule.spaced("50 millis") }
        )
      const ended = yield* Effect.forEach([...servers, ...servers], order, { concurrency: 4 })
      for (const { json, text } of ended) assert.strictEqual(json.processEvent?.state, "completed", text)
      for (const server of servers) {
        const { text } = yield* server.ask("GET", "/metrics")
        assert.match(text, /sluice_callout_duration_seconds_count\S* [1-9]/)
      }
      const calls = asked.filter(({ path }) => path === "/a")
      assert.deepStrictEqual(calls.map(({ headers }) => headers.authorization), Array(4).fill(`Bearer ${token}`))
      assert.lengthOf(asked.filter(({ path }) => path === "/token"), 1)
    })
  )
})

describe("two workers", () => {
  test(
    "if one is killed during its calls, the other takes over its runs within 10 s, and no run is executed by both",
    Effect.gen(function*() {
      const { answer, asked, url } = yield* Partner
      const open: Array<ServerResponse> = []
      let dead = false
      answer("/a", (_, response) => dead ? ok(response) : void open.push(response))
      const [front, first, second] = yield* Effect.all([api, worker, worker], { concurrency: 3 })
      yield* savePipeline(front, [step(url, "a"), step(url, "b")])
      const ids = yield* submit(front, 16)
      yield* until(Effect.sync(() => open.length >= 16))
      // Which worker holds which run is told by the sockets: those of the killed one close.
      const lost = new Set<ServerResponse>()
      for (const response of open) response.on("close", () => response.writableFinished || lost.add(response))
      const killed = yield* Clock.currentTimeMillis
      yield* first.kill("SIGKILL")
      yield* first.ended
      yield* Effect.sleep("200 millis")
      dead = true
      for (const response of open) if (!lost.has(response)) ok(response)
      yield* allIn(front, ids, "completed")
      yield* within(killed, 15_000, "takeover in 10 s, and some for the calls")
      const calls = Map.groupBy(asked, (one) => `${one.path} ${JSON.parse(one.body).orderNumber}`)
      const repeated = [...calls.values()].filter((each) => each.length > 1)
      assert.lengthOf([...calls], 32)
      assert.lengthOf(repeated, lost.size)
      for (const each of repeated) {
        assert.lengthOf(each, 2)
        assert.lengthOf(new Set(each.map(keyOf)), 1)
        assert.lengthOf(new Set(each.map(({ body }) => body)), 1)
      }
      const runs = yield* runsOf(front, ids)
      const outcomes = runs.flatMap((run) => run.steps[0].callouts.map((one: any) => one.outcome))
      assert.strictEqual(outcomes.filter((outcome) => outcome === "interrupted").length, lost.size)
      assert.strictEqual((yield* second.ask("GET", "/health/live")).status, 200)
    })
  )

  test(
    "one that is told to stop finishes its calls, releases its runs, repeats none, and exits with 0",
    Effect.gen(function*() {
      const { answer, asked, url } = yield* Partner
      const open: Array<ServerResponse> = []
      let slow = true
      answer("/a", (_, response) => slow ? void open.push(response) : ok(response))
      const [front, first] = yield* Effect.all([api, worker], { concurrency: 2 })
      yield* savePipeline(front, [step(url, "a"), step(url, "b")])
      const ids = yield* submit(front, 8)
      yield* until(Effect.sync(() => open.length >= 8))
      const second = yield* worker
      yield* first.kill("SIGTERM")
      yield* Effect.sleep("500 millis")
      slow = false
      open.forEach(ok)
      assert.strictEqual(yield* first.ended, 0)
      yield* allIn(front, ids, "completed")
      assert.lengthOf(asked, 16)
      const runs = yield* runsOf(front, ids)
      assert.deepStrictEqual(
        new Set(runs.flatMap((run) => run.steps.flatMap((each: any) => each.callouts.map((one: any) => one.outcome)))),
        new Set(["succeeded"])
      )
      yield* second.kill("SIGTERM")
      assert.strictEqual(yield* second.ended, 0)
    })
  )

  test(
    "runs on hold for a partner outlive a worker, and continue, oldest first, when the partner is back",
    Effect.gen(function*() {
      const { answer, asked, url } = yield* Partner
      let down = true
      answer("/a", (_, response) => down ? void response.socket?.destroy() : ok(response))
      const [front, first] = yield* Effect.all([api, worker, worker], { concurrency: 3 })
      yield* savePipeline(front, [step(url, "a", { onUnavailable: "hold" })])
      const ids = yield* submit(front, 24)
      yield* allIn(front, ids, "waiting")
      const partners = () =>
        Effect.map(front.ask("GET", "/v1/partners"), ({ json }) => {
          assert.isNull(json.nextCursor)
          return json.items
        })
      yield* until(Effect.map(partners(), ([one]) => one.state !== "closed" && one.waiting > 15))
      assert.strictEqual((yield* partners())[0].host, new URL(url).host)
      const given = ids.at(-1) ?? ""
      const cancelled = yield* front.ask("POST", `/v1/process-events/${given}/cancel`, { body: { reason: "no more" } })
      assert.strictEqual(cancelled.status, 200, cancelled.text)
      yield* first.kill("SIGKILL")
      const before = asked.length
      down = false
      const reset = yield* front.ask("POST", `/v1/partners/${encodeURIComponent(new URL(url).host)}/reset`)
      assert.deepInclude(reset.json, { state: "closed", failures: 0 }, reset.text)
      yield* allIn(front, ids.slice(0, -1), "completed")
      assert.strictEqual((yield* runsOf(front, [given]))[0].state, "cancelled")
      const numbers = asked.slice(before).map(({ body }) => Number(JSON.parse(body).orderNumber))
      assert.lengthOf(new Set(numbers), 23)
      yield* until(Effect.map(partners(), ([one]) => one.state === "closed" && one.waiting === 0))
      assert.strictEqual((yield* front.ask("POST", "/v1/partners/nobody.example/reset")).status, 404)
    })
  )
})
