import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Redacted } from "effect"
import * as Cable from "../support/Cable.ts"
import { within } from "../support/Promised.ts"
import { Sluice } from "../support/Sluice.ts"

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
      const answer = yield* ask(method, path, { body })
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
  const order = ask("POST", "/v1/orders", { headers: { prefer: "wait=10" }, body: { orderType: "A" } })
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

describe("outage", () => {
  it.live(
    "the database gone: every /v1 request answers 503 within 5 s, and all goes on by itself",
    () => withSluice((cable) => scenario(cable, cable.pull))
  )

  it.live("the database silent: the same", () => withSluice((cable) => scenario(cable, cable.freeze)))
})
