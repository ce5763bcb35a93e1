import { assert, describe, it } from "@effect/vitest"
import { readRetryDelays } from "@sluice/domain/internal/pipeline/RetryDelays"
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { webhookTypeOf, webhookTypes } from "@sluice/domain/webhook/WebhookType"

const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`
const minimal = { Url: "https://example.com/hook", Types: ["*"], Secret: secret }

const faultOf = (members: object): string => {
  const decoded = decodeWebhookEndpoint("a", { ...minimal, ...members } as never)
  return "faults" in decoded ? decoded.faults.map(({ path }) => path).join() : "none"
}

describe("WebhookEndpointDocument", () => {
  it("reads member names regardless of the case of the first letter", () => {
    const decoded = decodeWebhookEndpoint("a", { ...minimal, headers: [{ Key: "X-A", Value: "1" }] })
    assert.isTrue("endpoint" in decoded)
    if (!("endpoint" in decoded)) return
    assert.deepStrictEqual(decoded.endpoint.types, ["*"])
    assert.deepStrictEqual(decoded.endpoint.headers, { "X-A": "1" })
    assert.strictEqual(decoded.endpoint.ordering, "perOrder")
  })

  const refused: ReadonlyArray<readonly [path: string, members: object]> = [
    ["url", { Url: "ftp://example.com" }],
    ["types", { Types: [] }],
    ["types[0]", { Types: ["order.invented"] }],
    ["types", { Types: [5] }],
    ["headers.Content-Length", { headers: { "Content-Length": "5" } }],
    ["secret", { Secret: "hunter2" }],
    ["secret", { Secret: "whsec_c2hvcnQ=" }],
    ["rateLimitPerSecond", { rateLimitPerSecond: 0 }],
    ["retrySchedule", { retrySchedule: ["soon"] }],
    ["ordering", { ordering: "perCustomer" }],
    ["auth.type", { auth: { token: "x" } }],
    ["disabled", { disabled: "no" }]
  ]
  for (const [path, members] of refused) {
    it(`refuses ${JSON.stringify(members)} with the name of the member`, () =>
      assert.strictEqual(faultOf(members), path))
  }

  it("reads delays in milliseconds, with a unit, and as a TimeSpan, the first attempt being at once", () => {
    assert.deepStrictEqual(readRetryDelays([0, "5s", "00:05:00", 250]), [0, 5000, 300_000, 250])
    assert.deepStrictEqual(readRetryDelays(["1m"]), [0, 60_000])
    assert.isString(readRetryDelays([-1]))
  })
})

describe("WebhookType", () => {
  it("is determined by the order type; other order types have none", () => {
    assert.strictEqual(webhookTypeOf("NEW_GIFT_ORDER"), "order.submitted")
    assert.strictEqual(webhookTypeOf("CHANGED_BILLING_ADDRESS"), "order.address_change")
    for (const type of ["REFUND", "REQUEST_RENEWAL", "DATA_CAPTURE", "constructor", "new_order"]) {
      assert.isUndefined(webhookTypeOf(type))
    }
    assert.strictEqual(new Set(webhookTypes).size, webhookTypes.length)
  })
})
