/** The types of asynchronous webhooks, and which of them an order's submission makes. Contract: sections 3 and 9. */

/** At submission, by `orderType`; every other order type makes none. */
const bySubmission: Readonly<Record<string, string>> = {
  NEW_ORDER: "order.submitted",
  NEW_GIFT_ORDER: "order.submitted",
  CHANGED_DELIVERY_ADDRESS: "order.address_change",
  CHANGED_BILLING_ADDRESS: "order.address_change",
  CHANGE_PAYMENT_REQUEST: "order.payment_method_change",
  CHANGE_OFFER: "order.subscription_offer_change",
  ADD_OFFER: "order.subscription_offer_addition",
  CANCEL_REQUEST: "order.subscription_cancellation",
  UPDATE_CUSTOMER: "order.customer_details_update",
  UPDATE_SUBSCRIPTION: "order.subscription_update"
}

/** The webhook that tells of an order's submission. */
export const webhookTypeOf = (orderType: string): string | undefined =>
  Object.hasOwn(bySubmission, orderType) ? bySubmission[orderType] : undefined

/** Those that `POST /v1/events` takes. */
export const eventTypes = ["checkout.initiated", "cancel.attempted", "payment_method.added", "address.added"] as const
export type EventType = (typeof eventTypes)[number]

/** Those that the end of a run makes. */
export const outcomeTypes = [
  "subscription.created",
  "customer.created",
  "customer.updated",
  "entitlements.updated",
  "error"
] as const

/** Everything that an endpoint can subscribe to. */
export const webhookTypes: ReadonlyArray<string> = [
  ...new Set(Object.values(bySubmission)),
  ...outcomeTypes,
  ...eventTypes
]
