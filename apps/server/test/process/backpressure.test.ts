import { assert, it } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted } from "effect"
import * as Cable from "../support/Cable.ts"
import { Sluice } from "../support/Sluice.ts"

/** Each nearly a mebibyte; 64 MiB may wait for the writer. */
const body = { orderType: "A", customFields: { filler: "x".repeat(1_000_000) } }
const count = 90

it.live(
  "while nothing can be stored, every order is refused with 503 and Retry-After, after a wait or because the queue is full",
  () =>
    Effect.gen(function*() {
      const { url } = yield* DatabaseTest
      const cable = yield* Cable.make(Redacted.value(url))
      yield* Effect.gen(function*() {
        const { ask } = yield* Sluice
        yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [] } })
        yield* cable.freeze
        const answers = yield* Effect.forEach(
          Array.from({ length: count }, (_, n) => n),
          () => ask("POST", "/v1/orders", { body, once: true }),
          { concurrency: "unbounded" }
        )
        // How many of each depends on how fast they come: the bound itself is the journal's, and proved there.
        for (const { headers, json, status } of answers) {
          assert.strictEqual(status, 503)
          assert.match(String(headers["retry-after"]), /^[1-9]\d*$/)
          assert.match(json.type, /^urn:sluice:problem:(?:queue-full|unavailable)$/)
        }
        yield* cable.put
        const small = ask("POST", "/v1/orders", { headers: { prefer: "wait=60" }, body: { orderType: "A" } })
        yield* Effect.repeat(small, { until: ({ status }) => status === 200 })
      }).pipe(
        // A server ends only when its database answers.
        Effect.ensuring(cable.put),
        Effect.provide(Sluice.layer({ DATABASE_URL: cable.url }))
      )
    }).pipe(Effect.scoped, Effect.provide(DatabaseTest.layer))
)
