/**
 * The lists of an order and the identity by which each merges: the table behind `OrderMerge`. Contract: section 6,
 * "OrderPatch".
 */
import { isObject, type Json } from "../../json/Json.ts"

/** The merge rule of a list: the members that identify an item, and the structure of the items. */
export interface ListRule {
  readonly keys: ReadonlyArray<string>
  readonly items?: Structure
  /** A patch with an item that nothing identifies replaces the list: appending could double what the order sells. */
  readonly replacedUnlessIdentified?: true
}

/** The known structure of an object's members. */
export interface Structure {
  readonly lists?: Readonly<Record<string, ListRule>>
  readonly objects?: Readonly<Record<string, Structure>>
  /** Has `properties`, and may say beside them how they merge. */
  readonly hasProperties?: true
}

/** Items without an identity of their own: equal ones are the same. */
const byEquality: ListRule = { keys: [] }
const byId: ListRule = { keys: ["id"] }
const properties: ListRule = { keys: ["key", "keyGroup"] }
const externalIds: ListRule = { keys: ["providerName", "id"] }

const part: Structure = { lists: { properties, externalIds }, hasProperties: true }
const lineItems: ListRule = { keys: ["lineItemId"], items: part }
const shipment: Structure = { lists: { ...part.lists, lineItems }, hasProperties: true }

export const orderStructure: Structure = {
  lists: {
    properties,
    externalIds,
    tags: byEquality,
    relatedOrders: byEquality,
    errors: byEquality,
    orderNotes: byId,
    publicOrderNotes: byId,
    assets: byId,
    orderItems: { ...byId, replacedUnlessIdentified: true }
  },
  objects: {
    orderForm: {
      lists: {
        lineItems,
        shipments: { keys: ["shipmentId"], items: shipment },
        payments: { keys: ["id"], items: part }
      }
    }
  },
  hasProperties: true
}

/** The structure of an object whose members have no merge rules of their own. */
export const unstructured: Structure = {}

export const listOf = (value: Json | undefined): ReadonlyArray<Json> => Array.isArray(value) ? value : []

export const isMissing = (value: Json | undefined): value is null | undefined => value === undefined || value === null

/** `1` and `"1"` identify the same item: partners make either of the other. */
const keyText = (value: Json | undefined): string =>
  isMissing(value) ? "" : typeof value === "string" ? value : JSON.stringify(value)

/** The identity of an item as text; `undefined` where it has none of the members that would identify it. */
export const identity = (item: Json, { keys }: ListRule): string | undefined =>
  isObject(item) && keys.some((key) => !isMissing(item[key]))
    ? JSON.stringify(keys.map((key) => keyText(item[key])))
    : undefined

export const propertyIdentity = (property: Json): string | undefined => identity(property, properties)
