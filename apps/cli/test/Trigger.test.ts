import { assert, it } from "@effect/vitest"
import { webhookTypeOf } from "@sluice/domain/webhook/WebhookType"
import { orderTypeFor } from "../src/development/Trigger.ts"

const submitted = [
  "order.submitted",
  "order.address_change",
  "order.payment_method_change",
  "order.subscription_offer_change",
  "order.subscription_offer_addition",
  "order.subscription_cancellation",
  "order.customer_details_update",
  "order.subscription_update"
]

it("each type of a webhook that an order makes has an order type, whose submission or completion makes it", () => {
  for (const type of submitted) assert.strictEqual(webhookTypeOf(orderTypeFor(type) ?? ""), type)
  assert.strictEqual(orderTypeFor("order.completed"), "NEW_ORDER")
  assert.strictEqual(orderTypeFor("subscription.created"), "NEW_ORDER")
})

it("an order type is its own, and what nothing makes on purpose has none", () => {
  assert.strictEqual(orderTypeFor("RENEWAL"), "RENEWAL")
  for (const type of ["error", "order.failed", "partner.down", "order.nothing", "x"]) {
    assert.isUndefined(orderTypeFor(type))
  }
})
