import { assert, describe, it } from "@effect/vitest"
import { orderSeen } from "@sluice/partners/OrderSeen"
import type { Partner } from "@sluice/partners/Partner"
import { eventFields } from "@sluice/partners/partner/salesforce/EventFields"
import { makeSalesforce, salesforceCredentials } from "@sluice/partners/partner/salesforce/Salesforce"
import { makeZuora, zuoraCredentials } from "@sluice/partners/partner/zuora/Zuora"
import type { Reply } from "@sluice/partners/Reply"
import { limitOf, platformName } from "@sluice/plugins/internal/salesforce/EventFields"
import * as Salesforce from "@sluice/plugins/internal/salesforce/SalesforceJudgement"
import * as Zuora from "@sluice/plugins/internal/zuora/ZuoraJudgement"
import { Effect } from "effect"
import { bench, run, seen, step } from "./Bench.ts"
import { type Fixture, fixture, fixtureNames, leaves, shape, valuesAt } from "./Fixture.ts"

it.each(fixtureNames)("%s says where it comes from", (name) => {
  const { source } = fixture(name)
  assert.match(source.title, /^(Zuora|Salesforce|Limio): ./)
  assert.match(source.url, /^https:\/\/(developer\.zuora\.com|[a-z]+\.salesforce\.com|docs\.limio\.com)\//)
})

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const bodyOf = ({ body, headers }: Sent): unknown =>
  headers["content-type"]?.includes("form-urlencoded") === true
    ? Object.fromEntries(new URLSearchParams(body))
    : JSON.parse(body)

/** A raw request says what the vendor documents, and nothing that it does not. */
const asDocumented = (sent: Sent | undefined, { request }: Fixture) => {
  assert.isDefined(sent)
  assert.isDefined(request)
  assert.strictEqual(`${sent.method} ${sent.path}`, `${request.method} ${request.path}`)
  assert.strictEqual(sent.headers["content-type"], request.contentType)
  for (const name of request.present ?? []) assert.property(sent.headers, name)
  for (const name of request.absent ?? []) assert.notProperty(sent.headers, name)
  const paths = leaves(bodyOf(sent)).map(([path]) => path)
  if (request.members !== undefined) assert.includeMembers([...request.members], paths)
  assert.includeMembers(paths, [...request.required ?? []])
}

describe("the plugins' raw requests are the vendors' documented ones", () => {
  it.live("zuora: a token, an account, an order", () =>
    Effect.gen(function*() {
      yield* run({
        customerEmail: "ada@example.com",
        shippingAddress: { line1: "1", city: "S", state: "IL", countryCode: "US" }
      })
      const [token, account, order] = yield* seen("zuora")
      asDocumented(token, fixture("zuora/create-token"))
      asDocumented(account, fixture("zuora/create-account"))
      asDocumented(order, fixture("zuora/create-order"))
      for (const { headers } of [account!, order!]) {
        assert.isBelow(headers["idempotency-key"]!.length, 255)
        assert.match(headers["zuora-track-id"]!, /^[^:;"']{1,64}$/)
      }
    }).pipe(
      bench(({ zuora }) => [
        step("zuora", "billing", {
          baseUrl: zuora!,
          accountNumber: "ACC-1",
          subscriptions: [{ productRatePlanId: "p" }]
        })
      ])
    ))

  it.live("salesforceV3: a token, an event of the platform's fields within their lengths", () =>
    Effect.gen(function*() {
      yield* run({ orderNumber: "N-1", forSubscription: "S-1" })
      const [token, event] = yield* seen("salesforce")
      asDocumented(token, fixture("salesforce/create-token"))
      asDocumented(event, fixture("salesforce/publish-event"))
      const fields = fixture("salesforce/order-event-fields").fields!
      for (const [name, value] of Object.entries(JSON.parse(event!.body))) {
        const limit = fields[/^i42as__(\w+)__c$/.exec(name)?.[1] ?? ""]
        assert.isDefined(limit, name)
        if (typeof limit === "number") assert.isAtMost(String(value).length, limit)
      }
    }).pipe(
      bench(({ salesforce }) => [step("salesforceV3", "crm", { instanceUrl: salesforce!, sendWholeOrder: true })])
    ))

  it("both enforce the platform's fields and their lengths", () => {
    const fields = fixture("salesforce/order-event-fields").fields!
    assert.deepStrictEqual(eventFields, fields)
    for (const [name, limit] of Object.entries(fields)) {
      assert.strictEqual(limitOf(platformName(name)), typeof limit === "number" ? limit : undefined, name)
    }
  })
})

/** The partner's answer to a request, without a socket. */
const asking =
  (partner: Partner) => (path: string, body: unknown, headers: Record<string, string> = {}, receivedAt = 0) => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    return partner.reply({ method: "POST", path, headers, body: text, receivedAt, order: orderSeen(text), number: 1 })
  }

const form = { "content-type": "application/x-www-form-urlencoded" }
const tokenFor = ({ clientId, clientSecret }: typeof zuoraCredentials) =>
  `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`
const account = { name: "A", currency: "EUR", accountNumber: "ACC-1", billToContact: { firstName: "A", lastName: "B" } }
const order = (termType: string) => ({
  orderDate: "2025-01-01",
  existingAccountNumber: "ACC-1",
  subscriptions: [{
    orderActions: [{
      type: "CreateSubscription",
      createSubscription: { terms: { initialTerm: { termType } }, subscribeToRatePlans: [{ productRatePlanId: "p" }] }
    }]
  }]
})

/** Every documented answer, brought about at a fresh fake. */
const answers: Readonly<Record<string, () => Reply>> = (() => {
  const zuora = (script: ReadonlyArray<string> = []) => {
    const partner = makeZuora()
    const ask = asking(partner)
    ask("/oauth/token", tokenFor(zuoraCredentials), form)
    const headers = { authorization: "Bearer c652cbc0ea384b9f0000000000000001" }
    ask("/v1/accounts", account, headers)
    partner.script?.put(script)
    return { ask, headers }
  }
  const zuoraOrder = (script: ReadonlyArray<string>, termType = "EVERGREEN") => () => {
    const { ask, headers } = zuora(script)
    return ask("/v1/orders", order(termType), headers)
  }
  const event = "/services/data/v62.0/sobjects/i42as__OrderEvent__e/"
  const salesforce = (script: ReadonlyArray<string>, body: object = { i42as__OrderType__c: "NEW_ORDER" }) => () => {
    const partner = makeSalesforce()
    const ask = asking(partner)
    ask("/services/oauth2/token", tokenFor(salesforceCredentials), form)
    partner.script?.put(script)
    return ask(event, body, { authorization: "Bearer 00Dxx0000001gPL!AR8AQ1", "content-type": "application/json" })
  }
  return {
    "zuora/create-token": () => asking(makeZuora())("/oauth/token", tokenFor(zuoraCredentials), form),
    "zuora/create-account": () => {
      const { ask, headers } = zuora()
      return ask("/v1/accounts", { ...account, accountNumber: "ACC-2" }, headers)
    },
    "zuora/create-order": zuoraOrder([]),
    "zuora/error": zuoraOrder([], "WRONG"),
    "zuora/lock": zuoraOrder(["lock"]),
    "zuora/limit": zuoraOrder(["limit"]),
    "zuora/authentication-failed": () => asking(makeZuora())("/v1/accounts", account),
    "zuora/too-many-requests": zuoraOrder(["429"]),
    "zuora/conflict": () => {
      const { ask, headers } = zuora(["slow"])
      ask("/v1/orders", order("EVERGREEN"), { ...headers, "idempotency-key": "k" })
      return ask("/v1/orders", order("EVERGREEN"), { ...headers, "idempotency-key": "k" }, 1000)
    },
    "zuora/unprocessable": () => {
      const { ask, headers } = zuora()
      ask("/v1/orders", order("EVERGREEN"), { ...headers, "idempotency-key": "k" })
      return ask("/v1/accounts", account, { ...headers, "idempotency-key": "k" })
    },
    "salesforce/create-token": () =>
      asking(makeSalesforce())("/services/oauth2/token", tokenFor(salesforceCredentials), form),
    "salesforce/publish-event": salesforce([]),
    "salesforce/limit-info": salesforce([]),
    "salesforce/invalid-session": () => asking(makeSalesforce())(event, {}),
    "salesforce/request-limit-exceeded": salesforce(["limit"]),
    "salesforce/server-unavailable": salesforce(["503"]),
    "salesforce/string-too-long": salesforce([], { i42as__OrderType__c: "x".repeat(41) })
  }
})()

describe("the fakes' answers are the vendors' documented ones", () => {
  it("for every fixture of an answer", () => {
    const documented = fixtureNames.filter((name) => fixture(name).response !== undefined)
    assert.sameMembers(Object.keys(answers), documented)
  })

  it.each(Object.keys(answers))("%s", (name) => {
    const { response } = fixture(name)
    const reply = answers[name]!()
    assert(reply._tag === "Answer" && response !== undefined)
    assert.strictEqual(reply.status, response.status)
    for (const header of Object.keys(response.headers ?? {})) assert.property(reply.headers, header)
    if (response.body === undefined) return
    const body: unknown = JSON.parse(reply.body)
    assert.includeMembers([...shape(response.body)], [...shape(body)])
    for (const path of response.exact ?? []) assert.deepStrictEqual(valuesAt(body, path), valuesAt(response.body, path))
  })
})

const asReceived = ({ response }: Fixture) => ({
  status: response!.status,
  headers: response!.headers ?? {},
  body: new TextEncoder().encode(response!.body === undefined ? "" : JSON.stringify(response!.body)),
  truncated: false
})

/** `again`: another attempt; `new key`: under a key of its own. */
const judged = (name: string) => {
  const answer = asReceived(fixture(name))
  const vendor = name.startsWith("zuora/") ? Zuora : Salesforce
  const judgement = vendor === Zuora ? Zuora.judge(() => undefined)(answer) : Salesforce.judge(answer)
  const code = "code" in judgement ? judgement.code : undefined
  const end = { outcome: judgement.outcome, status: answer.status, ...(code !== undefined && { code }) }
  return [
    judgement.outcome,
    ...(code === undefined ? [] : [code]),
    ...(vendor.isRetried(end) ? ["again"] : []),
    ...(vendor === Zuora && Zuora.mintsKey(end) ? ["new key"] : [])
  ].join(", ")
}

describe("the plugins understand the vendors' documented answers", () => {
  it.each([
    ["zuora/create-account", "succeeded"],
    ["zuora/create-order", "succeeded"],
    ["zuora/error", "rejected, 53100320"],
    ["zuora/lock", "rejected, 58730050, again, new key"],
    ["zuora/limit", "rejected, 50000070, again, new key"],
    ["zuora/too-many-requests", "rejected, again, new key"],
    ["zuora/conflict", "rejected, again"],
    ["zuora/unprocessable", "rejected"],
    ["zuora/authentication-failed", "rejected, 90000011, new key"],
    ["salesforce/publish-event", "succeeded"],
    ["salesforce/invalid-session", "rejected, INVALID_SESSION_ID"],
    ["salesforce/request-limit-exceeded", "rejected, REQUEST_LIMIT_EXCEEDED, again"],
    ["salesforce/server-unavailable", "rejected, SERVER_UNAVAILABLE, again"],
    ["salesforce/string-too-long", "rejected, STRING_TOO_LONG"]
  ])("%s → %s", (name, expected) => {
    assert.strictEqual(judged(name), expected)
  })
})
