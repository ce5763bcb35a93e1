import { assert, describe, it } from "@effect/vitest"
import type { Order } from "@sluice/domain/order/Order"
import { schemaFaults } from "@sluice/engine/internal/validation/SchemaFaults"
import { accountBody } from "../src/zuora/ZuoraAccount.ts"
import { ZuoraOptions } from "../src/zuora/ZuoraOptions.ts"
import { externalIdsPatch, numbersOf, orderBody } from "../src/zuora/ZuoraOrder.ts"

const order: Order = {
  id: "o-1",
  orderType: "NEW_ORDER",
  status: "New",
  createdAt: "2026-03-01T23:59:59.000Z",
  updatedAt: "2026-03-01T23:59:59.000Z",
  version: 1,
  customerName: "Ada King Lovelace",
  customerEmail: "ada@example.com",
  billingAddress: { line1: "1 Main Street", postalCode: "62701", countryCode: "US" },
  total: { amount: 12.5, currency: "USD" }
}
const options: ZuoraOptions = {
  baseUrl: "https://rest.zuora.com",
  accountNumber: "ACC-12345",
  subscriptions: [{ productRatePlanId: "8ad0" }]
}

describe("the account", () => {
  it("takes required members from the order if the options do not give them", () => {
    assert.deepStrictEqual(JSON.parse(accountBody(options, order)), {
      name: "Ada King Lovelace",
      currency: "USD",
      autoPay: false,
      billToContact: {
        firstName: "Ada King",
        lastName: "Lovelace",
        workEmail: "ada@example.com",
        address1: "1 Main Street",
        zipCode: "62701",
        country: "US"
      },
      accountNumber: "ACC-12345"
    })
  })

  it("takes members from the options if they give them", () => {
    const account = { name: "Acme", currency: "EUR", autoPay: true, billToContact: { lastName: "X" }, Custom__c: [1] }
    assert.deepStrictEqual(JSON.parse(accountBody({ ...options, account }, order)), {
      ...account,
      accountNumber: "ACC-12345"
    })
  })
})

describe("the order", () => {
  it("creates one subscription for each rate plan, evergreen unless terms are given, on the order's day", () => {
    const terms = { initialTerm: { termType: "TERMED", period: 12, periodType: "Month" } }
    const triggerDates = [{ name: "ContractEffective", triggerDate: "2026-03-01" }]
    const action = (id: string, terms: object) => ({
      orderActions: [{
        type: "CreateSubscription",
        triggerDates,
        createSubscription: { terms, subscribeToRatePlans: [{ productRatePlanId: id }] }
      }]
    })
    const subscriptions = [{ productRatePlanId: "a" }, { productRatePlanId: "b", terms }]
    assert.deepStrictEqual(JSON.parse(orderBody({ ...options, subscriptions }, "ACC-12345", order)), {
      description: "Order o-1",
      existingAccountNumber: "ACC-12345",
      orderDate: "2026-03-01",
      subscriptions: [action("a", { initialTerm: { termType: "EVERGREEN" } }), action("b", terms)]
    })
  })

  it("stores its numbers for later steps and in the order, in either form that Zuora uses", () => {
    const expected = { accountNumber: "A", subscriptionNumbers: ["S-1", "S-2"], orderNumber: "O-1" }
    const listed = numbersOf("A", { orderNumber: "O-1", subscriptionNumbers: ["S-1", "S-2"] })
    assert.deepStrictEqual(listed, expected)
    const objects = [{ subscriptionNumber: "S-1" }, { subscriptionNumber: "S-2" }]
    assert.deepStrictEqual(numbersOf("A", { orderNumber: "O-1", subscriptions: objects }), expected)
    assert.deepStrictEqual(externalIdsPatch(listed), {
      externalIds: [
        { providerName: "ZuoraAccount", id: "A" },
        { providerName: "ZuoraSubscription", id: "S-1" },
        { providerName: "ZuoraSubscription", id: "S-2" },
        { providerName: "ZuoraOrder", id: "O-1" }
      ]
    })
  })
})

it.each<[string, unknown, string]>([
  ["an account number of 51 characters", { ...options, accountNumber: "x".repeat(51) }, "accountNumber"],
  ["an account number that is none", { ...options, accountNumber: 12345 }, "accountNumber"],
  ["no subscription", { ...options, subscriptions: [] }, "subscriptions"],
  [
    "51 subscriptions",
    { ...options, subscriptions: Array.from({ length: 51 }, () => ({ productRatePlanId: "a" })) },
    "subscriptions"
  ],
  ["a subscription of nothing", { ...options, subscriptions: [{}] }, "subscriptions[0].productRatePlanId"]
])("refuses %s, naming the member", (_, value, path) => {
  assert.deepStrictEqual(schemaFaults(ZuoraOptions, value).map((fault) => fault.path), [path])
})
