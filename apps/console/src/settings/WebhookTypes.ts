/** The types that an endpoint can subscribe to; the browser proof compares them with the server's. */
export const webhookTypes: ReadonlyArray<string> = [
  "order.submitted",
  "order.address_change",
  "order.payment_method_change",
  "order.subscription_offer_change",
  "order.subscription_offer_addition",
  "order.subscription_cancellation",
  "order.customer_details_update",
  "order.subscription_update",
  "subscription.created",
  "customer.created",
  "customer.updated",
  "entitlements.updated",
  "error",
  "checkout.initiated",
  "cancel.attempted",
  "payment_method.added",
  "address.added"
]
