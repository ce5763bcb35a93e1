import { assert, layer } from "@effect/vitest"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Clock, Effect, Layer, Redacted } from "effect"
import { Partner } from "../support/Partner.ts"
import { within } from "../support/Promised.ts"
import { Sluice } from "../support/Sluice.ts"

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("cancel", (it) => {
  const undone = (url: string, id: string) => ({
    name: "calloutPlugin",
    id,
    critical: true,
    options: { endpoint: `${url}/${id}`, timeoutValue: 60_000, shouldRejectOn: { status: [500] } },
    compensate: { endpoint: `${url}/undo/${id}`, body: { order: "{% order.id %}", at: "{% steps.first.state %}" } }
  })

  const setUp = Effect.gen(function*() {
    const { ask } = yield* Sluice
    const partner = yield* Partner
    const put = yield* ask("PUT", "/v1/pipelines/two", {
      body: {
        match: { orderTypes: ["TWO"] },
        deadlineMs: 600_000,
        completedStatus: "Done",
        steps: [undone(partner.url, "first"), undone(partner.url, "second")]
      }
    })
    assert.deepStrictEqual(put.json.warnings ?? [], [], put.text)
    yield* ask("PUT", "/v1/pipelines/plain", { body: { match: { orderTypes: ["PLAIN"] }, steps: [] } })
    return { ask, partner }
  })

  /** An order whose second call hangs, and what becomes of that call. */
  const hanging = Effect.gen(function*() {
    const { ask, partner } = yield* setUp
    const called = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    partner.answer("/second", (_, response) => {
      response.on("close", () => closed.resolve())
      called.resolve()
    })
    const { json } = yield* ask("POST", "/v1/orders", { body: { orderType: "TWO" } })
    yield* Effect.promise(() => called.promise)
    const path = `/v1/process-events/${json.processEventId}`
    return { ask, partner, path, orderId: json.orderId, closed: Effect.promise(() => closed.promise) }
  })

  const states = (json: any) => json.steps.map(({ id, state }: any) => `${id} ${state}`)

  it.effect("a cancel answers 200 with the process event, and its aborted call is recorded", () =>
    Effect.gen(function*() {
      const { ask, path, closed, orderId } = yield* hanging
      const answer = yield* ask("POST", `${path}/cancel`, { body: { reason: "ordered twice" } })
      yield* closed
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepInclude(answer.json, { state: "cancelled", reason: "ordered twice" })
      assert.deepStrictEqual(states(answer.json), ["first succeeded", "second cancelled"])
      assert.deepInclude(answer.json.steps[1].callouts[0], { outcome: "cancelled", unknown: true })
      assert.strictEqual((yield* ask("GET", `/v1/orders/${orderId}`)).json.status, "New")
      const again = yield* ask("POST", `${path}/cancel`, { body: { reason: "again", compensate: true } })
      assert.strictEqual(again.status, 200)
      assert.deepStrictEqual(again.json, answer.json)
    }))

  it.effect("a cancel reaches a run that another process executes within 2 s", () =>
    Effect.gen(function*() {
      const { path, closed } = yield* hanging
      const database = Redacted.value((yield* DatabaseTest).url)
      const other = yield* Layer.build(Layer.fresh(Sluice.layer({ DATABASE_URL: database, SLUICE_ROLES: "api" })))
      const { ask } = yield* Effect.provide(Sluice, other)
      const begun = yield* Clock.currentTimeMillis
      const answer = yield* ask("POST", `${path}/cancel`)
      yield* closed
      yield* within(begun, 2000, "from the cancel to the closed connection")
      assert.deepInclude(answer.json, { state: "cancelled", reason: "cancelled by an operator" })
    }).pipe(Effect.scoped))

  it.effect("with compensate, completed steps are undone in reverse order and listed after the other steps", () =>
    Effect.gen(function*() {
      const { ask, path, partner, orderId } = yield* hanging
      const before = partner.asked.length
      yield* ask("POST", `${path}/cancel`, { body: { compensate: true } })
      const { json } = yield* Effect.repeat(ask("GET", path), { until: ({ json }) => json.state === "cancelled" })
      assert.deepStrictEqual(states(json), [
        "first succeeded",
        "second cancelled",
        "second_compensation succeeded",
        "first_compensation succeeded"
      ])
      assert.deepInclude(json.steps[3], { index: 3, phase: "compensation", critical: false })
      assert.deepStrictEqual(partner.asked.slice(before).map(({ path, body }) => [path, JSON.parse(body)]), [
        ["/undo/second", { order: orderId, at: "succeeded" }],
        ["/undo/first", { order: orderId, at: "succeeded" }]
      ])
    }))

  it.effect("a failed run is `compensating` while its steps are undone, and says if that failed", () =>
    Effect.gen(function*() {
      const { ask, partner } = yield* setUp
      partner.answer("/second", (_, response) => void response.writeHead(500).end())
      const undoing = Promise.withResolvers<() => void>()
      partner.answer("/undo/first", (_, response) => undoing.resolve(() => void response.writeHead(503).end()))
      const { json: { processEventId, orderId } } = yield* ask("POST", "/v1/orders", { body: { orderType: "TWO" } })
      const answer = yield* Effect.promise(() => undoing.promise)
      const path = `/v1/process-events/${processEventId}`
      assert.strictEqual((yield* ask("GET", path)).json.state, "compensating")
      assert.strictEqual((yield* ask("GET", `/v1/orders/${orderId}`)).json.status, "Failed")
      answer()
      const { json } = yield* Effect.repeat(ask("GET", path), { until: ({ json }) => json.finishedAt !== undefined })
      assert.strictEqual(json.state, "compensation-failed")
      assert.match(json.reason, /^second: callout plugin failed/)
      assert.deepStrictEqual(json.pluginErrorOutput.map(({ message }: any) => message), [
        "callout plugin failed due to response status: [500]",
        "compensation failed due to response status: [503]"
      ])
      assert.strictEqual((yield* ask("POST", `${path}/cancel`)).status, 409)
      partner.answer("/undo/first", (_, response) => void response.end("{}"))
    }))

  it.effect("a queued run ends at once", () =>
    Effect.gen(function*() {
      const { ask, path, orderId } = yield* hanging
      const queued = yield* ask("POST", `/v1/orders/${orderId}/process`, { body: { pipeline: "plain" } })
      assert.strictEqual(queued.json.state, "queued")
      const answer = yield* ask("POST", `/v1/process-events/${queued.json.processEventId}/cancel`)
      assert.strictEqual(answer.json.state, "cancelled")
      yield* ask("POST", `${path}/cancel`)
    }))

  it.effect("a cancel is refused with a reason: after the run's end, for an unknown run, and for an unknown member", () =>
    Effect.gen(function*() {
      const { ask } = yield* setUp
      const done = yield* ask("POST", "/v1/orders", { headers: { prefer: "wait=60" }, body: { orderType: "PLAIN" } })
      const path = `/v1/process-events/${done.json.processEvent.id}/cancel`
      const late = yield* ask("POST", path)
      assert.deepInclude(late.json, { status: 409, type: "urn:sluice:problem:conflict" })
      assert.include(late.json.detail, "completed")
      for (const id of ["process_event-0199aaaa00007000800000000000ffff", "nobody"]) {
        assert.strictEqual((yield* ask("POST", `/v1/process-events/${id}/cancel`)).status, 404)
      }
      for (const body of [{ reson: "x" }, { reason: 1 }, { compensate: "yes" }, { reason: "x".repeat(1001) }]) {
        const refused = yield* ask("POST", path, { body })
        assert.strictEqual(refused.status, 400)
        assert.strictEqual(refused.json.errors[0].path, Object.keys(body)[0])
      }
    }))

  it.effect("a probe or compensation that could never be sent is refused when the pipeline is saved", () =>
    Effect.gen(function*() {
      const { ask } = yield* setUp
      const step = (members: object) => ({
        steps: [
          { name: "calloutPlugin", id: "one", options: { endpoint: "https://one.example.com" }, ...members },
          { name: "calloutPlugin", id: "two", options: { endpoint: "https://two.example.com" } }
        ]
      })
      for (
        const [members, path] of [
          [{ compensate: { endpoint: "http://10.0.0.1/" } }, "steps[0].compensate.endpoint"],
          [{ probe: { endpoint: "{% callouts.one.body.url %}" } }, "steps[0].probe.endpoint"],
          [
            { compensate: { endpoint: "https://x.example.com", body: { a: "{% callouts.two.status %}" } } },
            "steps[0].compensate.body.a"
          ],
          [{ probe: { endpoint: "https://x.example.com", headers: { a: "{% ( %}" } } }, "steps[0].probe.headers.a"],
          [{ compensate: { endpoint: "https://x.example.com", method: "UNDO" } }, "steps[0].compensate.method"],
          [{ compensate: { endpoint: "https://x.example.com", method: "HEAD" } }, "steps[0].compensate.method"],
          [{ compensate: { endpoint: "https://x.example.com", method: "get", body: {} } }, "steps[0].compensate.body"],
          [{ probe: { endpoint: "https://x.example.com", body: { a: 1 } } }, "steps[0].probe.body"]
        ] as const
      ) {
        const refused = yield* ask("PUT", "/v1/pipelines/refused", { body: step(members) })
        assert.include([400, 422], refused.status, refused.text)
        assert.strictEqual(refused.json.errors[0].path, path)
      }
      const own = { compensate: { endpoint: "{% callouts.one.body.undo %}" } }
      const saved = yield* ask("PUT", "/v1/pipelines/saved", { body: step(own) })
      assert.strictEqual(saved.status, 201, saved.text)
      yield* ask("DELETE", "/v1/pipelines/saved")
    }))
})
