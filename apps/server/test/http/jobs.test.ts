import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

const key = { authorization: "Bearer secret-key-of-ops" }
const verbs = ["cancel", "retry", "resolve"] as const

layer(Layer.merge(Sluice.layer({ SLUICE_API_KEYS: "ops=secret-key-of-ops" }), Partner.layer), {
  excludeTestServices: true
})("jobs over HTTP", (it) => {
  const setUp = Effect.gen(function*() {
    const sluice = yield* Sluice
    const partner = yield* Partner
    const ask = (method: string, path: string, body?: Json, headers: Readonly<Record<string, string>> = {}) =>
      sluice.ask(method, path, { body, headers: { ...key, ...headers } })
    const pipeline = Effect.fnUntraced(function*(name: string, path: string) {
      const steps = [{
        name: "calloutPlugin",
        id: "call",
        critical: true,
        options: { endpoint: partner.url + path, timeoutValue: 600_000, shouldRejectOn: { status: [500] } }
      }]
      const made = yield* ask("PUT", `/v1/pipelines/${name}`, { match: { orderTypes: [name] }, priority: 1, steps })
      assert.include([200, 201], made.status, made.text)
    })
    const submit = (orderType: string, wait = 0) =>
      Effect.map(
        ask("POST", "/v1/orders", { orderType }, { prefer: `wait=${wait}` }),
        ({ json }) => (json.processEvent?.id ?? json.processEventId) as string
      )
    const ended = (id: string) =>
      Effect.repeat(Effect.delay(ask("GET", `/v1/jobs/${id}`), "30 millis"), {
        until: ({ json }) => json.state === "completed" || json.state === "cancelled"
      })
    partner.answer("/hangs", () => {})
    partner.answer("/no", (_, response) => void response.writeHead(500).end("{}"))
    return { ask, ended, pipeline, submit }
  })

  it.effect("a filter that selects every run, or cannot be read, is refused with the name of the member", () =>
    Effect.gen(function*() {
      const { ask } = yield* setUp
      const reason = "r"
      const refused: ReadonlyArray<readonly [Record<string, Json>, string]> = [
        [{ reason }, "filter"],
        [{ filter: {}, reason }, "filter"],
        [{ filter: { state: null }, reason }, "filter"],
        [{ filter: { errorsOnly: false }, reason }, "filter"],
        [{ filter: { pipeline: "p" } }, "reason"],
        [{ filter: { pipelines: "p" }, reason }, "filter.pipelines"],
        [{ filter: { state: "gone" }, reason }, "filter.state"],
        [{ filter: { q: "abc" }, reason }, "filter.q"],
        [{ filter: { email: "" }, reason }, "filter.email"],
        [{ filter: { settled: "perhaps" }, reason }, "filter.settled"],
        [{ filter: { createdAfter: "yesterday" }, reason }, "filter.createdAfter"],
        [{ filter: { createdBefore: "2026-02-30" }, reason }, "filter.createdBefore"],
        [{ filter: { step: "a", failedStep: "b" }, reason }, "filter.failedStep"],
        [{ filter: { pipeline: "p" }, reason, also: 1 }, "also"]
      ]
      for (const verb of verbs) {
        for (const [body, member] of refused) {
          for (const query of ["", "?dryRun=true"]) {
            const { json, status, text } = yield* ask("POST", `/v1/process-events/${verb}${query}`, body)
            assert.deepStrictEqual([status, json.errors?.[0].path], [400, member], text)
          }
        }
        assert.strictEqual((yield* ask("POST", `/v1/process-events/${verb}?dry=true`, {})).status, 400)
      }
    }))

  it.effect("a dry run counts what the job then acts on, and changes nothing", () =>
    Effect.gen(function*() {
      const { ask, ended, pipeline, submit } = yield* setUp
      yield* pipeline("hangs", "/hangs")
      const runs: Array<string> = []
      for (let i = 0; i < 3; i++) runs.push(yield* submit("hangs"))
      const body = { filter: { pipeline: "hangs" }, reason: "sold out", compensate: false }
      const before = (yield* ask("GET", "/v1/jobs")).json.items.length
      const counted = yield* ask("POST", "/v1/process-events/cancel?dryRun=true", body)
      assert.deepStrictEqual([counted.status, counted.json], [200, { matches: 3 }])
      assert.strictEqual((yield* ask("GET", "/v1/jobs")).json.items.length, before)
      const made = yield* ask("POST", "/v1/process-events/cancel", body)
      assert.deepInclude(made.json, { kind: "cancel", filter: body.filter, reason: "sold out", requestedBy: "ops" })
      assert.strictEqual(made.status, 202, made.text)
      const { json } = yield* ended(made.json.id)
      assert.deepInclude(json, { state: "completed", total: 3, done: 3, failed: 0, skipped: 0, problems: [] })
      for (const run of runs) {
        const { json } = yield* Effect.repeat(ask("GET", `/v1/process-events/${run}`), {
          until: ({ json }) => json.finishedAt !== undefined
        })
        assert.deepInclude(json, { state: "cancelled", reason: "sold out" })
      }
      const items = yield* ask("GET", `/v1/jobs/${json.id}/items?limit=2`)
      const rest = yield* ask("GET", `/v1/jobs/${json.id}/items?cursor=${items.json.nextCursor}`)
      assert.deepStrictEqual(
        [...items.json.items, ...rest.json.items],
        runs.toReversed().map((processEventId) => ({ processEventId, outcome: "done" }))
      )
      const listed = yield* ask("GET", "/v1/jobs?kind=cancel&state=completed")
      const { problems: _problems, ...summary } = json
      assert.deepStrictEqual(listed.json.items[0], summary)
    }))

  it.effect("steps that wait for a callback are answered by filter, each as its partner would have answered", () =>
    Effect.gen(function*() {
      const { ask, ended, submit } = yield* setUp
      const partner = yield* Partner
      partner.answer("/later", (_, response) => void response.writeHead(202).end())
      const saved = yield* ask("PUT", "/v1/pipelines/awaits", {
        match: { orderTypes: ["awaits"] },
        priority: 1,
        steps: [
          {
            name: "calloutPlugin",
            id: "approval",
            critical: true,
            awaitCallback: { timeout: "1.00:00:00" },
            options: { endpoint: `${partner.url}/later` }
          },
          { name: "calloutPlugin", id: "after", options: { endpoint: `${partner.url}/after` } }
        ]
      })
      assert.strictEqual(saved.status, 201, saved.text)
      const runs = [yield* submit("awaits"), yield* submit("awaits"), yield* submit("awaits")]
      const filter = { pipeline: "awaits", state: "waiting" }
      const body = { filter, stepId: "approval", output: { by: "mary" }, reason: "approved in the meeting" }
      yield* Effect.repeat(ask("POST", "/v1/process-events/resolve?dryRun=true", body), {
        until: ({ json }) => json.matches === 3
      })
      const other = { ...body, stepId: "after" }
      assert.strictEqual((yield* ask("POST", "/v1/process-events/resolve?dryRun=true", other)).json.matches, 0)
      const made = yield* ask("POST", "/v1/process-events/resolve", body)
      const { json } = yield* ended(made.json.id)
      assert.deepInclude(json, { state: "completed", total: 3, done: 3, failed: 0, skipped: 0 })
      for (const run of runs) {
        const { json } = yield* Effect.repeat(ask("GET", `/v1/process-events/${run}`), {
          until: ({ json }) => json.finishedAt !== undefined
        })
        assert.strictEqual(json.state, "completed")
        assert.deepInclude(json.steps[0].callouts.at(-1), { callback: true, outcome: "succeeded" })
        assert.deepStrictEqual(json.steps[0].callouts.at(-1).response.body, { by: "mary" })
        assert.match(json.steps[0].reason, /^resolved by hand by ops: approved in the meeting/)
      }
    }))

  it.effect("failed steps are settled by filter, with an output that holds no secret, and their runs are settled", () =>
    Effect.gen(function*() {
      const { ask, ended, pipeline, submit } = yield* setUp
      const secret = "token-of-the-connector"
      yield* ask("PUT", "/v1/connectors/guarded", { name: "Webhook", host: "https://x.example", bearerToken: secret })
      yield* pipeline("no", "/no")
      const runs = [yield* submit("no", 20), yield* submit("no", 20)]
      const filter = { pipeline: "no", failedStep: "call", outcome: "rejected", settled: "false" }
      const unsettled = "/v1/process-events?pipeline=no&settled=false"
      assert.lengthOf((yield* ask("GET", unsettled)).json.items, 2)
      const made = yield* ask("POST", "/v1/process-events/resolve", {
        filter,
        reason: `done by hand with ${secret}`,
        stepId: "call",
        output: { account: "A-1", said: secret, large: 1 }
      })
      assert.deepStrictEqual(made.json.filter, {
        pipeline: "no",
        step: "call",
        outcome: "rejected",
        settled: false
      })
      const { json } = yield* ended(made.json.id)
      assert.deepInclude(json, { state: "completed", total: 2, done: 2, reason: "done by hand with [redacted]" })
      for (const run of runs) {
        const { json } = yield* ask("GET", `/v1/process-events/${run}`)
        assert.deepInclude(json.steps[0], {
          state: "succeeded",
          output: { account: "A-1", said: "[redacted]", large: 1 }
        })
      }
      assert.lengthOf((yield* ask("GET", unsettled)).json.items, 0)
      assert.lengthOf((yield* ask("GET", "/v1/process-events?pipeline=no&settled=true")).json.items, 2)
      const again = yield* ask("POST", "/v1/process-events/resolve?dryRun=true", { filter, reason: "r" })
      assert.deepStrictEqual(again.json, { matches: 0 })
    }))
})
