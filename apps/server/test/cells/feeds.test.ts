import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as Cells from "../support/Cells.ts"
import { Partner } from "../support/Partner.ts"
import type { Answer } from "../support/Sluice.ts"

const until = (ask: Effect.Effect<Answer>, holds: (answer: Answer) => boolean) =>
  Effect.repeat(ask, { until: holds, schedule: Schedule.spaced("50 millis") })

const set = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>> = {}) {
  const databases = yield* Cells.databases([0, 5])
  const path = yield* Cells.file(databases, { acme: 5, "*": 0 })
  return { databases, sluice: yield* Cells.start(path, ["acme@acme"], environment) }
})

describe("what is sent from cells", () => {
  it.live("feeds, replays and callbacks reach the cells that they are about", () =>
    Effect.gen(function*() {
      const { sluice: { ask } } = yield* set()
      const partner = yield* Partner
      partner.answer("/later", (_, response) => void response.writeHead(202).end("[]"))
      const step = {
        name: "calloutPlugin",
        id: "a",
        awaitCallback: { timeout: "1.00:00:00" },
        options: { endpoint: `${partner.url}/later` }
      }
      yield* ask("PUT", "/v1/webhook-endpoints/e", { body: { url: `${partner.url}/told`, types: ["order.submitted"] } })
      yield* ask("PUT", "/v1/pipelines/p", { body: { steps: [step] } })
      yield* until(ask("GET", "/v1/pipelines/p", { key: "acme" }), ({ status }) => status === 200)

      for (const [key, digits] of [["ops", "000"], ["acme", "005"]] as const) {
        const before = partner.asked.length
        const order = yield* ask("POST", "/v1/orders", { key, body: { orderType: "NEW_ORDER" } })
        const run = ask("GET", `/v1/process-events/${order.json.processEventId}`)
        yield* until(run, ({ json }) => json.state === "waiting")
        const url = partner.asked.slice(before).find(({ path }) => path === "/later")?.headers["sluice-callback-url"]
        const [, token = ""] = /\/v1\/callbacks\/([0-9a-f]{67})$/.exec(String(url)) ?? []
        assert.strictEqual(token.slice(-3), digits)
        const elsewhere = `${token.slice(0, -3)}${digits === "000" ? "005" : "000"}`
        assert.strictEqual((yield* ask("POST", `/v1/callbacks/${elsewhere}`, { body: {} })).status, 404)
        assert.strictEqual((yield* ask("POST", `/v1/callbacks/${token}`, { body: {} })).status, 200)
        yield* until(run, ({ json }) => json.state === "completed")
      }

      const feed = (query = "", key = "ops") => ask("GET", `/v1/webhook-endpoints/e/feed${query}`, { key })
      const all = yield* until(feed(), ({ json }) => json.items?.length === 2)
      assert.match(all.json.next, /^0-\d+\.5-\d+$/)
      assert.deepStrictEqual((yield* feed(`?after=${all.json.next}`)).json, { items: [], next: all.json.next })
      assert.lengthOf((yield* feed("", "acme")).json.items, 1)
      assert.strictEqual((yield* feed("?after=x")).status, 400)

      yield* until(ask("GET", "/v1/deliveries?state=delivered"), ({ json }) => json.items.length === 2)
      const since = "2020-01-01T00:00:00Z"
      const replay = yield* ask("POST", "/v1/webhook-endpoints/e/replay", { body: { since } })
      assert.strictEqual(replay.status, 202, replay.text)
      const ended = yield* until(
        ask("GET", `/v1/webhook-endpoints/e/replays/${replay.json.id}`),
        ({ json }) => json.state === "completed"
      )
      assert.strictEqual(ended.json.replayed, 2)
    }).pipe(Effect.provide(Partner.layer), Effect.scoped))
})
