/** Callouts for which the run does not wait, over HTTP. Contract: section 6, `blocking`. */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Layer, Schedule } from "effect"
import { Partner } from "../support/Partner.ts"
import { type Ask, Sluice } from "../support/Sluice.ts"

const environment = { SECRET: "a-secret-of-the-partner" }

layer(Layer.merge(Sluice.layer(environment), Partner.layer), { excludeTestServices: true })(
  "a callout with blocking: false",
  (it) => {
    const asked = Effect.fnUntraced(function*(method: string, path: string, ask: Ask = {}) {
      const { ask: send } = yield* Sluice
      return yield* send(method, path, ask)
    })

    /** Asks for a resource again and again until it is as expected. */
    const until = (path: string, isSo: (found: any) => boolean) =>
      asked("GET", path).pipe(
        Effect.map(({ json }) => json),
        Effect.filterOrFail(isSo),
        Effect.retry(Schedule.spaced("50 millis")),
        Effect.timeout("5 minutes")
      )

    /** Runs an order through a step of these members, and one after it. */
    const submits = Effect.fnUntraced(function*(
      name: string,
      options: Record<string, Json>,
      after: Record<string, Json> = {}
    ) {
      const { url } = yield* Partner
      const saved = yield* asked("PUT", `/v1/pipelines/${name}`, {
        body: {
          match: { orderTypes: [name] },
          steps: [
            {
              name: "calloutPlugin",
              id: "told",
              blocking: false,
              options: { endpoint: `${url}/told/${name}`, ...options }
            },
            { name: "calloutPlugin", id: "after", options: { endpoint: `${url}/after` }, ...after }
          ]
        }
      })
      assert.strictEqual(saved.status, 201, saved.text)
      assert.strictEqual(saved.json.steps[0].blocking, false)
      const { json } = yield* asked("POST", "/v1/orders", {
        body: { orderType: name, externalId: `x-${name}` },
        headers: { prefer: "wait=30" }
      })
      const [told] = json.processEvent.steps
      const delivery = /^sent as delivery (delivery-[0-9a-f]{32})$/.exec(told.reason)?.[1] ?? ""
      return { run: json.processEvent, told, delivery, orderId: json.order.id as string }
    })

    const records = (found: any) => found.steps[0].callouts

    it.effect("appends each attempt to its step, which has succeeded long before", () =>
      Effect.gen(function*() {
        const partner = yield* Partner
        let calls = 0
        partner.answer("/told/APPENDS", (_, response) => {
          response.writeHead(++calls === 1 ? 503 : 201, { "content-type": "application/json" }).end("{\"got\":1}")
        })
        const { delivery, orderId, run, told } = yield* submits("APPENDS", {
          shouldRejectOn: { status: [503] },
          headers: { "x-api-key": "a-secret-of-the-partner", "x-order": "{% order.externalId %}" }
        })
        assert.strictEqual(run.state, "completed")
        assert.strictEqual(told.state, "succeeded")
        const found = yield* until(`/v1/process-events/${run.id}`, (one) => records(one).length === 2)
        assert.strictEqual(found.state, "completed")
        assert.deepInclude(found.steps[0], { state: "succeeded", reason: told.reason, finishedAt: told.finishedAt })
        const [first, second] = records(found)
        assert.deepInclude(first, { attempt: 1, outcome: "rejected", orderVersion: 1 })
        assert.deepStrictEqual(first.error, {
          name: "rejected",
          message: "callout plugin failed due to response status: [503]"
        })
        assert.deepInclude(second, { attempt: 2, outcome: "succeeded", idempotencyKey: first.idempotencyKey })
        assert.deepInclude(second.response, { status: 201, body: { got: 1 } })
        assert.strictEqual(second.request.method, "POST")
        assert.deepStrictEqual(second.request.body, first.request.body)
        assert.strictEqual(second.request.body.externalId, "x-APPENDS")
        assert.notInclude(JSON.stringify(found), "a-secret-of-the-partner")
        const requests = partner.asked.filter(({ path }) => path === "/told/APPENDS")
        assert.strictEqual(requests.length, 2)
        for (const { headers } of requests) {
          assert.strictEqual(headers["x-api-key"], "a-secret-of-the-partner")
          assert.strictEqual(headers["x-order"], "x-APPENDS")
          assert.strictEqual(headers["idempotency-key"], first.idempotencyKey)
          assert.match(String(headers.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
        }
        assert.notStrictEqual(requests[0]?.headers.traceparent, requests[1]?.headers.traceparent)
        assert.strictEqual(requests[0]?.body, requests[1]?.body)

        const stored = yield* until(`/v1/deliveries/${delivery}`, (one) => one.state === "delivered")
        assert.deepInclude(stored, { type: "callout", endpointId: null, orderId, attemptCount: 2 })
        assert.lengthOf(stored.attempts, 2)
        assert.notInclude(JSON.stringify(stored), "a-secret-of-the-partner")
        const listed = yield* asked("GET", `/v1/deliveries?type=callout&orderId=${orderId}`)
        assert.deepStrictEqual(listed.json.items.map(({ id }: { readonly id: string }) => id), [delivery])

        const again = yield* asked("POST", `/v1/deliveries/${delivery}/redeliver`)
        assert.strictEqual(again.status, 202, again.text)
        const redelivered = yield* until(`/v1/process-events/${run.id}`, (one) => records(one).length === 3)
        assert.deepInclude(records(redelivered)[2], { attempt: 3, outcome: "succeeded" })
        const { json: timeline } = yield* asked("GET", `/v1/orders/${orderId}/timeline`)
        const kinds = timeline.items.map(({ kind }: { readonly kind: string }) => kind)
        assert.strictEqual(kinds.filter((kind: string) => kind === "attempt").length, 3)
      }), 600_000)

    it.effect(
      "is a success whatever is answered, where no status is listed, and sends its method and no body",
      () =>
        Effect.gen(function*() {
          const partner = yield* Partner
          partner.answer("/told/LENIENT", (_, response) => void response.writeHead(500).end("no"))
          const { run } = yield* submits("LENIENT", { method: "DELETE" })
          const found = yield* until(`/v1/process-events/${run.id}`, (one) => records(one).length === 1)
          assert.deepInclude(records(found)[0], { outcome: "succeeded" })
          assert.deepInclude(records(found)[0].response, { status: 500, body: "no" })
          const request = partner.asked.find(({ path }) => path === "/told/LENIENT")
          assert.deepInclude(request, { method: "DELETE", body: "" })
        }),
      600_000
    )

    it.effect("is timed out by its own timeoutValue, also after the run has failed", () =>
      Effect.gen(function*() {
        const partner = yield* Partner
        partner.answer("/told/SLOW", () => {})
        partner.answer("/after", (_, response) => void response.writeHead(500).end())
        const { delivery, run } = yield* submits("SLOW", { timeoutValue: 700 }, {
          critical: true,
          options: { endpoint: `${partner.url}/after`, shouldRejectOn: { status: [500] } }
        })
        assert.strictEqual(run.state, "failed")
        const found = yield* until(`/v1/process-events/${run.id}`, (one) => records(one).length > 0)
        const [record] = records(found)
        assert.deepInclude(record, { outcome: "timed-out", unknown: true })
        assert.strictEqual(record.error.message, "This operation was aborted")
        assert.deepInclude(found, { state: "failed", failedSteps: 1 })
        const stored = (yield* asked("GET", `/v1/deliveries/${delivery}`)).json
        assert.include(["pending", "exhausted"], stored.state)
        assert.strictEqual(stored.attempts[0].error.code, "timed-out")
      }), 600_000)

    it.effect(
      "of a run that is retried is not sent again: its records are those of the run before",
      () =>
        Effect.gen(function*() {
          const partner = yield* Partner
          let fails = true
          partner.answer("/after", (_, response) => void response.writeHead(fails ? 500 : 200).end("{}"))
          const { run } = yield* submits("RETRIED", {}, {
            critical: true,
            options: { endpoint: `${partner.url}/after`, shouldRejectOn: { status: [500] } }
          })
          yield* until(`/v1/process-events/${run.id}`, (one) => records(one).length === 1)
          fails = false
          const { json } = yield* asked("POST", `/v1/process-events/${run.id}/retry`, {
            body: {},
            headers: { prefer: "wait=30" }
          })
          assert.strictEqual(json.processEvent.state, "completed")
          assert.deepInclude(json.processEvent.steps[0], { state: "succeeded", reusedFrom: run.id })
          assert.lengthOf(records(json.processEvent), 1)
          assert.lengthOf(partner.asked.filter(({ path }) => path === "/told/RETRIED"), 1)
        }),
      600_000
    )
  }
)
