import { assert, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Redacted, Schedule } from "effect"
import * as Cable from "./support/Cable.ts"
import { Partner } from "./support/Partner.ts"
import { start } from "./support/Processes.ts"

it.live(
  "told to stop while the database is away, a process exits with 0 within 30 s, though what was answered cannot be stored",
  () =>
    Effect.gen(function*() {
      const { asked, url } = yield* Partner
      const database = yield* DatabaseTest
      const cable = yield* Cable.make(Redacted.value(database.url))
      const sluice = yield* start({ DATABASE_URL: cable.url })
      const steps = [{ name: "calloutPlugin", options: { endpoint: `${url}/a`, retry: { delaysMs: [600] } } }]
      yield* sluice.ask("PUT", "/v1/pipelines/p", { body: { steps } })
      const partner = yield* Partner
      partner.answer("/a", (_, response) => void response.socket?.destroy())
      yield* sluice.ask("POST", "/v1/orders", { body: { orderType: "A" } })
      yield* Effect.repeat(Effect.sync(() => asked.length), {
        until: (calls) => calls > 0,
        schedule: Schedule.spaced("20 millis")
      })
      yield* cable.pull
      yield* Effect.sleep("1 second")
      const stopped = yield* Clock.currentTimeMillis
      yield* sluice.kill("SIGTERM")
      assert.strictEqual(yield* sluice.ended, 0)
      assert.isBelow((yield* Clock.currentTimeMillis) - stopped, 30_000)
    }).pipe(Effect.scoped, Effect.provide([Partner.layer, DatabaseTest.layer])),
  60_000
)
