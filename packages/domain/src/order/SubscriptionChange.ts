/**
 * The change that the completed run of an order makes to a stored subscription, by the order's type. Contract: section 9,
 * "A subscription lives on".
 *
 * | orderType | change |
 * | --- | --- |
 * | `CANCEL_REQUEST` | cancelled, entitlements `Inactive` |
 * | `CHANGE_OFFER` | offer, name, price, products and quantity of the first item; entitlements follow the offer's products |
 * | `ADD_OFFER` | a further subscription per item; the named one stays as it is |
 * | `UPDATE_SUBSCRIPTION`, `REQUEST_RENEWAL` | the members of the first item, but those in `kept` |
 * | `CHANGED_DELIVERY_ADDRESS`, `CHANGED_BILLING_ADDRESS` | `deliveryDetails`, `billingDetails` |
 * | `CHANGE_PAYMENT_REQUEST` | `payment_reference` |
 */
import { entitlementId } from "../identity/Ids.ts"
import { canonical, equals, isObject, type Json, type JsonObject, stringify } from "../json/Json.ts"
import { setMember } from "../json/ObjectMembers.ts"
import type { Order } from "./Order.ts"
import {
  type Entitlement,
  itemMembers,
  mostEntitlements,
  type NewSubscription,
  productsOf,
  subscriptionFault,
  subscriptionsOf
} from "./Subscription.ts"

/** The subscription that an order names in `forSubscription`. */
export type SubscriptionTarget =
  | { readonly _tag: "Id"; readonly id: string }
  /** The newest subscription of the order's customer with this name. */
  | { readonly _tag: "Name"; readonly name: string }

/** A stored subscription, as far as a change depends on it. */
export interface StoredSubscription {
  readonly id: string
  readonly isCancelled: boolean
  /** Without the members that Sluice adds when it is read: see `kept`. */
  readonly subscription: JsonObject
  readonly entitlements: ReadonlyArray<Entitlement>
}

export type SubscriptionChange =
  /** The order changes nothing in the subscription. */
  | { readonly _tag: "Unchanged" }
  /** The subscription must not be changed; `reason` is added to the order's history. */
  | { readonly _tag: "Refused"; readonly reason: string }
  | { readonly _tag: "Cancelled"; readonly entitlements: ReadonlyArray<Entitlement>; readonly entitles: boolean }
  | {
    readonly _tag: "Changed"
    readonly subscription: JsonObject
    readonly entitlements: ReadonlyArray<Entitlement>
    /** True if an entitlement changed. */
    readonly entitles: boolean
  }
  | { readonly _tag: "Added"; readonly subscriptions: ReadonlyArray<NewSubscription> }

/** Members of an item that replace nothing: those that name the subscription, and those that Sluice adds. */
const kept: ReadonlySet<string> = new Set([
  "id",
  "offer",
  "tracking",
  "status",
  "version",
  "customerId",
  "cancelledAt",
  "parentSubscriptionId",
  "entitlements",
  "orderId",
  "createdAt"
])

const unchanged: SubscriptionChange = { _tag: "Unchanged" }

const isPresent = (value: Json | undefined): value is Json => value !== undefined && value !== null

const firstItem = (order: Order): JsonObject | undefined => {
  const items = order["orderItems"]
  const [first] = Array.isArray(items) ? items as ReadonlyArray<Json> : []
  return isPresent(first) && isObject(first) ? first : undefined
}

/** The subscription with these members; it is unchanged where they are equal to its own. */
const withMembers = (
  { entitlements, subscription }: StoredSubscription,
  members: ReadonlyArray<readonly [name: string, value: Json]>,
  changed: { readonly entitlements: ReadonlyArray<Entitlement>; readonly entitles: boolean } = {
    entitlements,
    entitles: false
  }
): SubscriptionChange => {
  const differing = members.filter(([name, value]) =>
    !Object.hasOwn(subscription, name) || !equals(subscription[name], value)
  )
  if (differing.length === 0 && !changed.entitles) return unchanged
  const next: Record<string, Json> = { ...subscription }
  for (const [name, value] of differing) setMember(next, name, value)
  return { _tag: "Changed", subscription: next, ...changed }
}

/** The first of `values` that is present, as the member `name`. */
const memberOf = (stored: StoredSubscription, name: string, ...values: ReadonlyArray<Json | undefined>) => {
  const value = values.find(isPresent)
  return value === undefined ? unchanged : withMembers(stored, [[name, value]])
}

/** Entitlements of products that are gone become `Inactive`; those of the others are `Active`, new ones included. */
const entitledTo = (
  products: ReadonlyArray<Json>,
  before: ReadonlyArray<Entitlement>,
  newId: () => string
): { readonly entitlements: ReadonlyArray<Entitlement>; readonly entitles: boolean } => {
  const wanted = new Map<string, number>()
  for (const product of products) {
    const key = canonical(product)
    wanted.set(key, (wanted.get(key) ?? 0) + 1)
  }
  const take = (product: Json): boolean => {
    const key = canonical(product)
    const left = wanted.get(key) ?? 0
    if (left > 0) wanted.set(key, left - 1)
    return left > 0
  }
  // Of equal products the active one stays active.
  const byStatus = before.toSorted((a, b) => Number(a.status !== "Active") - Number(b.status !== "Active"))
  const remaining = new Set(byStatus.filter(({ product }) => take(product)))
  let entitles = false
  const entitlements = before.map((one): Entitlement => {
    const status = remaining.has(one) ? "Active" : "Inactive"
    if (status === one.status) return one
    entitles = true
    return { ...one, status }
  })
  for (const product of products) {
    if (!take(product)) continue
    entitles = true
    entitlements.push({ id: entitlementId(newId()), product, status: "Active" })
  }
  return { entitlements, entitles }
}

const cancelled = ({ entitlements }: StoredSubscription): SubscriptionChange => ({
  _tag: "Cancelled",
  entitlements: entitlements.map((one) => ({ ...one, status: "Inactive" })),
  entitles: entitlements.some(({ status }) => status === "Active")
})

const withOffer = (order: Order, stored: StoredSubscription, newId: () => string): SubscriptionChange => {
  const item = firstItem(order)
  if (item === undefined) return unchanged
  const { name, offer, price, products, quantity } = itemMembers(item)
  const members = Object.entries({ offer, name, price, products, quantity })
  const offered = isPresent(offer) && isObject(offer) ? productsOf(offer) : []
  if (offered.length + stored.entitlements.length > 2 * mostEntitlements) {
    const reason =
      `the offer has ${offered.length} products, with which the subscription would have too many entitlements`
    return { _tag: "Refused", reason: `${reason}: nothing was changed` }
  }
  return withMembers(stored, members, entitledTo(offered, stored.entitlements, newId))
}

const withItem = (order: Order, stored: StoredSubscription): SubscriptionChange =>
  withMembers(stored, Object.entries(firstItem(order) ?? {}).filter(([name]) => !kept.has(name)))

type Rule = (order: Order, stored: StoredSubscription, newId: () => string) => SubscriptionChange

const byOrderType: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["CANCEL_REQUEST", (_, stored) => cancelled(stored)],
  ["CHANGE_OFFER", withOffer],
  ["ADD_OFFER", (order, _, newId) => {
    const fault = subscriptionFault(order)
    if (fault !== undefined) return { _tag: "Refused", reason: fault }
    const subscriptions = subscriptionsOf(order, newId)
    return subscriptions.length === 0 ? unchanged : { _tag: "Added", subscriptions }
  }],
  ["UPDATE_SUBSCRIPTION", withItem],
  ["REQUEST_RENEWAL", withItem],
  [
    "CHANGED_DELIVERY_ADDRESS",
    (order, stored) => memberOf(stored, "deliveryDetails", order["deliveryDetails"], order["shippingAddress"])
  ],
  [
    "CHANGED_BILLING_ADDRESS",
    (order, stored) => memberOf(stored, "billingDetails", order["billingDetails"], order["billingAddress"])
  ],
  ["CHANGE_PAYMENT_REQUEST", (order, stored) => memberOf(stored, "payment_reference", order["payment_reference"])]
])

/** The subscription that a completed run of the order changes; `undefined` where the order names none, or changes none. */
export const subscriptionTargetOf = (order: Order): SubscriptionTarget | undefined => {
  const named = order["forSubscription"]
  if (!isPresent(named) || !byOrderType.has(order.orderType)) return undefined
  if (typeof named === "string") return named === "" ? undefined : { _tag: "Id", id: named }
  const { id, name } = isObject(named) ? named : {}
  if (typeof id === "string" && id !== "") return { _tag: "Id", id }
  return typeof name === "string" && name !== "" ? { _tag: "Name", name } : undefined
}

/**
 * The change that an order makes to the subscription it names. `stored` is `undefined` where no such subscription is
 * stored; the change is then refused. `newId` gives UUIDv7s.
 */
export const subscriptionChangeOf = (
  order: Order,
  target: SubscriptionTarget,
  stored: StoredSubscription | undefined,
  newId: () => string
): SubscriptionChange => {
  if (stored === undefined) {
    const named = target._tag === "Id" ? target.id : `named ${JSON.stringify(target.name)}`
    return { _tag: "Refused", reason: `subscription ${named} is not stored: nothing was changed` }
  }
  if (stored.isCancelled) {
    return { _tag: "Refused", reason: `subscription ${stored.id} is cancelled: nothing was changed` }
  }
  return byOrderType.get(order.orderType)?.(order, stored, newId) ?? unchanged
}

/**
 * The JSON text of a subscription with its name as the first member, so that a search by name can compare the text's
 * beginning.
 */
export const subscriptionText = ({ name = null, ...others }: JsonObject): string =>
  `${namePrefix(name)}${stringify(others).slice(1)}`

/** The beginning of the JSON text of every subscription with this name. */
export const namePrefix = (name: Json): string => `{"name":${stringify(name)},`
