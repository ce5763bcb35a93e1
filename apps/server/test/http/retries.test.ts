import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { DateTime, Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { type Answer, Sluice } from "../support/Sluice.ts"

const key = { authorization: "Bearer secret-key-of-ops" }

const ok = (account: string) => (_: unknown, response: { end: (text: string) => void }) =>
  void response.end(JSON.stringify({ account }))
const no = (_: unknown, response: { writeHead: (status: number) => { end: () => void } }) =>
  void response.writeHead(500).end()

layer(Layer.merge(Sluice.layer({ SLUICE_API_KEYS: "ops=secret-key-of-ops" }), Partner.layer), {
  excludeTestServices: true
})(
  "retries over HTTP",
  (it) => {
    const setUp = Effect.gen(function*() {
      const sluice = yield* Sluice
      const partner = yield* Partner
      const ask = (method: string, path: string, body?: Json, headers: Readonly<Record<string, string>> = {}) =>
        sluice.ask(method, path, { body, headers: { ...key, ...headers } })
      const rejected = { status: [500] }
      const step = (id: string, more: Record<string, Json> = {}): Json => ({
        name: "calloutPlugin",
        id,
        critical: true,
        options: { endpoint: `${partner.url}/${id}`, shouldRejectOn: rejected, ...more }
      })
      const made = yield* ask("PUT", "/v1/pipelines/three", {
        steps: [step("a"), step("b"), step("c", { headers: { "x-account": "{% callouts.a.body.account %}" } })]
      })
      assert.include([200, 201], made.status, made.text)
      return { ask, partner, asked: (path: string) => partner.asked.filter((one) => one.path === path).length }
    })

    type Ask = Effect.Success<typeof setUp>["ask"]

    const wait = { prefer: "wait=60" }
    const failed = (ask: Ask) =>
      Effect.map(ask("POST", "/v1/orders", { orderType: "NEW_ORDER" }, wait), ({ json }) => {
        assert.strictEqual(json.processEvent.state, "failed")
        return json.processEvent
      })

    it.effect("a retry is answered like a submission, shows what it reuses, and leaves the old run unchanged", () =>
      Effect.gen(function*() {
        const { ask, asked, partner } = yield* setUp
        partner.answer("/a", ok("A-1"))
        partner.answer("/b", no)
        const old = yield* failed(ask)
        partner.answer("/b", ok("B-1"))
        const [a, b] = [asked("/a"), asked("/b")]
        const body = { reason: "partner mended" }
        const retried = yield* ask("POST", `/v1/process-events/${old.id}/retry`, body, {
          ...wait,
          "idempotency-key": "r1"
        })
        assert.strictEqual(retried.status, 200, retried.text)
        const { order, processEvent } = retried.json
        assert.deepInclude(processEvent, {
          state: "completed",
          retryOf: old.id,
          fromStep: "b",
          retryReason: "partner mended",
          requestedBy: "ops",
          eventId: old.eventId
        })
        assert.strictEqual(order.status, "New")
        assert.deepStrictEqual([asked("/a"), asked("/b")], [a, b + 1])
        assert.strictEqual(partner.asked.findLast(({ path }) => path === "/c")?.headers["x-account"], "A-1")
        const [first, second] = processEvent.steps
        assert.deepInclude(first, { id: "a", state: "succeeded", reusedFrom: old.id })
        assert.deepStrictEqual(first.callouts, old.steps[0].callouts)
        assert.notStrictEqual(second.callouts[0].idempotencyKey, old.steps[1].callouts[0].idempotencyKey)
        assert.deepStrictEqual((yield* ask("GET", `/v1/process-events/${old.id}`)).json, old)

        const repeat = yield* ask("POST", `/v1/process-events/${old.id}/retry`, body, { "idempotency-key": "r1" })
        assert.deepInclude(repeat.json, { processEventId: processEvent.id, state: "completed" })
        const other = yield* ask("POST", `/v1/process-events/${old.id}/retry`, {}, { "idempotency-key": "r1" })
        assert.strictEqual(other.status, 409)
      }))

    it.effect("a retry that is not possible is refused with a message that names the member", () =>
      Effect.gen(function*() {
        const { ask, partner } = yield* setUp
        partner.answer("/a", ok("A-1"))
        partner.answer("/b", no)
        const old = yield* failed(ask)
        const path = `/v1/process-events/${old.id}/retry`
        const refused: ReadonlyArray<readonly [Answer, number, string | undefined]> = [
          [yield* ask("POST", path, { from: "c" }), 422, "from"],
          [yield* ask("POST", path, { from: "x" }), 422, "from"],
          [yield* ask("POST", path, { pipeline: "newest" }), 400, "pipeline"],
          [yield* ask("POST", path, { form: "b" }), 400, "form"],
          [yield* ask("POST", path, { newKey: "yes" }), 400, "newKey"],
          [yield* ask("POST", `/v1/process-events/process_event-${"0".repeat(32)}/retry`, {}), 404, undefined],
          [yield* ask("POST", `/v1/process-events/${old.id}/steps/b/resolve`, {}), 400, "reason"],
          [yield* ask("POST", `/v1/process-events/${old.id}/steps/a/resolve`, { reason: "r" }), 409, undefined],
          [yield* ask("POST", `/v1/process-events/${old.id}/steps/x/resolve`, { reason: "r" }), 404, undefined],
          [yield* ask("POST", "/v1/process-events/retry", { reason: "r" }), 400, "filter"],
          [yield* ask("GET", `/v1/jobs/job-${"0".repeat(32)}`), 404, undefined]
        ]
        for (const [answer, status, member] of refused) {
          assert.strictEqual(answer.status, status, answer.text)
          assert.strictEqual(answer.json.errors?.[0].path, member, answer.text)
        }
      }))

    it.effect("a step that was resolved by hand counts as done, shows its resolution, and a retry continues after it", () =>
      Effect.gen(function*() {
        const { ask, asked, partner } = yield* setUp
        partner.answer("/a", no)
        partner.answer("/b", ok("B-1"))
        const old = yield* failed(ask)
        const path = `/v1/process-events/${old.id}/steps/a/resolve`
        const resolved = yield* ask("POST", path, { reason: "made by hand", output: { account: "A-9" } })
        assert.strictEqual(resolved.status, 200, resolved.text)
        const [step] = resolved.json.steps
        assert.deepInclude(step, { state: "succeeded", output: { account: "A-9" } })
        assert.match(step.reason, /resolved by hand by ops: made by hand/)
        assert.strictEqual(resolved.json.failedSteps, 0)
        const again = yield* ask("POST", path, { reason: "made by hand", output: { account: "A-9" } })
        assert.deepStrictEqual(again.json, resolved.json)
        const a = asked("/a")
        const retried = yield* ask("POST", `/v1/process-events/${old.id}/retry`, undefined, wait)
        assert.strictEqual(retried.json.processEvent.fromStep, "b", retried.text)
        assert.strictEqual(asked("/a"), a)
        const history = yield* ask("GET", `/v1/orders/${old.orderId}/history`)
        assert.include(history.text, "StepResolved")
      }))

    it.effect("an operator's reason is stored without the secrets that were copied into it", () =>
      Effect.gen(function*() {
        const { ask, partner } = yield* setUp
        const secret = "token-of-the-connector"
        const connector = { name: "Webhook", host: partner.url, bearerToken: secret }
        assert.strictEqual((yield* ask("PUT", "/v1/connectors/guarded", connector)).status, 201)
        partner.answer("/a", () => {})
        const { json } = yield* ask("POST", "/v1/orders", { orderType: "NEW_ORDER" })
        const path = `/v1/process-events/${json.processEventId}`
        const reason = `it says ${secret} has expired`
        const told = "it says [redacted] has expired"
        const cancelled = yield* ask("POST", `${path}/cancel`, { reason })
        assert.deepInclude(cancelled.json, { state: "cancelled", reason: told }, cancelled.text)
        partner.answer("/a", no)
        const retried = yield* ask("POST", `${path}/retry`, { reason }, wait)
        assert.strictEqual(retried.json.processEvent.retryReason, told, retried.text)
        const resolved = yield* ask(
          "POST",
          `/v1/process-events/${retried.json.processEvent.id}/steps/a/resolve`,
          { reason, output: { said: reason } }
        )
        assert.deepStrictEqual(resolved.json.steps[0].output, { said: told }, resolved.text)
        const job = yield* ask("POST", "/v1/process-events/retry", { filter: { orderId: "nobody" }, reason })
        assert.strictEqual(job.json.reason, told, job.text)
        const history = yield* ask("GET", `/v1/orders/${json.orderId}/history`)
        assert.notInclude([cancelled, retried, resolved, history].map(({ text }) => text).join("\n"), secret)
      }))

    it.effect(
      "a job retries every matching run once, oldest first, and reports those that fail again",
      () =>
        Effect.gen(function*() {
          const { ask, partner } = yield* setUp
          partner.answer("/a", ok("A-1"))
          partner.answer("/b", no)
          const before = DateTime.formatIso(yield* DateTime.now)
          // createdAfter excludes its own millisecond.
          yield* Effect.sleep("2 millis")
          const runs: Array<string> = []
          for (let i = 0; i < 4; i++) runs.push((yield* failed(ask)).id)
          partner.answer("/b", (one, response) => {
            if (JSON.parse(one.body).tags?.includes("bad") === true) response.statusCode = 500
            response.end("{}")
          })
          const first = (yield* ask("GET", `/v1/process-events/${runs[0]}`)).json.orderId
          yield* ask("PATCH", `/v1/orders/${first}`, { tags: ["bad"] })
          const filter = { pipeline: "three", createdAfter: before, failedStep: "b" }
          const made = yield* ask("POST", "/v1/process-events/retry", { filter, reason: "outage" })
          assert.strictEqual(made.status, 202, made.text)
          assert.deepInclude(made.json, {
            kind: "retry",
            state: "queued",
            done: 0,
            failed: 0,
            skipped: 0,
            requestedBy: "ops"
          })
          const path = `/v1/jobs/${made.json.id}`
          const ended = yield* Effect.repeat(Effect.delay(ask("GET", path), "50 millis"), {
            until: ({ json }) => json.state !== "queued" && json.state !== "running"
          })
          assert.deepInclude(ended.json, { state: "completed", total: 4, done: 3, failed: 1, skipped: 0 })
          assert.deepStrictEqual(ended.json.problems.map(({ processEventId }: any) => processEventId), [runs[0]])
          assert.deepStrictEqual(ended.json.filter, { pipeline: "three", createdAfter: before, step: "b" })
          const retries = (yield* ask("GET", `/v1/process-events?createdAfter=${before}`)).json.items
            .filter(({ retryOf }: any) => retryOf !== undefined)
          assert.deepStrictEqual(retries.map(({ retryOf }: any) => retryOf).toSorted(), runs.toSorted())
          assert.isTrue(
            retries.every(({ retryReason, requestedBy }: any) => retryReason === "outage" && requestedBy === "ops")
          )
          assert.strictEqual((yield* ask("POST", `${path}/cancel`)).status, 409)
        })
    )

    it.effect("an invalid responseSchema is refused, and an answer that violates a valid one is invalid-response", () =>
      Effect.gen(function*() {
        const { ask, partner } = yield* setUp
        const schema = { type: "object", properties: { account: { type: "integer" } } }
        const step = (responseSchema: Json): Json => ({
          name: "calloutPlugin",
          id: "one",
          responseSchema,
          options: { endpoint: `${partner.url}/a` }
        })
        const refused = yield* ask("PUT", "/v1/pipelines/checked", { steps: [step({ type: 1 })] })
        assert.strictEqual(refused.status, 400, refused.text)
        assert.strictEqual(refused.json.errors[0].path, "steps[0].responseSchema")
        const match = { orderTypes: ["CHECKED"] }
        const saved = yield* ask("PUT", "/v1/pipelines/checked", { match, priority: 1, steps: [step(schema)] })
        assert.deepStrictEqual([saved.status, saved.json.warnings ?? []], [201, []], saved.text)
        partner.answer("/a", ok("no number"))
        const { json } = yield* ask("POST", "/v1/orders", { orderType: "CHECKED" }, wait)
        const [callout] = json.processEvent.steps[0].callouts
        assert.strictEqual(callout.outcome, "invalid-response")
        assert.match(callout.error.message, /account must be integer/)
      }))
  }
)
