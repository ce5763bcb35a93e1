/** The subscriptions that an order leaves behind, in the shape of the seed, with their entitlements. Section 9. */
import { entitlementId, subscriptionId } from "../identity/Ids.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Order } from "./Order.ts"

export interface Entitlement {
  /** `entitlement-<32 hex>` */
  readonly id: string
  /** The product as the offer names it. */
  readonly product: Json
  readonly status: "Active"
}

export interface NewSubscription {
  /**
   * The position in `orderItems[]`, from 0: each order and item has one subscription, however often the order is
   * processed.
   */
  readonly itemIndex: number
  /** `sub-<32 hex>` */
  readonly id: string
  readonly subscription: JsonObject
  /** One for each product of the item's offer. */
  readonly entitlements: ReadonlyArray<Entitlement>
}

const object = (value: Json | undefined): JsonObject => value !== undefined && isObject(value) ? value : {}

const present = (value: Json | undefined): value is Json => value !== undefined && value !== null

const country = (...places: ReadonlyArray<Json | undefined>): Json => {
  for (const place of places) {
    const { country, countryCode } = object(place)
    if (present(country)) return country
    if (present(countryCode)) return countryCode
  }
  return null
}

const productsOf = (offer: JsonObject): ReadonlyArray<Json> => {
  const products = object(offer["data"])["products"] ?? offer["products"]
  return Array.isArray(products) ? products : []
}

const subscriptionOf = (order: Order, item: JsonObject, id: string): JsonObject => {
  const offer = object(item["offer"])
  return {
    name: item["name"] ?? offer["name"] ?? null,
    tracking: order["tracking"] ?? {},
    offer: item["offer"] ?? null,
    quantity: item["quantity"] ?? 1,
    termEndDate: item["termEndDate"] ?? null,
    price: item["price"] ?? null,
    selectedProducts: item["selectedProducts"] ?? {},
    details: item["details"] ?? null,
    id,
    purchaseCountry: country(
      order["deliveryDetails"],
      order["shippingAddress"],
      order["billingDetails"],
      order["billingAddress"]
    ),
    startDate: item["startDate"] ?? order["orderDate"] ?? order.createdAt,
    products: item["products"] ?? []
  }
}

/** One for each item. `newId` gives UUIDv7s. */
export const subscriptionsOf = (order: Order, newId: () => string): ReadonlyArray<NewSubscription> => {
  const items = order["orderItems"]
  if (!Array.isArray(items)) return []
  return items.flatMap((item: Json, itemIndex): ReadonlyArray<NewSubscription> => {
    if (!isObject(item)) return []
    const id = subscriptionId(newId())
    return [{
      itemIndex,
      id,
      subscription: subscriptionOf(order, item, id),
      entitlements: productsOf(object(item["offer"])).map((product) => ({
        id: entitlementId(newId()),
        product,
        status: "Active"
      }))
    }]
  })
}
