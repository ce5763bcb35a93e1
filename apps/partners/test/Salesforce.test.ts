import { assert, describe, it } from "@effect/vitest"
import { salesforceCredentials } from "@sluice/partners/partner/salesforce/Salesforce"
import { Effect } from "effect"
import { bench, run, scripted, seen, step } from "./Bench.ts"

const path = "/services/data/v62.0/sobjects/i42as__OrderEvent__e/"

const salesforce = (options: object = {}) =>
  bench(({ salesforce }) => [
    step("salesforceV3", "crm", { instanceUrl: salesforce!, retry: { delaysMs: [5, 5] }, ...options })
  ])

describe("salesforceV3, over a socket", () => {
  it.live("asks for a token and publishes the event, and OPERATION_ENQUEUED is success", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      const [token, event, ...more] = yield* seen("salesforce")
      assert.deepStrictEqual(more, [])
      assert.strictEqual(`${token?.method} ${token?.path}`, "POST /services/oauth2/token")
      assert.deepStrictEqual(Object.fromEntries(new URLSearchParams(token?.body)), {
        grant_type: "client_credentials",
        client_id: salesforceCredentials.clientId,
        client_secret: salesforceCredentials.clientSecret
      })
      assert.strictEqual(`${event?.method} ${event?.path}`, `POST ${path}`)
      assert.strictEqual(event?.headers["authorization"], "Bearer 00Dxx0000001gPL!AR8AQ1")
      assert.strictEqual(event?.headers["content-type"], "application/json")
      const { i42as__LimioOrder__c: whole, ...fields } = JSON.parse(event!.body)
      assert.deepStrictEqual(fields, {
        i42as__OrderType__c: "NEW_ORDER",
        i42as__OrderNumber__c: "o-1",
        i42as__PurchaseDate__c: "2026-03-01T00:00:00.000Z",
        i42as__EffectiveDate__c: "2026-03-01T00:00:00.000Z",
        i42as__Source__c: "Limio",
        i42as__InitiatedSource__c: "shop",
        i42as__OrderSource__c: "shop",
        i42as__InitiatedByLimioId__c: "cust-1001",
        i42as__ContactId__c: "cust-1001"
      })
      assert.deepStrictEqual(JSON.parse(whole), {
        source: "shop",
        orderDate: "2026-03-01",
        total: { amount: 12.5, currency: "USD" }
      })
      assert.deepStrictEqual(ended.steps.map(({ state }) => state), ["succeeded"])
      assert.deepStrictEqual(ended.steps[0]?.output, {
        id: "e01xx0000000001AAA",
        eventUuid: "232fd30e-0a71-42bd-a97b-000000000001"
      })
    }).pipe(salesforce({ sendWholeOrder: true, fields: { ContactId: "{% order.customerId %}" } })))

  it.live("uses a token without an expiry until it is rejected, and then fetches exactly one new token", () =>
    Effect.gen(function*() {
      const runs = ["a", "b", "c"]
      yield* Effect.forEach(runs, (id) => run({ id }))
      assert.strictEqual((yield* seen("salesforce", "/services/oauth2/token")).length, 1)
      yield* scripted("salesforce", ["expire"])
      const ended = yield* run({ id: "d" })
      assert.deepStrictEqual(ended.records.map(({ outcome, error }) => [outcome, error?.code]), [
        ["rejected", "INVALID_SESSION_ID"],
        ["succeeded", undefined]
      ])
      assert.strictEqual((yield* seen("salesforce", "/services/oauth2/token")).length, 2)
      // A second refusal of a fresh token is the end of it.
      yield* scripted("salesforce", ["expire", "expire"])
      const refused = yield* run({ id: "e" })
      assert.strictEqual(refused.records.length, 2)
      assert.include(refused.steps[0]?.error?.message, "INVALID_SESSION_ID")
    }).pipe(salesforce()))

  it.live("retries after a rate limit and a 503, and fails if they persist", () =>
    Effect.gen(function*() {
      yield* scripted("salesforce", ["limit", "503"])
      const ended = yield* run()
      assert.deepStrictEqual(ended.records.map(({ outcome, error }) => [outcome, error?.code]), [
        ["rejected", "REQUEST_LIMIT_EXCEEDED"],
        ["rejected", "SERVER_UNAVAILABLE"],
        ["succeeded", undefined]
      ])
      yield* scripted("salesforce", ["limit", "limit", "limit"])
      const failed = yield* run({ id: "o-2" })
      assert.strictEqual(
        failed.steps[0]?.error?.message,
        "Salesforce answered 403: REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."
      )
      assert.strictEqual(failed.state, "completed", "not critical unless it is said to be")
    }).pipe(salesforce()))

  it.live("success: false is a refusal, whatever the status", () =>
    Effect.gen(function*() {
      yield* scripted("salesforce", ["refused"])
      const ended = yield* run()
      assert.deepStrictEqual(ended.records.map(({ outcome }) => outcome), ["rejected"])
      assert.include(ended.steps[0]?.error?.message, "LIMIT_EXCEEDED: The event could not be published")
    }).pipe(salesforce()))

  it.live("an event that may have been published is not published again, because Salesforce has no idempotency key", () =>
    Effect.gen(function*() {
      yield* scripted("salesforce", ["lost"])
      const ended = yield* run()
      assert.deepStrictEqual(ended.records.map(({ outcome, unknown }) => [outcome, unknown]), [["unreachable", true]])
      assert.strictEqual((yield* seen("salesforce", path)).length, 1)
    }).pipe(salesforce()))

  it.live("an order type that is not listed is skipped before its expressions are evaluated", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      assert.deepStrictEqual(ended.steps.map(({ state, reason }) => [state, reason]), [
        ["skipped", "order type NEW_ORDER is not among orderTypes"]
      ])
      assert.deepStrictEqual(yield* seen("salesforce"), [])
    }).pipe(salesforce({ orderTypes: ["REFUND"], fields: { ContactId: "{% order.nothing %}" } })))

  it.live("a value longer than the platform accepts is not sent, and the error says what to do", () =>
    Effect.gen(function*() {
      const ended = yield* run({ customFields: { text: "x".repeat(131_072) } })
      assert.match(ended.steps[0]?.error?.message ?? "", /i42as__LimioOrder__c has \d+ characters, .*fieldsToKeep/)
      assert.deepStrictEqual(yield* seen("salesforce"), [])
    }).pipe(salesforce({ sendWholeOrder: true })))

  it.live("the fields of an event are judged by the Salesforce org itself", () =>
    Effect.gen(function*() {
      const ended = yield* run()
      assert.include(ended.steps[0]?.error?.message, "INVALID_FIELD: No such column 'Unheard_Of__c'")
    }).pipe(salesforce({ fields: { Unheard_Of__c: "x" } })))
})
