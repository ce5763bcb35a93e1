/** Example bodies of webhooks. */
import type { JsonObject } from "@sluice/domain/json/Json"

export const at = "2026-11-29T09:00:00.000Z"
export const later = "2026-11-29T09:30:00.000Z"

const orderId = "ORD-1001"
const processEventId = "process_event-01a2051ee54176a8ad24916f81e63c28"
const subscriptionId = "sub-01a2051ee54176a8ad24916f81e63c28"
const customerId = "C-1"

const isNew = (orderType: string) => orderType === "NEW_ORDER"

export const order = (orderType: string): JsonObject => ({
  id: orderId,
  orderType,
  status: "New",
  customerId,
  customerEmail: "ada@example.com",
  ...(!isNew(orderType) && orderType !== "UPDATE_CUSTOMER" && { forSubscription: subscriptionId }),
  orderItems: [{ offer: { name: "Digital", products: ["/products/web"] }, quantity: 1 }],
  createdAt: at,
  updatedAt: at,
  version: 1
})

export const orderUpdate: JsonObject = {
  order: { ...order("NEW_ORDER"), status: "Completed", version: 2, updatedAt: later },
  before: 1,
  after: 2,
  changes: [{ path: "/status", before: "New", after: "Completed" }],
  cause: processEventId
}

export const subscription: JsonObject = {
  name: "Digital",
  tracking: {},
  offer: { name: "Digital", products: ["/products/web"] },
  quantity: 1,
  termEndDate: null,
  price: { amount: 9, currency: "EUR" },
  selectedProducts: {},
  details: null,
  id: subscriptionId,
  purchaseCountry: "SE",
  startDate: at,
  products: [],
  status: "active",
  version: 1,
  customerId
}

export const customer: JsonObject = {
  id: customerId,
  customerId,
  customerEmail: "ada@example.com",
  version: 1,
  createdAt: at,
  updatedAt: at
}

export const entitlements: JsonObject = {
  subscriptionId,
  customerId,
  entitlements: [
    { id: "entitlement-01a2051ee54176a8ad24916f81e63c28", product: "/products/web", status: "Active" }
  ]
}

export const error: JsonObject = {
  eventId: "event-01a2051efc93754c973d19891adecd2a",
  processEventId,
  event: order("NEW_ORDER"),
  pluginErrorOutput: [
    { name: "calloutPlugin", message: "callout plugin failed due to response status: [500]" }
  ]
}

export const reported = (type: string): JsonObject => ({
  id: "event-01a2051efc93754c973d19891adecd2a",
  type,
  createdAt: at,
  customerEmail: "ada@example.com"
})

export const partner = (reason: string): JsonObject => ({ at, reason, host: "partner.example.com" })

export const run = (reason: string, stepId: string): JsonObject => ({
  at,
  reason,
  processEventId,
  orderId,
  pipeline: "new-order",
  stepId,
  host: "partner.example.com"
})
