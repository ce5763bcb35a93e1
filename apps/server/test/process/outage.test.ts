import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Fiber, Redacted, Schedule } from "effect"
import * as Cable from "../support/Cable.ts"
import { Partner } from "../support/Partner.ts"
import * as Process from "../support/Process.ts"
import { within } from "../support/Promised.ts"
import { exchange, Sluice } from "../support/Sluice.ts"

const requests = [
  ["GET", "/v1/orders"],
  ["GET", "/v1/orders/x"],
  ["GET", "/v1/process-events"],
  ["GET", "/v1/pipelines"],
  ["GET", "/v1/connectors/x"],
  ["GET", "/v1/plugins"],
  ["PUT", "/v1/pipelines/p", { steps: [] }],
  ["PATCH", "/v1/orders/x", { status: "Paid" }],
  ["POST", "/v1/orders", { orderType: "A" }],
  ["POST", "/v1/orders/x/process", {}]
] as const

const withSluice = (test: (cable: Cable.Cable) => Effect.Effect<void, never, Sluice>) =>
  Effect.gen(function*() {
    const { url } = yield* DatabaseTest
    const cable = yield* Cable.make(Redacted.value(url))
    yield* Effect.provide(test(cable), Sluice.layer({ DATABASE_URL: cable.url }))
  }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer))

const within5s = Effect.gen(function*() {
  const { ask } = yield* Sluice
  yield* Effect.forEach(requests, ([method, path, body]) =>
    Effect.gen(function*() {
      const start = yield* Clock.currentTimeMillis
      const answer = yield* ask(method, path, { body, once: true })
      assert.strictEqual(answer.status, 503, `${method} ${path}: ${answer.text}`)
      yield* within(start, 5000, `${method} ${path}`)
      assert.strictEqual(answer.headers["content-type"], "application/problem+json")
      assert.match(String(answer.headers["retry-after"]), /^\d+$/)
    }), { concurrency: "unbounded" })
  assert.strictEqual((yield* ask("GET", "/health/ready")).status, 503)
  assert.strictEqual((yield* ask("GET", "/health/live")).status, 200)
})

const recovered = Effect.gen(function*() {
  const { ask } = yield* Sluice
  yield* Effect.repeat(ask("GET", "/health/ready"), { until: ({ status }) => status === 200 })
  const order = ask("POST", "/v1/orders", { headers: { prefer: "wait=60" }, body: { orderType: "A" } })
  yield* Effect.repeat(order, { until: ({ status }) => status === 200 })
})

const scenario = (cable: Cable.Cable, away: Effect.Effect<void>) =>
  Effect.gen(function*() {
    const { ask } = yield* Sluice
    yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })
    yield* away
    yield* within5s
    yield* cable.put
    yield* recovered
    // A server ends only when its database answers.
  }).pipe(Effect.ensuring(cable.put))

const lost = /^WARN \S+ writes have stopped: (?:.*ECONNREFUSED|Connection closed)/
const goesOn = /^INFO \S+ writes go on after \d+ s$/

/** True of the lines about a database that answers late. With STRICT_TIMES, on a quiet machine, there is none. */
const slow = (line: string): boolean =>
  process.env["STRICT_TIMES"] !== "1"
  && (goesOn.test(line) || /^WARN \S+ writes have stopped: the database has not answered for/.test(line))

const lines = (output: string): ReadonlyArray<string> =>
  output.trimEnd().split("\n").map((line) => line.replace(/^\[[^\]]*\] /, ""))

describe("outage", () => {
  it.live("an outage under load leaves two lines in the log: when writes stopped, and when they resumed", () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const cable = yield* Cable.make(Redacted.value(url))
      const running = yield* Process.start({ DATABASE_URL: cable.url, SLUICE_ALLOW_NETWORKS: "127.0.0.0/8" })
      const base = yield* running.url
      const partner = yield* Partner
      yield* exchange(base, "PUT", "/v1/pipelines/p", {
        body: { steps: [{ name: "calloutPlugin", options: { endpoint: partner.url } }] }
      })
      const order = exchange(base, "POST", "/v1/orders", { body: { orderType: "A" } })
      const load = yield* Effect.forkChild(Effect.forever(Effect.andThen(order, Effect.sleep("50 millis"))))
      const ready = (status: number) =>
        Effect.repeat(exchange(base, "GET", "/health/ready"), {
          until: (answer) => answer.status === status,
          schedule: Schedule.spaced("50 millis")
        })
      yield* ready(200)
      const before = running.output().length
      yield* cable.pull
      // Longer than the lease: the process is away for so long that another could have taken its runs over.
      yield* Effect.sleep("8 seconds")
      yield* ready(503)
      const { text } = yield* exchange(base, "GET", "/metrics")
      assert.isAbove(Number(/^sluice_journal_stalled_seconds (\S+)$/m.exec(text)?.[1]), 2)
      yield* cable.put
      yield* ready(200)
      // The log is written by a watch that looks a few times a second.
      yield* Effect.repeat(Effect.sync(() => lines(running.output().slice(before))), {
        until: (since) => since.some((line) => goesOn.test(line)),
        schedule: Schedule.spaced("50 millis")
      })
      yield* Fiber.interrupt(load)
      yield* running.signal("SIGTERM")
      const { output } = yield* running.ended
      const all = lines(output)
      const at = all.findIndex((line) => lost.test(line))
      assert.isAbove(at, 0, output)
      assert.match(String(all[at + 1]), goesOn)
      // The first and the last line tell of the start and of the end. The database of a busy machine may also be slow.
      assert.lengthOf([...all.slice(1, at), ...all.slice(at + 2, -1)].filter((line) => !slow(line)), 0, output)
    }).pipe(Effect.scoped, Effect.provide([DatabaseTest.layer, Partner.layer])))

  it.live(
    "while the database is gone, every /v1 request answers 503 within 5 s, and work resumes by itself",
    () => withSluice((cable) => scenario(cable, cable.pull))
  )

  it.live("while the database is silent, every /v1 request answers 503 within 5 s, and work resumes by itself", () =>
    withSluice((cable) => scenario(cable, cable.freeze)))
})
