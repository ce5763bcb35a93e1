/** Slow expressions of one pipeline hold up neither settings nor other pipelines. Contract: section 4, "Expressions". */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Sluice } from "../support/Sluice.ts"

/** Runs until its bound in time ends it. */
const slow = "$match(order.text, /^(a+)+$/)"
const text = `${"a".repeat(40)}!`

/** Their expressions take some ten seconds, one after the other. */
const runs = 32

describe("expressions", () => {
  it.live(
    "that are slow in one pipeline hold up neither saving settings nor the first run of another",
    () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const put = (name: string, when: string) =>
          ask("PUT", `/v1/pipelines/${name}`, {
            body: {
              match: { orderTypes: [name] },
              steps: [{ name: "calloutPlugin", when, options: { endpoint: "https://a.example" } }]
            }
          })
        const submit = (orderType: string, wait: number) =>
          ask("POST", "/v1/orders", { headers: { prefer: `wait=${wait}` }, body: { orderType, text } })
        const ended = Effect.map(
          ask("GET", "/v1/process-events?pipeline=SLOW&state=completed&limit=200"),
          ({ json }) => json.items.length as number
        )
        assert.strictEqual((yield* put("SLOW", slow)).status, 201)
        assert.strictEqual((yield* put("OTHER", "$lowercase(order.orderType) = 'none'")).status, 201)
        yield* Effect.forEach(Array.from({ length: runs }), () => submit("SLOW", 0), { concurrency: 16, discard: true })

        const saved = yield* put("NEW", "$uppercase(order.orderType) = 'NEW'")
        assert.strictEqual(saved.status, 201, saved.text)
        assert.isBelow(yield* ended, runs / 2, "saving waits for no evaluation")
        const first = yield* submit("OTHER", 60)
        assert.strictEqual(first.json.processEvent?.state, "completed", first.text)
        // Behind what was queued it would have come after all of them.
        assert.isBelow(yield* ended, runs * 3 / 4, "a first run waits for what is running, and not for what is queued")
      }).pipe(Effect.provide(Sluice.layer())),
    600_000
  )
})
