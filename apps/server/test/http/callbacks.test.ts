/** Answers to callback URLs over HTTP. Contract: section 6, "Waiting for a callback"; section 2, `SLUICE_PUBLIC_URL`. */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { Partner } from "../support/Partner.ts"
import { type Ask, Sluice } from "../support/Sluice.ts"

const key = { authorization: "Bearer secret-key-of-ops" }
const json = { "content-type": "application/json" }

const environment = { SLUICE_API_KEYS: "ops=secret-key-of-ops", SLUICE_PUBLIC_URL: "https://sluice.example/here/" }

layer(Layer.merge(Sluice.layer(environment), Partner.layer), { excludeTestServices: true })(
  "a callback over HTTP",
  (it) => {
    const asked = Effect.fnUntraced(function*(method: string, path: string, ask: Ask = {}) {
      const { ask: send } = yield* Sluice
      return yield* send(method, path, { ...ask, headers: { ...key, ...ask.headers } })
    })

    /** Asks for the run again and again until it is in this state. */
    const reaches = (id: string, state: string) =>
      asked("GET", `/v1/process-events/${id}`).pipe(
        Effect.map(({ json }) => json),
        Effect.filterOrFail((found) => found.state === state),
        Effect.retry(Schedule.spaced("50 millis")),
        Effect.timeout("5 minutes")
      )

    /** A run that waits for its callback, and the token that its partner was given. */
    const waits = Effect.fnUntraced(function*(name: string, step: Record<string, Json> = {}) {
      const partner = yield* Partner
      partner.answer("/later", (_, response) => void response.writeHead(202).end("[]"))
      const saved = yield* asked("PUT", `/v1/pipelines/${name}`, {
        body: {
          match: { orderTypes: [name] },
          steps: [
            {
              name: "calloutPlugin",
              id: "a",
              critical: true,
              awaitCallback: { timeout: "2.00:00:00" },
              options: { endpoint: `${partner.url}/later/${name}`, shouldRejectOn: { status: [500] } },
              ...step
            },
            {
              name: "calloutPlugin",
              id: "b",
              options: { endpoint: `${partner.url}/b`, headers: { "x-said": "{% callouts.a.body.said %}" } }
            }
          ]
        }
      })
      assert.strictEqual(saved.status, 201, saved.text)
      const { json } = yield* asked("POST", "/v1/orders", { body: { orderType: name } })
      const run = yield* reaches(json.processEventId, "waiting")
      const url = String(
        partner.asked.findLast(({ path }) => path === `/later/${name}`)?.headers["sluice-callback-url"]
      )
      const [, token = ""] = /^https:\/\/sluice\.example\/here\/v1\/callbacks\/([0-9a-f]{67})$/.exec(url) ?? []
      return { id: run.id as string, orderId: run.orderId as string, run, token }
    })

    const answer = Effect.fnUntraced(function*(token: string, ask: Ask) {
      const { ask: send } = yield* Sluice
      return yield* send("POST", `/v1/callbacks/${token}`, ask)
    })

    it.effect("needs no key, goes on with the run, and counts once", () =>
      Effect.gen(function*() {
        const partner = yield* Partner
        const { id, orderId, run, token } = yield* waits("COUNTS")
        assert.match(run.reason, /^waits for the callback of step a until \d{4}-\d\d-\d\dT[\d:.]+Z$/)
        assert.strictEqual(run.steps[0].callouts[0].request.headers["sluice-callback-url"], "[redacted]")

        const body = { said: "yes", n: 1 }
        const taken = yield* answer(token, { body, headers: { "x-secret-token": token } })
        assert.strictEqual(taken.status, 200, taken.text)
        assert.deepInclude(taken.json, { orderId, processEventId: id })
        assert.include(["waiting", "running", "completed"], taken.json.state)
        const done = yield* reaches(id, "completed")
        assert.isUndefined(done.reason)
        const [sent, callback] = done.steps[0].callouts
        assert.deepInclude(sent, { outcome: "succeeded", attempt: 1 })
        assert.isUndefined(callback.request)
        assert.deepInclude(callback, { outcome: "succeeded", attempt: 1, callback: true })
        assert.deepInclude(callback.response, { status: 200, body })
        assert.strictEqual(partner.asked.findLast(({ path }) => path === "/b")?.headers["x-said"], "yes")

        assert.strictEqual((yield* answer(token, { raw: "{\"n\":1,\"said\":\"yes\"}", headers: json })).status, 200)
        assert.strictEqual((yield* answer(token, { body: { said: "no" } })).status, 409)
        assert.strictEqual((yield* answer(token, {})).status, 409)
        assert.notInclude((yield* asked("GET", `/v1/process-events/${id}`)).text, token)
        const audit = yield* asked("GET", "/v1/audit")
        assert.notInclude(audit.text, "callbacks")
      }), 600_000)

    it.effect("that cannot be read uses nothing up", () =>
      Effect.gen(function*() {
        const { id, token } = yield* waits("UNREADABLE")
        const refusals: ReadonlyArray<readonly [Ask, number]> = [
          [{ raw: "{", headers: json }, 400],
          [{ raw: Uint8Array.of(0x22, 0xff, 0x22), headers: json }, 400],
          [{ raw: "{}", headers: { "content-type": "text/plain" } }, 415],
          [{ raw: "{}" }, 415],
          [{ raw: `"${"x".repeat(1024 * 1024)}"`, headers: json }, 413],
          [{ raw: "{}", headers: { ...json, origin: "https://elsewhere.example" } }, 403]
        ]
        for (const [ask, status] of refusals) assert.strictEqual((yield* answer(token, ask)).status, status)
        assert.strictEqual((yield* answer("0".repeat(67), { body: {} })).status, 404)
        assert.strictEqual((yield* answer("nonsense", { body: {} })).status, 404)
        yield* reaches(id, "waiting")
        assert.strictEqual((yield* answer(token, {})).status, 200)
        const { steps } = yield* reaches(id, "completed")
        assert.strictEqual(steps[0].callouts.at(-1).response.body, "")
      }), 600_000)

    it.effect("is 410 after a cancel, and after a timeout, of which a record tells", () =>
      Effect.gen(function*() {
        const cancelled = yield* waits("CANCELLED")
        yield* asked("POST", `/v1/process-events/${cancelled.id}/cancel`, { body: {} })
        assert.strictEqual((yield* answer(cancelled.token, { body: {} })).status, 410)

        const late = yield* waits("LATE", { awaitCallback: { timeout: 1500 } })
        const failed = yield* reaches(late.id, "failed")
        assert.strictEqual((yield* answer(late.token, { body: {} })).status, 410)
        assert.deepInclude(failed.steps[0].error, { kind: "timed-out" })
        assert.deepInclude(failed.steps[0].callouts.at(-1), { callback: true, outcome: "timed-out", unknown: true })
        assert.notInclude(failed.reason, "waits for")
      }), 600_000)

    it.effect(
      "can be an operator's: resolve answers for the partner, whose own answer is then 409",
      () =>
        Effect.gen(function*() {
          const { id, orderId, token } = yield* waits("RESOLVED")
          const path = `/v1/process-events/${id}/steps/a/resolve`
          const body = { output: { said: "by hand" }, reason: "approved on the telephone" }
          const unknown = yield* asked("POST", `/v1/process-events/${id}/steps/nowhere/resolve`, { body })
          assert.strictEqual(unknown.status, 404)
          assert.include(unknown.json.detail, "nowhere")
          const later = yield* asked("POST", `/v1/process-events/${id}/steps/b/resolve`, { body })
          assert.strictEqual(later.status, 409)
          const resolved = yield* asked("POST", path, { body })
          assert.strictEqual(resolved.status, 200, resolved.text)
          assert.strictEqual((yield* answer(token, { body: body.output })).status, 409)
          const { steps } = yield* reaches(id, "completed")
          assert.deepInclude(steps[0].callouts.at(-1), { callback: true, outcome: "succeeded" })
          assert.match(steps[0].reason, /^resolved by hand by ops: approved on the telephone/)
          const history = yield* asked("GET", `/v1/orders/${orderId}/history`)
          assert.include(history.text, "StepResolved")
          const audit = yield* asked("GET", "/v1/audit?action=step.resolve")
          assert.include(audit.text, path)
        }),
      600_000
    )

    it.effect("leaves no token in the database", () =>
      Effect.gen(function*() {
        const { id, token } = yield* waits("STORED")
        yield* answer(token, { body: { said: token } })
        yield* reaches(id, "completed")
        const sql = yield* SqlClient.SqlClient
        const tables = yield* sql<{ readonly table_name: string }>`select table_name from information_schema.tables
          where table_schema = current_schema() and table_type = 'BASE TABLE'`
        for (const { table_name } of tables) {
          const [found] = yield* sql`select from ${sql(table_name)} t where position(${token} in t::text) > 0
            or position(${Buffer.from(token).toString("hex")} in t::text) > 0 limit 1`
          assert.isUndefined(found, table_name)
        }
      }), 600_000)

    it.effect("is refused where a step cannot wait for one, and warned about where no request carries its URL", () =>
      Effect.gen(function*() {
        const save = (step: Record<string, Json>) => asked("PUT", "/v1/pipelines/refused", { body: { steps: [step] } })
        const options = { endpoint: "http://127.0.0.1:9/x" }
        const refusals: ReadonlyArray<readonly [Record<string, Json>, string]> = [
          [
            { name: "calloutPlugin", options, awaitCallback: { timeout: "91.00:00:00" } },
            "steps[0].awaitCallback.timeout"
          ],
          [{ name: "calloutPlugin", options, awaitCallback: { timeout: 0 } }, "steps[0].awaitCallback.timeout"],
          [{ name: "calloutPlugin", options, awaitCallback: {} }, "steps[0].awaitCallback.timeout"],
          [
            { name: "calloutPlugin", options, awaitCallback: { timeout: 1, timout: 2 } },
            "steps[0].awaitCallback.timout"
          ],
          [
            { name: "webhook", options, awaitCallback: { timeout: 1000 } },
            "steps[0].awaitCallback"
          ]
        ]
        for (const [step, path] of refusals) {
          const { json, status } = yield* save(step)
          assert.strictEqual(status, 400, path)
          assert.include(json.errors.map((one: any) => one.path), path)
        }
      }))
  }
)

layer(Layer.merge(Sluice.layer({ SLUICE_PUBLIC_URL: "https://sluice.example" }), Partner.layer), {
  excludeTestServices: true
})(
  "a callback to a server without keys",
  (it) => {
    it.effect("comes under the Host of SLUICE_PUBLIC_URL, under which nothing else is served", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const status = (path: string, host: string) =>
          Effect.map(ask("POST", path, { body: {}, headers: { host } }), (answer) => answer.status)
        assert.strictEqual(yield* status("/v1/callbacks/x", "sluice.example"), 404)
        assert.strictEqual(yield* status("/v1/callbacks/x", "sluice.example:443"), 404)
        assert.strictEqual(yield* status("/v1/callbacks/x", "localhost"), 404)
        assert.strictEqual(yield* status("/v1/callbacks/x", "other.example"), 403)
        assert.strictEqual(yield* status("/v1/callbacks/x", "sluice.example:8443"), 403)
        assert.strictEqual(yield* status("/v1/callbacks/x/../../orders", "sluice.example"), 403)
        assert.strictEqual(yield* status("/v1/orders", "sluice.example"), 403)
      }))
  }
)
