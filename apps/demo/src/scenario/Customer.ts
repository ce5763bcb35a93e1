/** The order that all scenarios vary: one customer, one subscription. */
import type { Schema } from "effect"

/** An order that goes through the pipeline named `pipeline`; `changes` replaces whole members. */
export const order = (
  pipeline: string,
  changes: Readonly<Record<string, Schema.Json>> = {}
): Readonly<Record<string, Schema.Json>> => ({
  orderType: "NEW_ORDER",
  orderOrigin: pipeline,
  marketId: "USA",
  customerId: "cust-1001",
  customerEmail: "ada@example.com",
  customerName: "Ada Lovelace",
  shippingAddress: { line1: "1 Main Street", city: "Springfield", postalCode: "62701", countryCode: "US" },
  orderItems: [
    {
      id: "item-1",
      name: "The Daily Sluice",
      quantity: 1,
      price: { amount: 12.5, currency: "USD" },
      offer: { name: "The Daily Sluice", products: ["/products/daily-web"] }
    }
  ],
  total: { amount: 12.5, currency: "USD" },
  ...changes
})

/** An address that the validation service cannot validate: it has no postal code. */
export const incompleteAddress = { line1: "1 Main Street", city: "Springfield", countryCode: "US" }
