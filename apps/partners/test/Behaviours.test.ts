import { assert, describe, it } from "@effect/vitest"
import { orderSeen } from "@sluice/partners/OrderSeen"
import type { Partner } from "@sluice/partners/Partner"
import { analytics } from "@sluice/partners/partner/Analytics"
import { billing } from "@sluice/partners/partner/Billing"
import { flaky } from "@sluice/partners/partner/Flaky"
import { fulfilment } from "@sluice/partners/partner/Fulfilment"
import { nonsense } from "@sluice/partners/partner/Nonsense"
import { provisioning } from "@sluice/partners/partner/Provisioning"
import { scripted } from "@sluice/partners/partner/Scripted"
import { slow } from "@sluice/partners/partner/Slow"
import { validation } from "@sluice/partners/partner/Validation"
import { crm, warehouse, webhookSecrets } from "@sluice/partners/partner/WebhookReceiver"
import type { Reply } from "@sluice/partners/Reply"
import { Clock, DateTime, Effect } from "effect"
import { Webhook } from "standardwebhooks"

const ask = (partner: Partner, path: string, order: unknown = {}, number = 1): Reply =>
  partner.reply({
    method: "POST",
    path,
    headers: {},
    body: JSON.stringify(order),
    receivedAt: 0,
    order: orderSeen(JSON.stringify(order)),
    number
  })

/** A reply in a few words, so that a table shows what matters. */
const said = (reply: Reply): string => {
  switch (reply._tag) {
    case "Answer":
      return `${reply.status} ${reply.body}`
    default:
      return reply._tag
  }
}

const address = { countryCode: "SE", postalCode: "111 52" }

describe("A partner answers by the order and by nothing else", () => {
  it.each<[Partner, string, unknown, string]>([
    [provisioning, "/api/provision", { id: "o" }, `200 {"accountId": "ACC-12345"}`],
    [billing, "/accounts/ACC-12345", {}, `200 {"account":"ACC-12345","billed":true}`],
    [billing, "/accounts/", {}, `404 {"error":"no such account"}`],
    [fulfilment, "/api/fulfil", { shippingAddress: address }, `200 {"deliverable":true,"carrier":"Post"}`],
    [
      fulfilment,
      "/api/fulfil",
      { shippingAddress: { countryCode: "AQ" } },
      `400 {"deliverable":false,"reason":"No carrier delivers to AQ"}`
    ],
    [
      fulfilment,
      "/api/fulfil",
      {},
      `400 {"deliverable":false,"reason":"No carrier delivers to an address without a country"}`
    ],
    [
      validation,
      "/api/validate",
      { Value: { ShippingAddress: { PostalCode: "111 52" } } },
      `200 {"OrderActionExecutionResults":[{"ActionStatus":"Success"}],"OrderPatch":{"Status":"Validated",` +
      `"Tags":["fraud-checked"],"Properties":[{"Key":"ValidationScore","Value":"95"}]}}`
    ],
    [
      validation,
      "/api/validate",
      { Value: { ShippingAddress: { CountryCode: "SE" } } },
      `200 {"OrderActionExecutionResults":[{"ActionStatus":"Error","CancelWorkflow":true,` +
      `"ErrorReason":"Shipping address could not be validated"}]}`
    ],
    [
      validation,
      "/api/validate",
      { Value: { ShippingAddress: { PostalCode: "1" }, CustomerEmail: "eve@review.example" } },
      `200 {"OrderActionExecutionResults":[{"ActionStatus":"Warning","ErrorReason":"The customer is on the review list"}]}`
    ],
    [analytics, "/", {}, `500 {"error":"the warehouse is rebuilding"}`],
    [nonsense, "/", {}, "200 <!doctype html><title>Welcome to nginx!</title>"],
    [nonsense, "/truncated", {}, `200 { "OrderPatch": { "Status": "Valid`],
    [nonsense, "/nul", {}, "200 \0\0\0\0"]
  ])("$0.name at %s", (partner, path, order, expected) => {
    assert.strictEqual(said(ask(partner, path, order)), expected)
  })

  it("the path of the slow partner sets its delay, up to ten minutes; the default is 10 s", () => {
    const delays = ["/after/2500", "/after/999999", "/"].map((path) => ask(slow, path)).map((reply) =>
      reply._tag === "Answer" ? reply.afterMs : undefined
    )
    assert.deepStrictEqual(delays, [2500, 600_000, 10_000])
  })
})

describe("A partner that fails does so by the number of the request", () => {
  it.each<[Partner, string, ReadonlyArray<string>]>([
    [flaky, "/", ["503", "Reset", "503", "200", "200"]],
    [scripted, "/503,reset,cut,hang,204", ["503", "Reset", "Cut", "Hang", "204", "204"]],
    [scripted, "/cancel,patch,html,truncated,nul,flood", ["200", "200", "200", "200", "200", "200"]],
    [scripted, "/", ["400"]],
    [scripted, "/99,600,toString", ["400", "400", "400"]]
  ])("$0.name at %s", (partner, path, expected) => {
    const answers = expected.map((_, index) => {
      const reply = ask(partner, path, {}, index + 1)
      return reply._tag === "Answer" ? String(reply.status) : reply._tag
    })
    assert.deepStrictEqual(answers, expected)
  })

  it("an entry of a script may name its delay in milliseconds", () => {
    const reply = ask(scripted, "/200~1500")
    assert.strictEqual(reply._tag === "Answer" ? reply.afterMs : undefined, 1500)
  })

  it("a flood exceeds the number of bytes that a caller should read", () => {
    const reply = ask(scripted, "/flood")
    assert.isAbove(reply._tag === "Answer" ? reply.body.length : 0, 2 * 1024 * 1024)
  })
})

describe("A receiver of webhooks believes only what was signed with its secret", () => {
  const body = `{"id":"o"}`
  const asked = (partner: Partner, secret: string, sent: string, number = 1) => {
    const now = DateTime.toDateUtc(DateTime.makeUnsafe(Effect.runSync(Clock.currentTimeMillis)))
    const headers = {
      "webhook-id": "msg-1",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg-1", now, body)
    }
    const request = { method: "POST", path: "/hooks", headers, body: sent, receivedAt: 0, order: orderSeen(sent) }
    const reply = partner.reply({ ...request, number })
    return reply._tag === "Answer" ? [reply.status, reply.finding] : []
  }

  it.each<[string, ReadonlyArray<unknown>, ReadonlyArray<unknown>]>([
    ["takes it", asked(crm, webhookSecrets.crm, body), [204, "verified"]],
    ["refuses other bytes", asked(crm, webhookSecrets.crm, `${body} `), [401, "No matching signature found"]],
    ["refuses another's", asked(crm, webhookSecrets.warehouse, body), [401, "No matching signature found"]],
    ["or is busy first", asked(warehouse, webhookSecrets.warehouse, body), [503, "verified"]],
    ["and takes it then", asked(warehouse, webhookSecrets.warehouse, body, 2), [204, "verified"]]
  ])("%s", (_, found, expected) => assert.deepStrictEqual(found, expected))
})
