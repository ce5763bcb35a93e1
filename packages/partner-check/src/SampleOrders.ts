/** The orders that a check sends by default. Names, addresses and ids are invented. */
import type { JsonObject } from "@sluice/domain/json/Json"

/** An ordinary order, with what most partners look at. */
export const ordinary: JsonObject = {
  id: "sluice-check-1",
  externalId: "sluice-check",
  orderType: "NEW_ORDER",
  marketId: "SWE",
  storeId: "web",
  customerId: "customer-1001",
  customerEmail: "ada@example.com",
  customerName: "Ada Lovelace",
  shippingAddress: {
    name: "Ada Lovelace",
    line1: "Storgatan 1",
    postalCode: "111 51",
    city: "Stockholm",
    countryCode: "SE"
  },
  billingAddress: {
    name: "Ada Lovelace",
    line1: "Storgatan 1",
    postalCode: "111 51",
    city: "Stockholm",
    countryCode: "SE"
  },
  orderDate: "2026-03-01",
  total: { amount: 12.5, currency: "SEK" },
  orderForm: {
    lineItems: [{ lineItemId: "1", productId: "book-1", quantity: 1, placedPrice: 12.5 }],
    shipments: [],
    payments: []
  },
  tags: ["check"],
  properties: [{ key: "channel", value: "web" }]
}

/** The smallest document that is an order. */
export const minimal: JsonObject = { id: "sluice-check-2", orderType: "NEW_ORDER" }

/** A valid order of rarely tested values: other alphabets, empty values, null, unknown members. */
export const unusual: JsonObject = {
  ...ordinary,
  id: "sluice-check-3",
  customerName: "Åsa \"Ǻ\" 李小龍 👩‍👧 ‮",
  customerPhone: "",
  customerEmail: null,
  tags: [],
  memberOfTomorrow: { deep: [null, { "": 0.1, "ünï": 1e21 }] },
  customFields: { "with space": "line\nbreak\ttab", PascalCase: true }
}

const lines = 4000

/** An order of about 700 KiB; the largest order that Sluice takes has 1 MiB. */
export const large: JsonObject = {
  ...ordinary,
  id: "sluice-check-4",
  orderForm: {
    lineItems: Array.from({ length: lines }, (_, index) => ({
      lineItemId: String(index + 1),
      productId: `book-${index + 1}`,
      quantity: 1,
      placedPrice: 12.5,
      displayName: "A book about nothing in particular, volume of many"
    })),
    shipments: [],
    payments: []
  }
}

/** A read-only order: a patch for it is refused. */
export const readOnly: JsonObject = { ...ordinary, id: "sluice-check-5", isReadOnly: true }
