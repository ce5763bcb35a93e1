/**
 * The subscriptions that a completed order creates, with their entitlements, in the shape that the source system gives
 * them. Contract: section 9.
 */
import { entitlementId, subscriptionId } from "../identity/Ids.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { atOnce, makePace, type Steps } from "../json/Steps.ts"
import type { Order } from "./Order.ts"

export interface Entitlement {
  /** `entitlement-<32 hex>` */
  readonly id: string
  /** The product as the offer names it. */
  readonly product: Json
  readonly status: "Active" | "Inactive"
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

/** The products of an offer, each of which entitles to something. */
export const productsOf = (offer: JsonObject): ReadonlyArray<Json> => {
  const products = object(offer["data"])["products"] ?? offer["products"]
  return Array.isArray(products) ? products : []
}

const countryOf = (order: Order): Json =>
  country(order["deliveryDetails"], order["shippingAddress"], order["billingDetails"], order["billingAddress"])

/** The members that an item and its offer determine. */
export const itemMembers = (item: JsonObject) => ({
  name: item["name"] ?? object(item["offer"])["name"] ?? null,
  offer: item["offer"] ?? null,
  quantity: item["quantity"] ?? 1,
  price: item["price"] ?? null,
  products: item["products"] ?? []
})

const subscriptionOf = (order: Order, item: JsonObject, id: string): JsonObject => {
  const { name, offer, price, products, quantity } = itemMembers(item)
  return {
    name,
    tracking: order["tracking"] ?? {},
    offer,
    quantity,
    termEndDate: item["termEndDate"] ?? null,
    price,
    selectedProducts: item["selectedProducts"] ?? {},
    details: item["details"] ?? null,
    id,
    purchaseCountry: countryOf(order),
    startDate: item["startDate"] ?? order["orderDate"] ?? order.createdAt,
    products
  }
}

/**
 * The largest number of subscriptions that one order creates. An order of 1 MiB whose items have 200 characters each
 * stays below it; one of the smallest items could ask for 350,000 subscriptions, each with a copy of its tracking and
 * with messages for each endpoint, which is more than one transaction of a few seconds can hold.
 */
export const mostSubscriptions = 5000
export const mostEntitlements = 10_000
/** Characters that each subscription has from the order, over all of them. */
const mostCopied = 8 * 1024 * 1024

/** Orders of so few items cannot exceed what may be copied. */
const fewItems = 4

const copiedLength = (order: Order): number =>
  JSON.stringify([order["tracking"], countryOf(order), order["orderDate"]]).length

/** The reason why a new order creates no subscriptions; `undefined` if it creates them. */
export const subscriptionFault = (order: Order): string | undefined => {
  const items = order["orderItems"]
  if (!Array.isArray(items)) return undefined
  if (items.length > mostSubscriptions) {
    return `no subscriptions: orderItems has ${items.length} items, more than ${mostSubscriptions}`
  }
  const entitlements = items.reduce(
    (sum: number, item: Json) => sum + productsOf(object(object(item)["offer"])).length,
    0
  )
  if (entitlements > mostEntitlements) {
    return `no subscriptions: the offers have ${entitlements} products, more than ${mostEntitlements}`
  }
  if (items.length > fewItems && copiedLength(order) * items.length > mostCopied) {
    return "no subscriptions: tracking, country and orderDate are too long to be copied into each of them"
  }
  return undefined
}

/** Values of an item that are looked at or made. */
const perItem = 10

function* subscriptionSteps(order: Order, newId: () => string): Steps<ReadonlyArray<NewSubscription>> {
  const items = order["orderItems"]
  const subscriptions: Array<NewSubscription> = []
  if (!Array.isArray(items) || subscriptionFault(order) !== undefined) return subscriptions
  const pace = makePace()
  for (const [itemIndex, item] of (items as ReadonlyArray<Json>).entries()) {
    if (pace.isDue()) yield
    if (!isObject(item)) continue
    const id = subscriptionId(newId())
    const products = productsOf(object(item["offer"]))
    pace.spend(perItem * (1 + products.length))
    subscriptions.push({
      itemIndex,
      id,
      subscription: subscriptionOf(order, item, id),
      entitlements: products.map((product) => ({ id: entitlementId(newId()), product, status: "Active" }))
    })
  }
  return subscriptions
}

/** Subscriptions that were made in turns, by order. */
const prepared = new WeakMap<Order, ReadonlyArray<NewSubscription>>()

/**
 * Computes the subscriptions of an order in steps and keeps them with the order object, so that `subscriptionsOf`
 * returns them.
 */
export function* prepareSubscriptions(order: Order, newId: () => string): Steps<ReadonlyArray<NewSubscription>> {
  const subscriptions = yield* subscriptionSteps(order, newId)
  prepared.set(order, subscriptions)
  return subscriptions
}

/** The subscriptions of an order, one for each item, at most `mostSubscriptions`. `newId` gives UUIDv7s. */
export const subscriptionsOf = (order: Order, newId: () => string): ReadonlyArray<NewSubscription> =>
  prepared.get(order) ?? atOnce(subscriptionSteps(order, newId))
