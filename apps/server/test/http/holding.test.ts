/**
 * Steps that wait for their partner, by a partner that fails in each way; and what a callout sends. Contract: section 4,
 * `onUnavailable`; section 5, `probe`; section 6, `calloutPlugin`.
 */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Layer, Schedule } from "effect"
import type { ServerResponse } from "node:http"
import { type Asked, Partner } from "../support/Partner.ts"
import { Sluice } from "../support/Sluice.ts"

type Handle = (asked: Asked, response: ServerResponse) => void

const answers = (status: number, body: string = "{}"): Handle => (_, response) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(body)
}
const silent: Handle = () => {}
const drops: Handle = (_, response) => void response.socket?.destroy()

layer(Layer.merge(Sluice.layer(), Partner.layer), { excludeTestServices: true })("a callout over HTTP", (it) => {
  const ask = Effect.fnUntraced(function*(method: string, path: string, body?: Json) {
    const { ask } = yield* Sluice
    return yield* ask(method, path, { body })
  })

  /** Saves a pipeline of one step for orders of type `name`, and submits one. */
  const run = Effect.fnUntraced(function*(name: string, step: Record<string, Json>) {
    const saved = yield* ask("PUT", `/v1/pipelines/${name}`, {
      match: { orderTypes: [name] },
      steps: [{ name: "calloutPlugin", critical: true, ...step }]
    })
    assert.strictEqual(saved.status, 201, saved.text)
    const { json } = yield* ask("POST", "/v1/orders", { orderType: name })
    return json.processEventId as string
  })

  const event = (id: string) => Effect.map(ask("GET", `/v1/process-events/${id}`), ({ json }) => json)

  /** Asks for the run again and again until it is in this state. */
  const reaches = (id: string, state: string) =>
    event(id).pipe(
      Effect.filterOrFail((found) => found.state === state),
      Effect.retry(Schedule.spaced("100 millis")),
      Effect.timeout("5 minutes")
    )

  const failures: Record<string, Handle> = {
    "answers 503": answers(503),
    "answers 500": answers(500),
    "drops the connection": drops,
    "does not answer in time": silent
  }

  it.effect.each(Object.entries(failures))(
    "its first order waits while the partner %s, and completes afterwards",
    ([name, fails]) =>
      Effect.gen(function*() {
        const partner = yield* Partner
        const path = `/${name.replaceAll(" ", "-")}`
        partner.answer(path, fails)
        const id = yield* run(`HOLD_${path.slice(1)}`, {
          onUnavailable: "hold",
          options: { endpoint: partner.url + path, timeoutValue: 300, shouldRejectOn: { status: [500, 503] } }
        })
        const waiting = yield* reaches(id, "waiting")
        assert.lengthOf(waiting.steps[0].callouts, 1)
        assert.match(waiting.reason, /^waits for partner 127\.0\.0\.1:\d+, which is tried again at 20\d\d-/)
        partner.answer(path, answers(200))
        const { steps } = yield* reaches(id, "completed")
        assert.strictEqual(new Set(steps[0].callouts.map((one: any) => one.idempotencyKey)).size, 1)
        assert.strictEqual(steps[0].callouts.at(-1).outcome, "succeeded")
        // A partner of its own: the circuit of a shared one may be open already.
      }).pipe(Effect.provide(Layer.fresh(Partner.layer))),
    600_000
  )

  it.effect("a step that holds fails at once where the address guard blocks it", () =>
    Effect.gen(function*() {
      const id = yield* run("BLOCKED", {
        onUnavailable: "hold",
        options: { endpoint: "{% 'http://10.0.0.1/x' %}" }
      })
      const { steps } = yield* reaches(id, "failed")
      assert.deepInclude(steps[0].error, { kind: "unreachable" })
      assert.strictEqual(steps[0].callouts[0].error.code, "blocked")
    }))

  it.effect("sends the method and the body that its options say", () =>
    Effect.gen(function*() {
      const partner = yield* Partner
      const options = {
        endpoint: `${partner.url}/sent`,
        method: "PATCH",
        body: { type: "{% order.orderType %}", n: 1 }
      }
      yield* Effect.flatMap(run("METHOD", { options }), (id) => reaches(id, "completed"))
      yield* Effect.flatMap(
        run("GETS", { options: { endpoint: `${partner.url}/sent`, method: "GET" } }),
        (id) => reaches(id, "completed")
      )
      const [patched, got] = partner.asked.filter(({ path }) => path === "/sent")
      assert.deepInclude(patched, { method: "PATCH", body: "{\"type\":\"METHOD\",\"n\":1}" })
      assert.deepInclude(got, { method: "GET", body: "" })
      const refused = yield* ask("PUT", "/v1/pipelines/refused", {
        steps: [{ name: "calloutPlugin", options: { ...options, method: "GET" } }]
      })
      assert.strictEqual(refused.status, 400)
      assert.deepInclude(refused.json.errors, {
        path: "steps[0].options.body",
        message: "cannot be sent with GET: leave it out, or choose another method"
      })
    }), 600_000)
})
