/**
 * An attacker's pass over a started server: spellings of paths that could slip past the gate or a role, headers that claim
 * another method, path, role or address, texts that a database refuses, and names from JavaScript's own objects. The
 * address table, browsers, roles and secrets have tests of their own. See docs/threat-model.md.
 */
import { assert, layer } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { answersTo } from "@sluice/http-client/testing/HostileClients"
import { Effect, Layer } from "effect"
import { Partner } from "../support/Partner.ts"
import { type Ask, request, Sluice } from "../support/Sluice.ts"

const roles = ["read", "submit", "operate", "admin"] as const
type Key = typeof roles[number]

const keyOf = (role: Key) => `key-of-${role}-${"x".repeat(16)}`

const asking = (role: Key) =>
  Effect.map(
    Sluice,
    ({ url }) => (method: string, path: string, ask: Ask = {}) =>
      request(url, method, path, { ...ask, headers: { authorization: `Bearer ${keyOf(role)}`, ...ask.headers } })
  )

/** A text in a stored order: an answer to a request without a key must not contain it. */
const marker = "marker-in-an-order"

const planted = Effect.gen(function*() {
  const ask = yield* asking("admin")
  yield* ask("PUT", "/v1/pipelines/all", { body: { steps: [] } })
  const { status } = yield* ask("POST", "/v1/orders", {
    body: { id: "planted", orderType: "A", customerId: "c", note: marker }
  })
  assert.include([202], status)
})

/** One request without a key, its target as it stands. */
const bare = Effect.fnUntraced(function*(method: string, target: string, ...headers: ReadonlyArray<string>) {
  const { hostname, port } = new URL((yield* Sluice).url)
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${hostname}:${port}`, "Connection: close", ...headers, "", ""]
  const answered = yield* Effect.promise(() =>
    answersTo({ host: hostname, port: Number(port), key: "" }, lines.join("\r\n"), "")
  )
  return { status: Number(answered.slice(9, 12)), text: answered }
})

const targets = [
  "/v1/orders",
  "//v1/orders",
  "/v1//orders",
  "/v1/orders/",
  "/v1/./orders",
  "/health/../v1/orders",
  "/health/live/../../v1/orders",
  "/health/live/..%2f..%2fv1/orders",
  "/docs/../v1/orders",
  "/docs?/../v1/orders",
  "/docs#/../v1/orders",
  "/docs;/../v1/orders",
  "/;/v1/orders",
  "/v1/callbacks/../orders",
  "/v1/callbacks/..%2forders",
  "/v1/callbacks/%2e%2e%2forders",
  "/v1/callbacks/..;/orders",
  "/V1/orders",
  "/v1/%6frders",
  "/%76%31/orders",
  "/v1%2forders",
  "/v1\\orders",
  "http://127.0.0.1/v1/orders",
  "http://elsewhere/v1/orders",
  "/?/v1/orders",
  "/v1/orders%00",
  "/v1/orders?x=/health/live",
  "/metrics",
  "//metrics",
  "/%6detrics",
  "/assets/../../../../etc/passwd",
  "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "/..%2f..%2f..%2fetc/passwd",
  "/assets/..\\..\\package.json",
  "/v1/orders/planted",
  "/v1/audit"
]

const evil = { name: "evil", roles: ["admin"] }

/** Ways to be more than the role of one's key. */
const climbs: ReadonlyArray<readonly [method: string, path: string, headers: Ask["headers"], body?: Json]> = [
  ["HEAD", "/v1/audit", {}],
  ["HEAD", "/v1/api-keys", {}],
  ["HEAD", "/v1/customers/c/export", {}],
  ["GET", "/v1/audit/", {}],
  ["GET", "//v1/audit", {}],
  ["GET", "/v1/audit", { "x-original-url": "/v1/orders", "x-rewrite-url": "/v1/orders" }],
  ["POST", "/v1/orders/planted", { "x-http-method-override": "DELETE" }, {}],
  ["POST", "/v1/pipelines/all?_method=DELETE", { "x-http-method-override": "DELETE" }, {}],
  ["PATCH", "/v1/pipelines/all", {}, { steps: [] }],
  ["PUT", "/v1/pipelines/all", { "x-roles": "admin", "x-forwarded-user": "admin" }, { steps: [] }],
  ["POST", "/v1/api-keys", { "x-roles": "admin" }, evil],
  ["POST", "/v1/api-keys/", {}, evil],
  ["POST", "/v1//api-keys", {}, evil],
  ["POST", "/v1/api-keys%2f", {}, evil],
  ["POST", "/v1/%61pi-keys", {}, evil]
]

const nul = "%00"
const encoded = (keys: string) => Buffer.from(keys).toString("base64url")

/** Ids that PostgreSQL refuses as text, that name members of every object, or that change a path. */
const odd = [nul, "a%00b", "__proto__", "constructor", "toString", "%0d%0aX-Evil:%201", "..%2f..", "a".repeat(3000)]

const named = (id: string): ReadonlyArray<readonly [method: string, path: string, body?: Json]> => [
  ...["orders", "process-events", "deliveries", "customers", "subscriptions", "jobs", "issues", "audit", "partners"]
    .map((
      list
    ) => ["GET", `/v1/${list}/${id}`] as const),
  ...["pipelines", "connectors", "auth-providers", "webhook-endpoints"].map((list) =>
    ["GET", `/v1/${list}/${id}`] as const
  ),
  ["PATCH", `/v1/orders/${id}`, { status: "x" }],
  ["POST", `/v1/orders/${id}/process`, {}],
  ["POST", `/v1/process-events/${id}/cancel`, {}],
  ["POST", `/v1/partners/${id}/reset`],
  ["POST", `/v1/pipelines/${id}/pause`, { reason: "x" }],
  ["POST", `/v1/deliveries/${id}/redeliver`],
  ["POST", `/v1/customers/${id}/erase`, { reason: "x" }],
  ["POST", `/v1/callbacks/${id}`, {}]
]

const cursors = [
  "x",
  "A".repeat(8000),
  encoded("[\"\\u0000\"]"),
  encoded("[\"a\\u0000\",\"b\"]"),
  encoded("[\"2026-01-01T00:00:00.000Z\",\"a\\u0000\"]"),
  encoded("[\"\\ud800\"]"),
  encoded("[1e309,1]"),
  encoded("{}"),
  encoded("[".repeat(3000))
]

const lists = [
  "orders",
  "process-events",
  "pipelines",
  "deliveries",
  "customers",
  "subscriptions",
  "jobs",
  "issues",
  "audit",
  "api-keys",
  "partners",
  "orders/planted/history",
  "orders/planted/timeline"
]

const world = Sluice.layer({ SLUICE_API_KEYS: roles.map((role) => `${role}:${role}=${keyOf(role)}`).join(",") }).pipe(
  Layer.provideMerge(Partner.layer)
)

layer(world, { excludeTestServices: true })("an attacker", (it) => {
  it.effect("without a key sees no data, however the path is written", () =>
    Effect.gen(function*() {
      yield* planted
      for (const target of targets) {
        for (const method of ["GET", "HEAD", "POST", "TRACE"]) {
          for (const headers of [[], ["Accept: text/html"]]) {
            const { status, text } = yield* bare(method, target, ...headers)
            const name = `${method} ${target}: ${status}`
            assert.isBelow(status, 500, name)
            for (const told of [marker, "root:x:", "sluice_runs_total"]) assert.notInclude(text, told, name)
          }
        }
      }
    }))

  it.effect("with a key of a smaller role does no more by another spelling or header", () =>
    Effect.gen(function*() {
      yield* planted
      for (const role of ["read", "submit", "operate"] as const) {
        const ask = yield* asking(role)
        for (const [method, path, headers, body] of climbs) {
          const { status } = yield* ask(method, path, { headers: headers ?? {}, body })
          assert.include([403, 404, 405], status, `${role} ${method} ${path}`)
        }
      }
      const admin = yield* asking("admin")
      assert.deepStrictEqual((yield* admin("GET", "/v1/api-keys")).json.items, [])
      assert.strictEqual((yield* admin("GET", "/v1/pipelines/all")).json.version, 1)
    }))

  it.effect("is recorded with the address of the connection, whatever headers claim", () =>
    Effect.gen(function*() {
      const ask = yield* asking("admin")
      const claims = { "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9", "forwarded": "for=203.0.113.9" }
      yield* ask("PUT", "/v1/pipelines/claimed", { headers: claims, body: { steps: [] } })
      const { json } = yield* ask("GET", "/v1/audit?resource=/v1/pipelines/claimed")
      assert.strictEqual(json.items[0].actor, "admin")
      assert.match(json.items[0].remoteAddress, /127\.0\.0\.1$/)
    }))

  it.effect("gets no 5xx and no header of their own for odd ids, cursors and filters", () =>
    Effect.gen(function*() {
      yield* planted
      const ask = yield* asking("admin")
      for (const id of odd) {
        for (const [method, path, body] of named(id)) {
          const { headers, status } = yield* ask(method, path, { body })
          assert.isBelow(status, 500, `${method} ${path.slice(0, 60)}`)
          assert.isUndefined(headers["x-evil"])
        }
      }
      for (const list of lists) {
        for (const query of [...cursors.map((cursor) => `cursor=${cursor}`), "__proto__=1", "limit=1&limit=2"]) {
          const { status } = yield* ask("GET", `/v1/${list}?${query}`)
          assert.isBelow(status, 500, `${list} ${query.slice(0, 60)}`)
        }
      }
    }))

  it.effect("adds no member to JavaScript's own objects, and no header to a partner's request", () =>
    Effect.gen(function*() {
      const ask = yield* asking("admin")
      const partner = yield* Partner
      const polluting = "{\"__proto__\":{\"polluted\":1},\"constructor\":{\"prototype\":{\"polluted\":1}}}"
      yield* ask("PUT", "/v1/pipelines/headers", {
        body: {
          match: { orderTypes: ["HEADERS"] },
          steps: [{
            name: "calloutPlugin",
            options: {
              endpoint: `${partner.url}/headers`,
              headers: { "x-a": "{% order.customFields.value %}" },
              body: { own: "{% order.customFields %}" }
            }
          }]
        }
      })
      const order = `{"orderType":"HEADERS","customFields":${polluting.slice(0, -1)},"value":"a\\r\\nX-Evil: 1"}}`
      const { json, text } = yield* ask("POST", "/v1/orders", {
        raw: order,
        headers: { "content-type": "application/json", prefer: "wait=30" }
      })
      assert.include(["failed", "completed"], json?.processEvent?.state, text)
      yield* ask("PATCH", `/v1/orders/${json.order.id}`, {
        raw: `{"customFields":${polluting},"properties":[{"key":"__proto__","value":"x"}]}`,
        headers: { "content-type": "application/json" }
      })
      assert.isUndefined(({} as { readonly polluted?: unknown }).polluted)
      assert.isFalse(partner.asked.some(({ headers }) => headers["x-evil"] !== undefined))
    }))
})
