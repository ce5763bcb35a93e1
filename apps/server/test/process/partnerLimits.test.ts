/** Limits on partners, by the partner's own log, with two processes. Contract: section 7, `/v1/partners`. */
import { assert, describe, it } from "@effect/vitest"
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule, type Scope } from "effect"
import { createServer } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { type Process, start } from "../support/Processes.ts"

/** A partner that notes when requests begin, and how many are open. */
const loggedPartner = (answerMs: number) =>
  Effect.gen(function*() {
    const begun: Array<{ readonly at: number; readonly path: string }> = []
    let [open, most] = [0, 0]
    const server = createServer((request, response) => {
      begun.push({ at: performance.now(), path: request.url ?? "" })
      most = Math.max(most, ++open)
      request.resume()
      void sleep(answerMs).then(() => {
        open--
        response.setHeader("content-type", "application/json")
        response.end("{}")
      })
    })
    const port = yield* LoopbackServer.listen(server)
    return { begun, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, most: () => most }
  })

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("50 millis") })

const test = (sentence: string, body: Effect.Effect<void, never, DatabaseTest | Scope.Scope>) =>
  it.live(sentence, () => body.pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))

const ok = (status: number, text: string) => assert.isBelow(status, 300, text)

const savePipeline = (on: Process, name: string, step: object) =>
  Effect.map(
    on.ask("PUT", `/v1/pipelines/${name}`, {
      body: { match: { orderTypes: [name] }, steps: [step] } as never
    }),
    ({ status, text }) => ok(status, text)
  )

const call = (url: string, more: object = {}) => ({
  name: "calloutPlugin",
  id: "call",
  critical: true,
  options: { endpoint: `${url}/call`, timeoutValue: 10_000 },
  ...more
})

const limit = (on: Process, host: string, body: object) =>
  Effect.map(on.ask("PUT", `/v1/partners/${host}`, { body: body as never }), ({ json, status, text }) => {
    ok(status, text)
    return json
  })

const submit = (on: Process, orderType: string) =>
  Effect.repeat(
    Effect.map(on.ask("POST", "/v1/orders", { body: { orderType } }), ({ json, status }) =>
      status === 202 ? String(json.processEventId) : undefined),
    {
      until: (id) =>
        id !== undefined,
      schedule: Schedule.spaced("30 millis")
    }
  ) as Effect.Effect<string>

const states = (on: Process, query: string) =>
  Effect.map(on.ask("GET", `/v1/process-events?limit=200${query}`), ({ json }) => json.items as ReadonlyArray<any>)

const completed = (on: Process, count: number) =>
  until(Effect.map(states(on, "&state=completed"), (runs) => runs.length >= count))

/** The tolerance of a request's arrival, in milliseconds. */
const tolerance = 100

/**
 * No request comes before the rate has allowed so many since a time before the first, however late a busy machine sends them.
 * On a quiet one, of `rate + 1` requests in a row the last comes a second after the first.
 */
const assertRate = (begun: ReadonlyArray<{ readonly at: number }>, rate: number, since: number) => {
  begun.forEach(({ at }, n) => {
    assert.isAtLeast(at - since, n * 1000 / rate - tolerance, `request ${n}`)
    const later = begun[n + rate]
    if (later === undefined || process.env["STRICT_TIMES"] !== "1") return
    assert.isAtLeast(later.at - at, 1000 - tolerance, `requests ${n} to ${n + rate}`)
  })
}

describe("limits on partners", () => {
  test(
    "hold over two processes by the partner's own log, and a run that waits for its turn has no owner and says so",
    Effect.gen(function*() {
      const partner = yield* loggedPartner(100)
      const servers = yield* Effect.all([start(), start()], { concurrency: 2 })
      const [a] = servers
      const limited = yield* limit(a, partner.host, { ratePerSecond: 10, maxConcurrent: 3, reason: "agreed" })
      assert.deepInclude(limited, { host: partner.host, ratePerSecond: 10, maxConcurrent: 3, paused: false })
      // After the limit: a process that takes orders of the pipeline has both.
      yield* savePipeline(a, "A", call(partner.url))
      const count = 60
      const since = performance.now()
      yield* Effect.forEach(
        Array.from({ length: count }, (_, n) => n),
        (n) => submit(servers[n % 2]!, "A"),
        { concurrency: 6 }
      )
      const waiting = yield* Effect.repeat(states(a, "&state=waiting"), {
        until: (runs) => runs.length > 0,
        schedule: Schedule.spaced("30 millis")
      })
      assert.match(waiting[0].reason, /waits for its turn: partner \S+ is limited to 10 requests a second and 3/)
      const view = (yield* a.ask("GET", `/v1/partners/${partner.host}`)).json
      assert.isAbove(view.waiting, 0)
      yield* completed(a, count)
      assert.lengthOf(partner.begun, count)
      assertRate(partner.begun, 10, since)
      assert.isAtMost(partner.most(), 3)
      const runs = yield* states(a, "")
      assert.isTrue(runs.every(({ reason, state }) => state === "completed" && reason === undefined))
      const recent = yield* Effect.repeat(a.ask("GET", "/v1/partners"), {
        until: ({ json }) => json.items[0]?.last10m.calls === count,
        schedule: Schedule.spaced("100 millis")
      })
      assert.deepInclude(recent.json.items[0], { host: partner.host, state: "closed", open: 0, waiting: 0 })
      assert.isAtLeast(recent.json.items[0].last10m.p50, 50)
    })
  )

  test(
    "a paused partner is sent nothing: runs wait whatever they would do, deliveries stay pending, and go on when it is lifted",
    Effect.gen(function*() {
      const partner = yield* loggedPartner(1)
      const servers = yield* Effect.all([start(), start()], { concurrency: 2 })
      const [a, b] = servers
      assert.deepInclude(yield* limit(b, partner.host, { paused: true, reason: "moving" }), { paused: true })
      // After the limit: a process that takes orders of the pipelines has both.
      yield* savePipeline(a, "A", call(partner.url))
      yield* a.ask("PUT", "/v1/pipelines/LATE", {
        body: { match: { orderTypes: ["LATE"] }, deadlineMs: 2500, steps: [call(partner.url)] } as never
      })
      yield* a.ask("PUT", "/v1/webhook-endpoints/told", {
        body: { url: `${partner.url}/hook`, types: ["cancel.attempted"] }
      })
      const runs = yield* Effect.forEach(servers, (on) => submit(on, "A"))
      const late = yield* submit(a, "LATE")
      yield* a.ask("POST", "/v1/events", { body: { type: "cancel.attempted", data: {} } })
      yield* until(
        Effect.map(
          states(a, "&state=waiting"),
          (found) =>
            runs.every((run) =>
              found.some(({ id, reason }) => id === run && String(reason).endsWith("is paused: moving"))
            )
        )
      )
      const failed = yield* Effect.repeat(a.ask("GET", `/v1/process-events/${late}`), {
        until: ({ json }) => json.finishedAt !== undefined,
        schedule: Schedule.spaced("50 millis")
      })
      assert.strictEqual(failed.json.state, "failed")
      assert.lengthOf(failed.json.steps[0].callouts, 0)
      const delivery = (yield* a.ask("GET", "/v1/deliveries")).json.items[0]
      assert.strictEqual(delivery.state, "pending")
      const { attempts } = (yield* a.ask("GET", `/v1/deliveries/${delivery.id}`)).json
      assert.deepStrictEqual(attempts, [])
      assert.lengthOf(partner.begun, 0)

      const held = (yield* a.ask("GET", `/v1/partners/${partner.host}`)).json
      assert.deepInclude(held, { paused: true, waiting: 2 })
      assert.notProperty(held, "nextTryAt")
      assert.deepInclude(yield* limit(a, partner.host, { paused: false, reason: null }), { paused: false, waiting: 2 })
      yield* completed(a, 2)
      yield* until(
        Effect.map(a.ask("GET", `/v1/deliveries/${delivery.id}`), ({ json }) => json.state === "delivered")
      )
    })
  )

  test(
    "a token that its provider cannot give yet, and an undoing at a paused partner, wait without being attempted",
    Effect.gen(function*() {
      const provider = yield* loggedPartner(1)
      const partner = yield* loggedPartner(1)
      const a = yield* start()
      yield* a.ask("PUT", "/v1/auth-providers/login", {
        body: {
          domain: partner.host,
          type: "oauth2ClientCredentials",
          tokenUrl: `${provider.url}/token`,
          clientId: "sluice",
          clientSecret: "a-secret-of-the-client"
        }
      })
      yield* savePipeline(a, "A", call(partner.url))
      yield* limit(a, provider.host, { paused: true, reason: "moving" })
      yield* Effect.sleep("1 second")
      const run = yield* submit(a, "A")
      const waits = yield* Effect.repeat(a.ask("GET", `/v1/process-events/${run}`), {
        until: ({ json }) => json.state === "waiting",
        schedule: Schedule.spaced("50 millis")
      })
      assert.match(waits.json.reason, new RegExp(`partner ${provider.host} is paused: moving`))
      assert.lengthOf(provider.begun, 0)
      assert.lengthOf(partner.begun, 0)
      yield* limit(a, provider.host, { paused: false })
      const ended = yield* Effect.repeat(a.ask("GET", `/v1/process-events/${run}`), {
        until: ({ json }) => json.finishedAt !== undefined,
        schedule: Schedule.spaced("50 millis")
      })
      // The provider of this test gives no token, which fails the step after one request to it.
      assert.strictEqual(ended.json.state, "failed")
      assert.lengthOf(ended.json.steps[0].callouts, 1)
      assert.strictEqual(ended.json.steps[0].callouts[0].outcome, "rejected")
      assert.lengthOf(provider.begun, 1)

      const other = yield* loggedPartner(1)
      yield* a.ask("PUT", "/v1/pipelines/UNDONE", {
        body: {
          match: { orderTypes: ["UNDONE"] },
          steps: [
            call(other.url, {
              id: "first",
              compensate: { endpoint: `${partner.url}/undo`, headers: { authorization: "x" } }
            }),
            {
              name: "calloutPlugin",
              id: "refused",
              critical: true,
              options: { endpoint: `${other.url}/refused`, shouldRejectOn: { status: [200] } }
            }
          ]
        } as never
      })
      yield* limit(a, partner.host, { paused: true, reason: "stock-taking" })
      yield* Effect.sleep("1 second")
      const undone = yield* submit(a, "UNDONE")
      const compensating = yield* Effect.repeat(a.ask("GET", `/v1/process-events/${undone}`), {
        until: ({ json }) => String(json.reason).endsWith("is paused: stock-taking"),
        schedule: Schedule.spaced("50 millis")
      })
      assert.strictEqual(compensating.json.state, "compensating")
      assert.lengthOf(partner.begun, 0)
      yield* limit(a, partner.host, { paused: false })
      const over = yield* Effect.repeat(a.ask("GET", `/v1/process-events/${undone}`), {
        until: ({ json }) => json.finishedAt !== undefined,
        schedule: Schedule.spaced("50 millis")
      })
      assert.strictEqual(over.json.state, "failed")
      assert.match(over.json.reason, /^refused: callout plugin failed/)
      assert.deepStrictEqual(partner.begun.map(({ path }) => path), ["/undo"])
    })
  )

  test(
    "runs that wait for a place say so all the time, are counted at the partner and in its metric, and go on when it is lifted",
    Effect.gen(function*() {
      const partner = yield* loggedPartner(8000)
      const a = yield* start()
      yield* savePipeline(a, "A", call(partner.url))
      yield* limit(a, partner.host, { maxConcurrent: 1 })
      yield* Effect.sleep("1 second")
      const runs = yield* Effect.forEach([1, 2, 3], () => submit(a, "A"))
      yield* until(Effect.map(states(a, "&state=waiting"), (found) => found.length === 2))
      const counted = `sluice_partner_waiting_runs{partner="${partner.host}"} 2`
      // The metrics are counted at most once a second.
      yield* until(Effect.map(a.ask("GET", "/metrics"), ({ text }) => text.includes(counted)))
      yield* Effect.repeat(
        Effect.gen(function*() {
          const waiting = yield* states(a, `&state=waiting&partner=${partner.host}`)
          const metrics = (yield* a.ask("GET", "/metrics")).text
          const view = (yield* a.ask("GET", `/v1/partners/${partner.host}`)).json
          // What was read while the place was taken by the first one.
          if (partner.begun.length > 1) return
          assert.deepStrictEqual(
            waiting.map(({ reason }) => reason),
            [1, 2].map(() => `waits for its turn: partner ${partner.host} is limited to 1 requests at once`)
          )
          assert.strictEqual(view.waiting, 2)
          assert.include(metrics, counted)
        }),
        { times: 20, schedule: Schedule.spaced("40 millis") }
      )
      assert.lengthOf(partner.begun, 1)
      yield* limit(a, partner.host, { maxConcurrent: null })
      yield* until(Effect.sync(() => partner.begun.length === 3))
      yield* completed(a, runs.length)
      assert.strictEqual(partner.most(), 3)
    })
  )

  test(
    "an invalid limit is refused, and null removes a limit",
    Effect.gen(function*() {
      const a = yield* start()
      const put = (body: object, host = "partner.example") =>
        a.ask("PUT", `/v1/partners/${host}`, { body: body as never })
      const refused: ReadonlyArray<readonly [object, string, string?]> = [
        [{ maxConcurrent: 0 }, "maxConcurrent"],
        [{ maxConcurrent: 1.5 }, "maxConcurrent"],
        [{ ratePerSecond: -1 }, "ratePerSecond"],
        [{ ratePerSecond: 1e-7 }, "ratePerSecond"],
        [{ paused: "yes" }, "paused"],
        [{ limit: 1 }, "limit"],
        [{ host: "other.example" }, "host"],
        [{ paused: true }, "host", encodeURIComponent("no host")]
      ]
      for (const [body, member, host] of refused) {
        const { json, status, text } = yield* put(body, host)
        assert.deepStrictEqual([status, json.errors?.[0].path], [400, member], text)
      }
      assert.strictEqual((yield* a.ask("GET", "/v1/partners/partner.example")).status, 404)
      const set = yield* put({ maxConcurrent: 5, ratePerSecond: 0.5, reason: "r" }, "Partner.Example")
      assert.deepInclude(set.json, { host: "partner.example", maxConcurrent: 5, ratePerSecond: 0.5, reason: "r" })
      const kept = yield* put({ ...set.json, maxConcurrent: null })
      assert.deepInclude(kept.json, { ratePerSecond: 0.5, reason: "r" })
      assert.notProperty(kept.json, "maxConcurrent")
      const lifted = yield* put({ ratePerSecond: null, paused: null, reason: null })
      assert.deepStrictEqual([lifted.status, lifted.json.paused, lifted.json.ratePerSecond], [200, false, undefined])
    })
  )
})
