import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import type { ServerResponse } from "node:http"
import { Partner } from "../support/Partner.ts"
import { intakePaths, Sluice } from "../support/Sluice.ts"

const text =
  "{\"orderType\":\"PLAIN\",\"id\":\"exact\",\"big\":12345678901234567890,\"small\":1e-400,\"zero\":1.50,\"deep\":{\"Ünï\":[]}}"

const finish = (call: PromiseWithResolvers<ServerResponse>) =>
  Effect.map(Effect.promise(() => call.promise), (response) => void response.end("{}"))

describe.each(intakePaths)(
  "orders by the %s path",
  (intake) => {
    layer(Layer.merge(Sluice.layer({}, intake), Partner.layer), { excludeTestServices: true })((it) => {
      const setUp = Effect.gen(function*() {
        const { ask } = yield* Sluice
        const { url } = yield* Partner
        yield* ask("PUT", "/v1/pipelines/plain", { body: { match: { orderTypes: ["PLAIN"] }, steps: [] } })
        yield* ask("PUT", "/v1/pipelines/call", {
          body: {
            match: { orderTypes: ["CALL"] },
            steps: [{ name: "calloutPlugin", id: "one", critical: true, options: { endpoint: `${url}/one` } }]
          }
        })
        return { ask, partner: yield* Partner }
      })

      it.effect("202 returns the ids, and what they read is the submitted order, digit for digit", () =>
        Effect.gen(function*() {
          const { ask } = yield* setUp
          const answer = yield* ask("POST", "/v1/orders", {
            headers: { "content-type": "application/json" },
            raw: text
          })
          assert.strictEqual(answer.status, 202, answer.text)
          assert.match(answer.json.eventId, /^event-[0-9a-f]{32}$/)
          assert.match(answer.json.processEventId, /^process_event-[0-9a-f]{32}$/)
          assert.strictEqual(answer.json.orderId, "exact")

          const order = yield* ask("GET", "/v1/orders/exact")
          assert.strictEqual(order.status, 200)
          assert.strictEqual(order.headers["etag"], "\"1\"")
          for (const part of ["12345678901234567890", "1e-400", "{\"Ünï\":[]}"]) assert.include(order.text, part)
          assert.deepInclude(order.json, { id: "exact", status: "New", version: 1 })
          const version = yield* ask("GET", "/v1/orders/exact/versions/1")
          assert.strictEqual(version.text, order.text)
          // A list adds the newest run behind the members, without reading the document.
          const listed = yield* ask("GET", "/v1/orders")
          assert.include(listed.text, `${order.text.slice(0, -1)},"lastRun":`)
          assert.strictEqual(listed.json.items[0].lastRun.processEventId, answer.json.processEventId)
        }))

      it.effect("Prefer: wait answers 200 with the order and the process event, however the run ended", () =>
        Effect.gen(function*() {
          const { ask, partner } = yield* setUp
          partner.answer("/one", (_, response) => void response.writeHead(200).end("{\"ok\":true}"))
          const body = { orderType: "CALL", externalId: "w1" }
          const answer = yield* ask("POST", "/v1/orders", { headers: { prefer: "respond-async, wait=10" }, body })
          assert.strictEqual(answer.status, 200, answer.text)
          assert.strictEqual(answer.json.processEvent.state, "completed")
          assert.strictEqual(answer.json.processEvent.steps[0].callouts[0].response.body.ok, true)
          assert.strictEqual(answer.json.order.id, answer.json.processEvent.orderId)

          partner.answer("/one", (_, response) => void response.socket?.destroy())
          const failed = yield* ask("POST", "/v1/orders", {
            headers: { prefer: "wait=60" },
            body: { orderType: "CALL" }
          })
          assert.strictEqual(failed.status, 200)
          assert.strictEqual(failed.json.processEvent.state, "failed")
          assert.strictEqual(failed.json.order.status, "Failed")
        }))

      it.effect("a wait that is too short answers 202, and the run goes on", () =>
        Effect.gen(function*() {
          const { ask, partner } = yield* setUp
          const call = Promise.withResolvers<ServerResponse>()
          partner.answer("/one", (_, response) => call.resolve(response))
          const answer = yield* ask("POST", "/v1/orders", {
            headers: { prefer: "wait=1" },
            body: { orderType: "CALL" }
          })
          assert.strictEqual(answer.status, 202)
          assert.strictEqual(answer.json.state, "running")
          yield* finish(call)
          const path = `/v1/process-events/${answer.json.processEventId}`
          yield* Effect.repeat(ask("GET", path), { until: ({ json }) => json.state === "completed" })
        }))

      it.effect("a repetition answers the original ids, another body 409, and a conflict of two orders names both keys", () =>
        Effect.gen(function*() {
          const { ask } = yield* setUp
          const body = { orderType: "PLAIN", externalId: "e1", note: { a: 1, b: 2 } }
          const first = yield* ask("POST", "/v1/orders", { headers: { "idempotency-key": "k1" }, body })
          const sameJson = "{\"note\":{\"b\":2,\"a\":1.0},\"externalId\":\"e1\",\"orderType\":\"PLAIN\"}"
          const headers = { "content-type": "application/json", "idempotency-key": "k1", prefer: "wait=60" }
          const repeat = yield* ask("POST", "/v1/orders", { headers, raw: sameJson })
          assert.strictEqual(repeat.status, 200, repeat.text)
          assert.strictEqual(repeat.json.processEvent.id, first.json.processEventId)

          const other = yield* ask("POST", "/v1/orders", {
            headers: { "idempotency-key": "k1" },
            body: { orderType: "PLAIN" }
          })
          assert.strictEqual(other.status, 409)
          assert.strictEqual(other.json.type, "urn:sluice:problem:conflict")
          const shipped = yield* ask("POST", "/v1/orders?shipmentId=s1", { headers: { "idempotency-key": "k1" }, body })
          assert.strictEqual(shipped.status, 409)

          const second = yield* ask("POST", "/v1/orders", {
            headers: { "idempotency-key": "k2" },
            body: { orderType: "PLAIN" }
          })
          const both = yield* ask("POST", "/v1/orders", { headers: { "idempotency-key": "k2" }, body })
          assert.strictEqual(both.status, 409)
          for (const { json } of [first, second]) assert.include(both.json.detail, json.orderId)
        }))

      it.effect("a client that hangs up does not end its order", () =>
        Effect.gen(function*() {
          const { ask, partner } = yield* setUp
          const call = Promise.withResolvers<ServerResponse>()
          partner.answer("/one", (_, response) => call.resolve(response))
          const body = { orderType: "CALL", id: "hung-up" }
          const fiber = yield* Effect.forkChild(ask("POST", "/v1/orders", { headers: { prefer: "wait=30" }, body }))
          yield* Effect.promise(() => call.promise)
          yield* Fiber.interrupt(fiber)
          yield* finish(call)
          const list = yield* ask("GET", "/v1/process-events?orderId=hung-up")
          const path = `/v1/process-events/${list.json.items[0].id}`
          yield* Effect.repeat(ask("GET", path), { until: ({ json }) => json.state === "completed" })
        }))

      it.effect("PATCH merges the body, honours If-Match, refuses unknown members, and respects isReadOnly", () =>
        Effect.gen(function*() {
          const { ask } = yield* setUp
          yield* ask("POST", "/v1/orders", { body: { orderType: "PLAIN", id: "patched", tags: ["a"] } })
          const path = "/v1/orders/patched"
          const merged = yield* ask("PATCH", path, {
            headers: { "if-match": "\"1\"" },
            body: { tags: ["b"], status: "Paid" }
          })
          assert.strictEqual(merged.status, 200, merged.text)
          assert.deepInclude(merged.json, { version: 2, status: "Paid", tags: ["a", "b"] })
          assert.strictEqual(merged.headers["etag"], "\"2\"")
          const stale = yield* ask("PATCH", path, { headers: { "if-match": "\"1\"" }, body: { status: "Late" } })
          assert.strictEqual(stale.status, 412)
          const unknown = yield* ask("PATCH", path, { body: { colour: "blue" } })
          assert.strictEqual(unknown.status, 400)
          assert.strictEqual(unknown.json.errors[0].path, "colour")
          yield* ask("PATCH", path, { body: { isReadOnly: true } })
          assert.strictEqual((yield* ask("PATCH", path, { body: { status: "X" } })).status, 409)
          assert.strictEqual((yield* ask("PATCH", path, { body: { status: "X", isReadOnly: false } })).status, 200)
          const history = yield* ask("GET", `${path}/history?limit=2`)
          assert.strictEqual(history.json.items[0].operation, "OrderCreated")
          assert.isString(history.json.nextCursor)
        }))

      it.effect("/process runs a pipeline over a stored order, once per key", () =>
        Effect.gen(function*() {
          const { ask } = yield* setUp
          yield* ask("POST", "/v1/orders", { body: { orderType: "PLAIN", id: "again" } })
          const path = "/v1/orders/again/process"
          const keyed = { headers: { "idempotency-key": "p1", prefer: "wait=60" } }
          const first = yield* ask("POST", path, { ...keyed, body: { pipeline: "plain" } })
          assert.strictEqual(first.status, 200, first.text)
          const repeat = yield* ask("POST", path, { ...keyed, body: { pipeline: "plain" } })
          assert.strictEqual(repeat.json.processEvent.id, first.json.processEvent.id)
          assert.strictEqual((yield* ask("POST", path, { ...keyed, body: { pipeline: "call" } })).status, 409)
          assert.strictEqual((yield* ask("POST", path)).status, 202)
          const unknown = yield* ask("POST", path, { body: { pipeline: "nobody" } })
          assert.strictEqual(unknown.status, 422)
          assert.strictEqual((yield* ask("POST", "/v1/orders/nobody/process", { body: {} })).status, 404)
          assert.strictEqual((yield* ask("POST", path, { body: { pipline: "x" } })).status, 400)
        }))

      it.effect("pages are newest first, contain no row twice, and end with a null cursor", () =>
        Effect.gen(function*() {
          const { ask } = yield* setUp
          for (let n = 0; n < 5; n++) {
            yield* ask("POST", "/v1/orders", { body: { orderType: "PLAIN", status: "Paged", id: `page ${n}/%` } })
          }
          const ids: Array<string> = []
          let cursor = ""
          do {
            const { json } = yield* ask("GET", `/v1/orders?status=Paged&limit=2${cursor}`)
            ids.push(...json.items.map(({ id }: { readonly id: string }) => id))
            cursor = json.nextCursor === null ? "" : `&cursor=${json.nextCursor}`
          } while (cursor !== "")
          assert.deepStrictEqual(ids, [4, 3, 2, 1, 0].map((n) => `page ${n}/%`))
          assert.strictEqual((yield* ask("GET", `/v1/orders/${encodeURIComponent("page 3/%")}`)).json.id, "page 3/%")
        }))
    })
  }
)
