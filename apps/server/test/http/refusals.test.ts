import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { type Ask, intakePaths, Sluice } from "../support/Sluice.ts"

interface Refusal {
  readonly name: string
  readonly request: readonly [method: string, path: string, ask?: Ask]
  readonly status: number
  readonly slug: string
  /** `errors[].path`; none where the problem has no errors. */
  readonly paths?: ReadonlyArray<string>
  readonly says: RegExp
}

const json = { "content-type": "application/json" }
const nested = (levels: number) => `{"orderType":"NEW_ORDER","x":${"[".repeat(levels)}${"]".repeat(levels)}}`
const huge = JSON.stringify({ orderType: "NEW_ORDER", filler: "x".repeat(1024 * 1024) })
const step = (options: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  ({
    steps: [{ name: "calloutPlugin", options, ...more }]
  }) as never

const orders: ReadonlyArray<Refusal> = [
  {
    name: "malformed JSON",
    request: ["POST", "/v1/orders", { headers: json, raw: "{\n  \"orderType\": NEW\n}" }],
    status: 400,
    slug: "invalid-request",
    paths: [""],
    says: /line 2, column 16: expected a value, found "N"/
  },
  {
    name: "an empty body",
    request: ["POST", "/v1/orders", { headers: json, raw: "" }],
    status: 400,
    slug: "invalid-request",
    says: /empty: send a JSON document/
  },
  {
    name: "a body that is not UTF-8",
    request: ["POST", "/v1/orders", { headers: json, raw: Uint8Array.of(0x22, 0xff, 0x22) }],
    status: 400,
    slug: "invalid-request",
    says: /UTF-8/
  },
  {
    name: "a list",
    request: ["POST", "/v1/orders", { body: [] }],
    status: 400,
    slug: "invalid-request",
    says: /must be a JSON object/
  },
  {
    name: "an order without a type",
    request: ["POST", "/v1/orders", { body: {} }],
    status: 400,
    slug: "invalid-request",
    paths: ["orderType"],
    says: /orderType is missing/
  },
  {
    name: "wrong types, all of them named",
    request: ["POST", "/v1/orders", {
      body: { orderType: 1, tags: "a", orderForm: { lineItems: {} }, isReadOnly: "no" }
    }],
    status: 400,
    slug: "invalid-request",
    paths: ["orderType", "tags", "orderForm.lineItems", "isReadOnly"],
    says: /tags must be a list of strings/
  },
  {
    name: "a NUL in an indexed member",
    request: ["POST", "/v1/orders", { body: { orderType: "A", customerId: "a\0b" } }],
    status: 400,
    slug: "invalid-request",
    paths: ["customerId"],
    says: /NUL/
  },
  {
    name: "half of a surrogate pair in an indexed member",
    request: ["POST", "/v1/orders", { headers: json, raw: "{\"orderType\":\"A\",\"status\":\"\\ud800\"}" }],
    status: 400,
    slug: "invalid-request",
    paths: ["status"],
    says: /surrogate/
  },
  {
    name: "65 levels",
    request: ["POST", "/v1/orders", { headers: json, raw: nested(64) }],
    status: 400,
    slug: "invalid-request",
    says: /64 levels/
  },
  {
    name: "more than 1 MiB",
    request: ["POST", "/v1/orders", { headers: json, raw: huge }],
    status: 413,
    slug: "body-too-large",
    says: /1 MiB/
  },
  {
    name: "more than 1 MiB in chunks",
    request: ["POST", "/v1/orders", { headers: { ...json, "transfer-encoding": "chunked" }, raw: huge }],
    status: 413,
    slug: "body-too-large",
    says: /1 MiB/
  },
  {
    name: "a form",
    request: ["POST", "/v1/orders", { headers: { "content-type": "application/x-www-form-urlencoded" }, raw: "a=b" }],
    status: 415,
    slug: "unsupported-media-type",
    says: /send application\/json/
  },
  {
    name: "a compressed body",
    request: ["POST", "/v1/orders", { headers: { ...json, "content-encoding": "gzip" }, raw: "x" }],
    status: 415,
    slug: "unsupported-media-type",
    says: /Content-Encoding is gzip/
  },
  {
    name: "an unknown query member",
    request: ["POST", "/v1/orders?shipmentID=1", { body: { orderType: "A" } }],
    status: 400,
    slug: "invalid-request",
    paths: ["shipmentID"],
    says: /this path takes shipmentId/
  },
  {
    name: "an order that no pipeline takes",
    request: ["POST", "/v1/orders", { body: { orderType: "NOBODY" } }],
    status: 422,
    slug: "no-pipeline",
    paths: ["narrow"],
    says: /narrow: orderTypes does not include NOBODY/
  },
  {
    name: "a wait that is too long",
    request: ["POST", "/v1/orders", { headers: { prefer: "wait=61" }, body: { orderType: "NARROW" } }],
    status: 400,
    slug: "invalid-request",
    paths: ["Prefer"],
    says: /0 to 60/
  },
  {
    name: "an idempotency key that is too long",
    request: ["POST", "/v1/orders", { headers: { "idempotency-key": "k".repeat(256) }, body: { orderType: "NARROW" } }],
    status: 400,
    slug: "invalid-request",
    paths: ["Idempotency-Key"],
    says: /1 to 255/
  },
  {
    name: "an unknown order",
    request: ["GET", "/v1/orders/nobody"],
    status: 404,
    slug: "not-found",
    says: /no order "nobody"/
  },
  {
    name: "a page of 201",
    request: ["GET", "/v1/orders?limit=201"],
    status: 400,
    slug: "invalid-request",
    paths: ["limit"],
    says: /200/
  },
  {
    name: "a page of some",
    request: ["GET", "/v1/orders?limit=some"],
    status: 400,
    slug: "invalid-request",
    paths: ["limit"],
    says: /whole number from 1 to 200/
  },
  {
    name: "a path that cannot be decoded",
    request: ["GET", "/v1/orders/%zz"],
    status: 400,
    slug: "invalid-request",
    says: /%25/
  },
  {
    name: "a path that is longer than any",
    request: ["GET", `/v1/orders/${"x".repeat(3000)}`],
    status: 404,
    slug: "not-found",
    says: /There is no/
  },
  {
    name: "a cursor of somebody else's",
    request: ["GET", "/v1/orders?cursor=abc"],
    status: 400,
    slug: "invalid-request",
    paths: ["cursor"],
    says: /nextCursor/
  },
  ...["%ff", "100%", "%C3%28"].map((written): Refusal => ({
    name: `a query that is not UTF-8 (${written})`,
    request: ["GET", `/v1/orders?externalId=${written}`],
    status: 400,
    slug: "invalid-request",
    paths: [""],
    says: /the query has a % that starts no character in UTF-8: escape it as %25/i
  })),
  {
    name: "a date that is none",
    request: ["GET", "/v1/orders?createdAfter=2026-13-01"],
    status: 400,
    slug: "invalid-request",
    paths: ["createdAfter"],
    says: /2026-11-22T/
  },
  {
    name: "a state that is none",
    request: ["GET", "/v1/process-events?state=done"],
    status: 400,
    slug: "invalid-request",
    paths: ["state"],
    says: /completed/
  },
  {
    name: "an unknown process event",
    request: ["GET", "/v1/process-events/process_event-00000000000000000000000000000000/stream"],
    status: 404,
    slug: "not-found",
    says: /no process event/
  },
  {
    name: "an unknown path",
    request: ["GET", "/v2/orders"],
    status: 404,
    slug: "not-found",
    says: /\/docs/
  },
  {
    name: "a method that is not for the path",
    request: ["DELETE", "/v1/orders/x"],
    status: 405,
    slug: "method-not-allowed",
    says: /takes GET, HEAD, PATCH, not DELETE/
  },
  ...["/metrics", "/docs", "/openapi.json", "/", "/health/ready"].map((page): Refusal => ({
    name: `a method that is not for the page ${page}`,
    request: ["DELETE", page],
    status: 405,
    slug: "method-not-allowed",
    says: /takes GET, HEAD, not DELETE/
  }))
]

const settings: ReadonlyArray<Refusal> = [
  {
    name: "an unknown plugin",
    request: ["PUT", "/v1/pipelines/bad", { body: { steps: [{ name: "telex" }] } }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[0].name"],
    says: /calloutPlugin/
  },
  {
    name: "a bad URL",
    request: ["PUT", "/v1/pipelines/bad", { body: step({ endpoint: "ftp://example.com" }) }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[0].options.endpoint"],
    says: /http/
  },
  {
    name: "an address that is not allowed",
    request: ["PUT", "/v1/pipelines/bad", { body: step({ endpoint: "http://10.0.0.1/" }) }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[0].options.endpoint"],
    says: /add 10\.0\.0\.1\/32 to SLUICE_ALLOW_NETWORKS/
  },
  {
    name: "a negative timeout",
    request: ["PUT", "/v1/pipelines/bad", { body: step({ endpoint: "https://example.com", timeoutValue: -1 }) }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[0].options.timeoutValue"],
    says: /timeoutValue/
  },
  {
    name: "two steps with one id",
    request: ["PUT", "/v1/pipelines/bad", {
      body: {
        steps: [1, 2].map(() => ({ name: "calloutPlugin", id: "a", options: { endpoint: "https://example.com" } }))
      }
    }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[1].id"],
    says: /steps\[1\]\.id/
  },
  {
    name: "an expression that is none",
    request: ["PUT", "/v1/pipelines/bad", { body: step({ endpoint: "https://example.com" }, { when: "order.(" }) }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[0].when"],
    says: /order\.\(/
  },
  {
    name: "a reference to a step that comes later",
    request: ["PUT", "/v1/pipelines/bad", {
      body: {
        steps: [
          { name: "calloutPlugin", id: "a", options: { endpoint: "{% callouts.b.body.url %}" } },
          { name: "calloutPlugin", id: "b", options: { endpoint: "https://example.com" } }
        ]
      }
    }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[0].options.endpoint"],
    says: /step b, which does not come earlier/
  },
  {
    name: "an expression that reads what the earlier step's responseSchema excludes",
    request: ["PUT", "/v1/pipelines/bad", {
      body: {
        steps: [
          {
            name: "calloutPlugin",
            id: "a",
            options: { endpoint: "https://example.com" },
            responseSchema: { type: "object", properties: { accountId: {} }, additionalProperties: false }
          },
          {
            name: "calloutPlugin",
            id: "b",
            options: { endpoint: "https://example.com", headers: { "x-account": "{% callouts.a.body.acountId %}" } }
          }
        ]
      }
    }],
    status: 400,
    slug: "invalid-request",
    paths: ["steps[1].options.headers.x-account"],
    says: /callouts\.a\.body\.acountId.*did you mean accountId\?/
  },
  {
    name: "a name that the path contradicts",
    request: ["PUT", "/v1/pipelines/bad", { body: { name: "good", steps: [] } }],
    status: 400,
    slug: "invalid-request",
    paths: ["name"],
    says: /"bad"/
  },
  {
    name: "a connector without a host",
    request: ["PUT", "/v1/connectors/bad", { body: { Name: "Webhook" } }],
    status: 400,
    slug: "invalid-request",
    says: /host/i
  },
  {
    name: "a provider of no known type",
    request: ["PUT", "/v1/auth-providers/bad", { body: { domain: "example.com", type: "magic" } }],
    status: 400,
    slug: "invalid-request",
    says: /type/
  },
  {
    name: "a secret to keep where none is stored",
    request: ["PUT", "/v1/connectors/bad", {
      body: { Name: "Webhook", Host: "https://example.com", BearerToken: "[redacted]" }
    }],
    status: 400,
    slug: "invalid-request",
    paths: ["bearerToken"],
    says: /write the secret/
  },
  {
    name: "an If-Match that is no version",
    request: ["PUT", "/v1/pipelines/bad", { headers: { "if-match": "3" }, body: { steps: [] } }],
    status: 400,
    slug: "invalid-request",
    paths: ["If-Match"],
    says: /"3"/
  },
  {
    name: "an If-Match where nothing is stored",
    request: ["PUT", "/v1/pipelines/bad", { headers: { "if-match": "\"1\"" }, body: { steps: [] } }],
    status: 412,
    slug: "version-mismatch",
    says: /leave If-Match out/
  }
]

const refused = (refusal: Refusal) =>
  Effect.gen(function*() {
    const { ask } = yield* Sluice
    const sql = yield* SqlClient.SqlClient
    yield* ask("PUT", "/v1/pipelines/narrow", { body: { match: { orderTypes: ["NARROW"] }, steps: [] } })
    const counts = sql`SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM pipelines) AS pipelines,
      (SELECT count(*) FROM connectors) AS connectors, (SELECT count(*) FROM auth_providers) AS providers`
    const before = yield* counts

    const answer = yield* ask(...refusal.request)

    assert.strictEqual(answer.status, refusal.status, answer.text)
    assert.strictEqual(answer.headers["content-type"], "application/problem+json")
    assert.deepInclude(answer.json, { type: `urn:sluice:problem:${refusal.slug}`, status: refusal.status })
    assert.match(`${answer.json.detail} ${JSON.stringify(answer.json.errors)}`, refusal.says)
    if (refusal.paths !== undefined) {
      assert.deepStrictEqual(answer.json.errors.map((error: { readonly path: string }) => error.path), refusal.paths)
    }
    assert.notMatch(answer.text, /\bat .*\.ts:\d+/)
    assert.deepStrictEqual(yield* counts, before)
  })

describe.each(intakePaths)("refusals, orders taken in by the %s path", (intake) => {
  layer(Sluice.layer({}, intake), { excludeTestServices: true })((it) => {
    for (const refusal of [...orders, ...settings]) {
      it.effect(`a refusal names the member and the remedy, and nothing is stored: ${refusal.name}`, () =>
        refused(refusal))
    }
  })
})
