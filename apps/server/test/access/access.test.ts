import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Sluice } from "../support/Sluice.ts"

describe("access", () => {
  layer(Sluice.layer({ SLUICE_API_KEYS: "ops=first-key-of-all,shop=second-key-of-all" }), {
    excludeTestServices: true
  })((it) => {
    it.effect("with keys, a request without one is 401 with WWW-Authenticate on every path under /v1, known or not", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        for (const path of ["/v1/orders", "/v1/nowhere", "//v1/orders", "/v1/orders?limit=0", "/metrics"]) {
          const answer = yield* ask("GET", path)
          assert.strictEqual(answer.status, 401, path)
          assert.match(String(answer.headers["www-authenticate"]), /^Bearer /)
          assert.strictEqual(answer.json.type, "urn:sluice:problem:unauthorized")
        }
        const wrong = yield* ask("POST", "/v1/orders", { headers: { authorization: "Bearer third" }, body: {} })
        assert.strictEqual(wrong.status, 401)
        assert.match(String(wrong.headers["www-authenticate"]), /invalid_token/)
      }))

    it.effect("with keys, each of them is accepted under any Host, and identified by its name", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const headers = { authorization: "Bearer second-key-of-all", host: "sluice.example.com" }
        yield* ask("PUT", "/v1/pipelines/all", { headers, body: { steps: [] } })
        const order = yield* ask("POST", "/v1/orders", { headers, body: { orderType: "A" } })
        assert.strictEqual(order.status, 202, order.text)
        const run = yield* ask("POST", `/v1/orders/${order.json.orderId}/process`, {
          headers: { ...headers, prefer: "wait=60" },
          body: {}
        })
        assert.strictEqual(run.json.processEvent.requestedBy, "shop")
      }))

    it.effect("with keys, health, docs and the API description need none", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        for (const path of ["/", "/docs", "/openapi.json", "/health/live", "/health/ready"]) {
          assert.strictEqual((yield* ask("GET", path)).status, 200, path)
        }
      }))
  })

  layer(Sluice.layer(), { excludeTestServices: true })((it) => {
    it.effect("without keys, a foreign Host is refused on every path", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        for (const path of ["/", "/docs", "/health/live", "/v1/orders", "/nowhere"]) {
          const answer = yield* ask("GET", path, { headers: { host: "evil.example.com" } })
          assert.strictEqual(answer.status, 403, path)
          assert.strictEqual(answer.json.type, "urn:sluice:problem:foreign-host")
          const absolute = yield* ask("GET", `http://evil.example.com${path}`)
          assert.strictEqual(absolute.status, 403)
        }
        assert.strictEqual((yield* ask("GET", "/v1/orders", { headers: { host: "localhost:1" } })).status, 200)
      }))

    it.effect("the description is OpenAPI 3.1 and the reference loads nothing from elsewhere", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        const { json } = yield* ask("GET", "/openapi.json")
        assert.match(json.openapi, /^3\.1/)
        assert.isObject(json.paths["/v1/orders"].post)
        const docs = yield* ask("GET", "/docs")
        assert.match(String(docs.headers["content-type"]), /^text\/html/)
        assert.notMatch(docs.text, /<(script|link)[^>]+(src|href)=["']https?:/)
      }))
  })

  layer(Sluice.layer({ SLUICE_ROLES: "worker" }), { excludeTestServices: true })((it) => {
    it.effect("a process with the role worker alone serves its health, and no API", () =>
      Effect.gen(function*() {
        const { ask } = yield* Sluice
        assert.strictEqual((yield* ask("GET", "/health/ready")).status, 200)
        const answer = yield* ask("GET", "/v1/orders")
        assert.strictEqual(answer.status, 404)
        assert.match(answer.json.detail, /SLUICE_ROLES/)
      }))
  })
})
