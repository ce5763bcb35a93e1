import { assert, describe, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Schedule } from "effect"
import { start } from "../support/Processes.ts"

const until = (condition: Effect.Effect<boolean>) =>
  Effect.repeat(condition, { until: (so) => so, schedule: Schedule.spaced("50 millis") })

describe("pausing a pipeline", () => {
  it.live("holds on every process: orders, /process and retries stay queued, and go on when it is resumed", () =>
    Effect.gen(function*() {
      const [a, b] = yield* Effect.all([start(), start()], { concurrency: 2 })
      yield* a.ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })
      const wait = { prefer: "wait=60" }
      const submit = (on: typeof a) => on.ask("POST", "/v1/orders", { body: { orderType: "A" } })
      const before = yield* until(Effect.map(submit(b), ({ status }) => status === 202)).pipe(
        Effect.andThen(a.ask("POST", "/v1/orders", { headers: wait, body: { orderType: "A" } }))
      )
      const { order, processEvent } = before.json
      assert.strictEqual(processEvent.state, "completed", before.text)

      assert.strictEqual((yield* a.ask("POST", "/v1/pipelines/p/pause", { body: {} })).status, 400)
      assert.strictEqual((yield* a.ask("POST", "/v1/pipelines/none/pause", { body: { reason: "r" } })).status, 404)
      const paused = yield* a.ask("POST", "/v1/pipelines/p/pause", { body: { reason: "stock-taking" } })
      assert.strictEqual(paused.status, 200, paused.text)
      assert.deepInclude(paused.json.paused, { reason: "stock-taking", by: "anonymous" })
      assert.match(paused.json.paused.at, /^\d{4}-\d\d-\d\dT/)
      const { warnings: _warnings, ...shown } = (yield* b.ask("GET", "/v1/pipelines/p")).json
      assert.deepStrictEqual(shown.paused, paused.json.paused)
      assert.deepStrictEqual((yield* b.ask("GET", "/v1/pipelines")).json.items[0].paused, paused.json.paused)
      // A document that was read can be written back.
      const put = yield* b.ask("PUT", "/v1/pipelines/p", { body: shown })
      assert.deepStrictEqual([put.status, put.json.version, put.json.paused], [200, 1, paused.json.paused], put.text)

      // The other process knows: it reads all settings once it has saved one. What it started before goes on.
      assert.strictEqual(
        (yield* b.ask("PUT", "/v1/connectors/c", { body: { Name: "c", Host: "https://c.example" } })).status,
        201
      )
      const queued: Array<string> = []
      for (const on of [a, b]) {
        const submitted = yield* submit(on)
        const processed = yield* on.ask("POST", `/v1/orders/${order.id}/process`, { body: {} })
        for (const { json, status, text } of [submitted, processed]) {
          assert.deepStrictEqual([status, json.state], [202, "queued"], text)
          queued.push(json.processEventId)
        }
      }
      const states = Effect.map(
        Effect.forEach(queued, (id) => a.ask("GET", `/v1/process-events/${id}`)),
        (answers) => answers.map(({ json }) => json.state)
      )
      // Twice as long as a process takes to look for queued runs.
      yield* Effect.sleep("2 seconds")
      assert.deepStrictEqual(yield* states, queued.map(() => "queued"))

      const resumed = yield* b.ask("POST", "/v1/pipelines/p/resume", { body: { reason: "counted" } })
      assert.deepStrictEqual([resumed.status, resumed.json.paused], [200, undefined], resumed.text)
      yield* until(Effect.map(states, (all) => all.every((state) => state === "completed")))
      assert.strictEqual((yield* b.ask("POST", "/v1/pipelines/p/resume", { body: { reason: "again" } })).status, 200)
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer)))
})
