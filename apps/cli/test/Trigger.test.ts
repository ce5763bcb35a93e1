import { assert, it } from "@effect/vitest"
import { webhookTypeOf, webhookTypes } from "@sluice/domain/webhook/WebhookType"
import { orderTypeFor } from "../src/development/Trigger.ts"

it("each type of a webhook that an order makes has an order type, whose submission or completion makes it", () => {
  for (const type of webhookTypes.filter((one) => one.startsWith("order."))) {
    assert.strictEqual(webhookTypeOf(orderTypeFor(type) ?? ""), type)
  }
  assert.strictEqual(orderTypeFor("subscription.created"), "NEW_ORDER")
})

it("an order type is its own, and what nothing makes on purpose has none", () => {
  assert.strictEqual(orderTypeFor("RENEWAL"), "RENEWAL")
  for (const type of ["error", "order.nothing", "x"]) assert.isUndefined(orderTypeFor(type))
})
