/** The types of asynchronous webhooks, and which of them an order's submission makes. Contract: sections 3 and 9. */

/** The webhook type at submission, by `orderType`; other order types have none. */
const bySubmission = {
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
} as const

/** The webhook type of an order's submission. */
export const webhookTypeOf = (orderType: string): string | undefined =>
  Object.hasOwn(bySubmission, orderType) ? bySubmission[orderType as keyof typeof bySubmission] : undefined

/** The types that `POST /v1/events` accepts. */
export const eventTypes = ["checkout.initiated", "cancel.attempted", "payment_method.added", "address.added"] as const
export type EventType = (typeof eventTypes)[number]

/** The types caused by the end of a run. */
const outcomeTypes = [
  "subscription.created",
  "subscription.updated",
  "subscription.cancelled",
  "customer.created",
  "customer.updated",
  "entitlements.updated",
  "error"
] as const

/** Messages about an order that was stored before: a new version, and the end of a run. */
const stateTypes = [
  "order.updated",
  "order.status_changed",
  "order.completed",
  "order.failed",
  "order.cancelled"
] as const

/** Messages about the system itself. They cause no further operational event of their own delivery. */
export const operationalTypes = [
  "partner.down",
  "partner.up",
  "partner.paused",
  "run.waiting",
  "run.compensation_failed",
  "endpoint.disabled",
  "delivery.exhausted",
  "issue.opened"
] as const
export type OperationalType = (typeof operationalTypes)[number]

const submissionTypes = [...new Set(Object.values(bySubmission))]

export type WebhookType =
  | (typeof bySubmission)[keyof typeof bySubmission]
  | (typeof outcomeTypes)[number]
  | (typeof stateTypes)[number]
  | OperationalType
  | EventType

/** All types that an endpoint can subscribe to. */
export const webhookTypes: ReadonlyArray<WebhookType> = [
  ...submissionTypes,
  ...outcomeTypes,
  ...stateTypes,
  ...operationalTypes,
  ...eventTypes
]

export const isWebhookType = (type: string): type is WebhookType => webhookTypes.some((one) => one === type)
