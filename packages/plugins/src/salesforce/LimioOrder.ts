/**
 * `i42as__LimioOrder__c`: the order as a JSON string, reduced to what the platform documents (Limio: "Platform Events
 * Definitions", LimioOrder payload). Contract: section 6.
 */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { OrderDataOptions } from "./SalesforceOptions.ts"

/** Members of the order that are kept unless `fieldsToKeep` says otherwise. */
export const defaultFields = [
  "tracking",
  "billingDetails",
  "customerDetails",
  "deliveryDetails",
  "orderDate",
  "orderItems",
  "payment",
  "payment_reference",
  "payment_status",
  "source",
  "total",
  "variant",
  "forSubscription",
  "originalOffer",
  "customFields"
] as const

const itemMembers = ["name", "type", "quantity", "id", "price", "offer", "products"]
const priceMembers = ["summary", "currency", "amount"]
const offerMembers = ["name", "path", "id", "version", "type", "data", "products"]
const productMembers = ["path", "attributes", "record_type"]

type Reduce = (value: Json) => Json

/** The named members, in the order of the document; `inner` reduces some of them further. */
const kept = (names: ReadonlyArray<string>, inner: Readonly<Record<string, Reduce>> = {}): Reduce => (value) =>
  isObject(value)
    ? Object.fromEntries(
      Object.entries(value).filter(([name]) => names.includes(name)).map(([name, member]) => [
        name,
        Object.hasOwn(inner, name) ? inner[name]?.(member) ?? null : member
      ])
    )
    : value

const each = (reduce: Reduce): Reduce => (value) => Array.isArray(value) ? value.map(reduce) : value

const reduceItem = ({ itemFields = [], offerDataFields = [], productDataFields = [] }: OrderDataOptions): Reduce => {
  const products = each(kept([...productMembers, ...productDataFields]))
  // A member that the options name is kept whole.
  const attributes = offerDataFields.includes("attributes") ? {} : { attributes: kept(["price__limio"]) }
  const data = kept(["attributes", "products", ...offerDataFields], {
    ...attributes,
    ...(!offerDataFields.includes("products") && { products })
  })
  const inner: Readonly<Record<string, Reduce>> = {
    price: kept(priceMembers),
    offer: kept(offerMembers, { data, products }),
    products
  }
  return kept(
    [...itemMembers, ...itemFields],
    Object.fromEntries(Object.entries(inner).filter(([name]) => !itemFields.includes(name)))
  )
}

/** The text of an order in Limio's form, without the members that the order does not have. */
export const limioOrder = (order: JsonObject, options: OrderDataOptions = {}): string =>
  JSON.stringify(kept(options.fieldsToKeep ?? defaultFields, { orderItems: each(reduceItem(options)) })(order))
