/** Two processes whose wall clocks are minutes apart. Contract: section 6, "Waiting for a callback"; section 10. */
import { assert, describe, it } from "@effect/vitest"
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Schedule } from "effect"
import { createServer } from "node:http"
import { type Process, start } from "../support/Processes.ts"

const minute = 60_000
/** By which each process is wrong. */
const wrong = 10 * minute
/** Milliseconds that the partner has for its answer. */
const patience = 3000

/** A process whose wall clock is `by` milliseconds off. */
const startWrong = (by: number) =>
  start({
    NODE_OPTIONS: `--import=data:text/javascript,${
      encodeURIComponent(`const real = Date.now; Date.now = () => real() + ${by}`)
    }`
  })

/** A partner that takes every request and answers to no callback URL; `callbacks` are the paths of those URLs. */
const partner = Effect.gen(function*() {
  const callbacks: Array<string> = []
  const server = createServer((request, response) => {
    request.resume()
    const url = request.headers["sluice-callback-url"]
    if (typeof url === "string") callbacks.push(new URL(url).pathname)
    response.writeHead(202).end("{}")
  })
  return { callbacks, url: `http://127.0.0.1:${yield* LoopbackServer.listen(server)}` }
})

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("100 millis") })

const save = (on: Process, name: string, endpoint: string, timeout: number) =>
  Effect.map(
    on.ask("PUT", `/v1/pipelines/${name}`, {
      body: {
        match: { orderTypes: [name] },
        steps: [{
          name: "calloutPlugin",
          id: "asks",
          critical: true,
          awaitCallback: { timeout },
          options: { endpoint }
        }]
      }
    }),
    ({ status, text }) => assert.strictEqual(status, 201, text)
  )

const submit = (on: Process, orderType: string) =>
  Effect.repeat(on.ask("POST", "/v1/orders", { body: { orderType } }), {
    until: ({ status }) => status === 202,
    schedule: Schedule.spaced("100 millis")
  })

/** The times that a document tells of which are more than a minute from `now`. */
const strangeTimes = (text: string, now: number): ReadonlyArray<string> =>
  [...text.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)].map(([time]) => time).filter((time) =>
    Math.abs(globalThis.Date.parse(time) - now) > minute
  )

describe("processes whose clocks are minutes apart", () => {
  it.live("agree on when a wait is over, and tell the database's times", () =>
    Effect.gen(function*() {
      const { callbacks, url } = yield* partner
      const processes = yield* Effect.all([startWrong(-wrong), startWrong(wrong)], { concurrency: 2 })
      const [slow, fast] = processes
      yield* save(slow, "LONG", url, 5 * minute)
      yield* save(slow, "SHORT", url, patience)
      yield* slow.ask("PUT", "/v1/webhook-endpoints/e", { body: { url, types: ["*"] } })
      // Settings are in force on every process within a second.
      yield* Effect.sleep("1 second")
      const runs: Array<{ readonly orderId: string; readonly processEventId: string }> = []
      for (const [on, other] of [[slow, fast], [fast, slow]] as const) {
        const { json } = yield* submit(on, "LONG")
        runs.push(json)
        const run = Effect.map(other.ask("GET", `/v1/process-events/${json.processEventId}`), ({ json }) => json)
        yield* until(Effect.map(run, ({ state }) => state === "waiting"))
        const answer = yield* other.ask("POST", callbacks.at(-1) ?? "", { body: { done: true } })
        assert.strictEqual(answer.status, 200, `in time: ${answer.text}`)
        yield* until(Effect.map(run, ({ state }) => state === "completed"))

        const late = (yield* submit(on, "SHORT")).json
        runs.push(late)
        const end = yield* Effect.repeat(on.ask("GET", `/v1/process-events/${late.processEventId}`), {
          until: ({ json }) => json.state === "failed",
          schedule: Schedule.spaced("100 millis")
        })
        const [step] = end.json.steps
        assert.strictEqual(step.error.kind, "timed-out", end.text)
        assert.isAtLeast(step.durationMs, patience, "not before its time")
        const refused = yield* other.ask("POST", callbacks.at(-1) ?? "", { body: {} })
        assert.strictEqual(refused.status, 410, `too late: ${refused.text}`)
        const job = yield* on.ask("POST", "/v1/process-events/resolve", {
          body: { filter: { pipeline: "SHORT" }, reason: "settled by hand" }
        })
        assert.strictEqual(job.status, 202, job.text)
      }
      const paths = runs.flatMap(({ orderId, processEventId }) => [
        `/v1/orders/${orderId}`,
        `/v1/orders/${orderId}/history`,
        `/v1/orders/${orderId}/timeline`,
        `/v1/process-events/${processEventId}`
      ])
      const lists = ["jobs", "deliveries", "audit", "issues", "partners", "process-events"].map((of) => `/v1/${of}`)
      for (const path of [...paths, ...lists]) {
        for (const on of processes) {
          const { status, text } = yield* on.ask("GET", path)
          assert.strictEqual(status, 200, text)
          assert.deepStrictEqual(strangeTimes(text, yield* Clock.currentTimeMillis), [], path)
        }
      }
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
})
