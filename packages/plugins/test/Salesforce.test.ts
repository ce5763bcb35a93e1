import { assert, describe, it } from "@effect/vitest"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import * as Json from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { schemaFaults } from "@sluice/engine/internal/validation/SchemaFaults"
import type { AttemptEnd } from "@sluice/engine/plugins/RetrySchedule"
import { defaultFields, limioOrder } from "../src/salesforce/LimioOrder.ts"
import { orderEvent } from "../src/salesforce/OrderEvent.ts"
import { isRetried, judge, outputOf } from "../src/salesforce/SalesforceJudgement.ts"
import { platformOrderTypes, SalesforceOptions } from "../src/salesforce/SalesforceOptions.ts"
import { salesforceV3 } from "../src/SalesforceV3.ts"

const order: Order = {
  id: "order-0123456789abcdef0123456789abcdef",
  orderType: "NEW_ORDER",
  status: "New",
  createdAt: "2026-03-01T10:00:00.000Z",
  updatedAt: "2026-03-01T10:00:00.000Z",
  version: 1,
  customerId: "cust-1",
  source: "shop",
  externalIds: [{ providerName: "ZuoraSubscription", id: "A-S1" }]
}
const options: SalesforceOptions = { instanceUrl: "https://acme.my.salesforce.com" }

const event = (more: Partial<SalesforceOptions> = {}, members: object = {}) => {
  const made = orderEvent({ ...options, ...more }, { ...order, ...members })
  return "body" in made ? JSON.parse(made.body) : made.tooLong
}

const parsed = (members: object, data?: SalesforceOptions["orderDataOptions"]): Record<string, Json.Json> =>
  JSON.parse(limioOrder(members as Order, data))

describe("the event", () => {
  it("names its members like the platform", () => {
    assert.deepStrictEqual(event(), {
      i42as__OrderType__c: "NEW_ORDER",
      i42as__OrderNumber__c: "order-0123456789abcdef0123456789abcdef",
      i42as__PurchaseDate__c: "2026-03-01T10:00:00.000Z",
      i42as__EffectiveDate__c: "2026-03-01T10:00:00.000Z",
      i42as__SubscriptionId__c: "A-S1",
      i42as__Source__c: "Limio",
      i42as__InitiatedSource__c: "shop",
      i42as__OrderSource__c: "shop",
      i42as__InitiatedByLimioId__c: "cust-1"
    })
  })

  it("has a number of a field as it is written", () => {
    const fields: unknown = Json.parse("{\"Own_Field__c\":12345678901234567890}")
    assert.deepStrictEqual(schemaFaults(SalesforceOptions, { ...options, fields }), [])
    const made = orderEvent({ ...options, fields } as SalesforceOptions, order)
    assert.include("body" in made ? made.body : made.tooLong, "\"Own_Field__c\":12345678901234567890")
    assert.lengthOf(schemaFaults(SalesforceOptions, { ...options, fields: { Own_Field__c: {} } }), 1)
  })

  it("overrides the order's fields with those of the options, in any case, and omits empty ones", () => {
    const fields = {
      ContactId: "003",
      i42as__CaseId: "500",
      i42as__Source__c: "Sluice",
      Own_Field__c: 5,
      OrderSource: ""
    }
    const made = event({ fields })
    assert.deepInclude(made, {
      i42as__ContactId__c: "003",
      i42as__CaseId__c: "500",
      i42as__Source__c: "Sluice",
      Own_Field__c: 5
    })
    assert.notProperty(made, "i42as__OrderSource__c")
  })

  it.each([
    ["OrderType", 40],
    ["OrderNumber", 40],
    ["SubscriptionId", 100],
    ["ContactId", 18],
    ["AccountId", 18],
    ["CaseId", 18],
    ["InitiatedByLimioId", 70],
    ["InitiatedByExternalId", 150],
    ["StudentGraduationYear", 4],
    ["LimioOrder", 131_072]
  ])("accepts %s of %i characters and not one more", (field, limit) => {
    const name = `i42as__${field}__c`
    assert.strictEqual(event({ fields: { [field]: "x".repeat(limit) } })[name].length, limit)
    assert.include(
      event({ fields: { [field]: "x".repeat(limit + 1) } }),
      `${name} has ${limit + 1} characters, and the platform takes ${limit}`
    )
  })

  it("refuses unknown field names when the pipeline is saved, also if their values are expressions", () => {
    const [fault] = schemaFaults(SalesforceOptions, { ...options, fields: { contactId: "{% order.x %}" } })
    assert.strictEqual(fault?.path, "fields")
    assert.match(fault!.message, /^contactId: no field of i42as__OrderEvent__e; write one of OrderType/)
  })
})

describe("the whole order", () => {
  const item = {
    id: "i-1",
    name: "The Daily",
    parentId: "p",
    secret: "no",
    price: { amount: 1, currency: "USD", summary: {}, tax: 1 },
    offer: { id: "f", name: "F", data: { attributes: { price__limio: [1], colour: "red" }, extra: 1 }, other: 1 },
    products: [{ path: "/p", attributes: {}, record_type: "product", syncedFrom: "x" }]
  }
  const whole = { ...Object.fromEntries(defaultFields.map((name) => [name, { kept: name }])), status: "New", id: "o" }

  it("is reduced to the fifteen members that the platform documents", () => {
    assert.strictEqual(defaultFields.length, 15)
    assert.sameMembers(Object.keys(parsed(whole)), [...defaultFields])
  })

  it("has items, offers and products reduced as the platform documents, and what the options add", () => {
    const reduced = {
      id: "i-1",
      name: "The Daily",
      price: { amount: 1, currency: "USD", summary: {} },
      offer: { id: "f", name: "F", data: { attributes: { price__limio: [1] } } },
      products: [{ path: "/p", attributes: {}, record_type: "product" }]
    }
    assert.deepStrictEqual(parsed({ orderItems: [item] }), { orderItems: [reduced] })
    assert.deepStrictEqual(
      parsed({ orderItems: [item] }, {
        itemFields: ["parentId"],
        offerDataFields: ["extra"],
        productDataFields: ["syncedFrom"]
      }),
      {
        orderItems: [{
          ...reduced,
          parentId: "p",
          offer: { ...reduced.offer, data: { ...reduced.offer.data, extra: 1 } },
          products: [{ ...reduced.products[0], syncedFrom: "x" }]
        }]
      }
    )
  })

  it("contains the members in fieldsToKeep if given, and is never truncated", () => {
    assert.deepStrictEqual(parsed({ status: "New", total: 1 }, { fieldsToKeep: ["status"] }), { status: "New" })
    const long = { customFields: { text: "x".repeat(131_072) } }
    assert.match(event({ sendWholeOrder: true }, long), /i42as__LimioOrder__c has \d+ characters.*fieldsToKeep/)
    assert.isString(event({ sendWholeOrder: true }).i42as__LimioOrder__c)
  })
})

describe("an answer of Salesforce", () => {
  /** Salesforce: "Publish Event Messages with Salesforce APIs". */
  const enqueued = {
    id: "e01xx0000000001AAA",
    success: true,
    errors: [{ statusCode: "OPERATION_ENQUEUED", message: "232fd30e-0a71-42bd-a97b-be0e329b2ded", fields: [] }]
  }
  const limit = [{ message: "TotalRequests Limit exceeded.", errorCode: "REQUEST_LIMIT_EXCEEDED" }]
  it.each<[number, unknown, string, string | undefined]>([
    [201, enqueued, "succeeded", undefined],
    [201, { id: "e", success: true, errors: [] }, "succeeded", undefined],
    [
      200,
      { success: false, errors: [{ statusCode: "LIMIT_EXCEEDED", message: "full", fields: [] }] },
      "rejected",
      "Salesforce answered 200: LIMIT_EXCEEDED: full"
    ],
    [403, limit, "rejected", "Salesforce answered 403: REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."],
    [503, "<html>", "rejected", "Salesforce answered 503"],
    [201, "<html>", "invalid-response", "Salesforce answered 201 without saying success"]
  ])("%i %j", (status, body, outcome, message) => {
    const bytes = Utf8.encode(typeof body === "string" ? body : JSON.stringify(body))
    const judgement = judge({ status, headers: {}, body: bytes, truncated: false })
    assert.strictEqual(judgement.outcome, outcome)
    assert.strictEqual("message" in judgement ? judgement.message : undefined, message)
  })

  it("stores the record's id and the event's UUID", () => {
    assert.deepStrictEqual(outputOf(enqueued), {
      id: "e01xx0000000001AAA",
      eventUuid: "232fd30e-0a71-42bd-a97b-be0e329b2ded"
    })
  })

  it.each<[AttemptEnd, boolean]>([
    [{ outcome: "rejected", status: 403, code: "REQUEST_LIMIT_EXCEEDED" }, true],
    [{ outcome: "rejected", status: 503 }, true],
    [{ outcome: "rejected", status: 403, code: "INSUFFICIENT_ACCESS" }, false],
    [{ outcome: "unreachable", code: "refused" }, true],
    [{ outcome: "unreachable", code: "tls" }, true],
    [{ outcome: "unreachable", code: "proxy" }, true],
    [{ outcome: "unreachable", code: "blocked" }, false],
    [{ outcome: "unreachable", code: "reset" }, false],
    [{ outcome: "timed-out" }, false]
  ])("%j is retried: %s", (end, expected) => {
    assert.strictEqual(isRetried(end), expected)
  })
})

it.each<[Json.Json | undefined, string, boolean]>([
  ...platformOrderTypes.map((type) => [undefined, type, false] as [undefined, string, boolean]),
  [undefined, "CHANGED_BILLING_ADDRESS", true],
  [["REFUND"], "REFUND", false],
  [["REFUND"], "NEW_ORDER", true],
  [["OWN_TYPE"], "OWN_TYPE", false]
])("with orderTypes %j, %s is skipped: %s", (orderTypes, orderType, skipped) => {
  const reason = salesforceV3.skips?.(orderTypes === undefined ? {} : { orderTypes }, { ...order, orderType })
  assert.strictEqual(reason !== undefined, skipped)
})
