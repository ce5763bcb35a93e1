/**
 * The merge of an OrderPatch as it was first written: every step compares with everything before it, so its cost is
 * quadratic, and it can be checked against the contract line by line. The tests hold `OrderMerge` against it.
 */
import { equals, isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { mergeControls, opaqueNames } from "../../src/order/PatchNames.ts"

/** The rule by which a list merges: the members that identify an item, and the structure of the items. */
interface ListRule {
  readonly keys: ReadonlyArray<string>
  readonly items?: Structure
  /** A patch with an item that nothing identifies replaces the list: appending could double what the order sells. */
  readonly replacedUnlessIdentified?: true
}

/** The known members of an object. */
interface Structure {
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

const orderStructure: Structure = {
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

/** The values that stay the same throughout one merge. */
interface Merge {
  /** Paths of members for which null is meant, in lower case. */
  readonly forced: ReadonlySet<string>
  readonly keepListItems: boolean
}

const listOf = (value: Json | undefined): ReadonlyArray<Json> => Array.isArray(value) ? value : []

const isMissing = (value: Json | undefined): value is null | undefined => value === undefined || value === null

/** `1` and `"1"` identify the same item: partners make either of the other. */
const keyText = (value: Json | undefined): string =>
  isMissing(value) ? "" : typeof value === "string" ? value : JSON.stringify(value)

/** The value that identifies an item; `undefined` if it has none of the members that would. */
const identity = (item: Json, rule: ListRule): string | undefined =>
  isObject(item) && rule.keys.some((key) => !isMissing(item[key]))
    ? JSON.stringify(rule.keys.map((key) => keyText(item[key])))
    : undefined

const propertyIdentity = (property: Json): string | undefined => identity(property, properties)

/** Stands for an item of a list: no name in `forceUpdate` is like it. */
const itemPath = "[]"

const mergeList = (before: ReadonlyArray<Json>, patch: ReadonlyArray<Json>, rule: ListRule, merge: Merge) => {
  const merged = [...before]
  const positions = new Map<string, number>()
  const remember = (item: Json, index: number) => {
    const own = identity(item, rule)
    if (own !== undefined && !positions.has(own)) positions.set(own, index)
  }
  before.forEach(remember)
  for (const item of patch) {
    const own = identity(item, rule)
    const fresh = isObject(item) ? mergeFields({}, item, rule.items ?? {}, itemPath, merge) : item
    const index = own === undefined
      ? merged.findIndex((other) => equals(other, item) || equals(other, fresh))
      : positions.get(own) ?? -1
    if (index < 0) {
      remember(fresh, merged.push(fresh) - 1)
      continue
    }
    const existing = merged[index]
    if (own === undefined || !isObject(existing) || !isObject(item)) continue
    merged[index] = mergeFields(existing, item, rule.items ?? {}, itemPath, merge)
  }
  return equals(merged, before) ? before : merged
}

const agrees = (property: Json, condition: JsonObject): boolean =>
  isObject(property) &&
  ["key", "value", "keyGroup"].every((name) =>
    isMissing(condition[name]) || equals(property[name], condition[name]) ||
    (condition[name] === "" && isMissing(property[name]))
  )

/**
 * The properties without those that a condition of the patch names. One that the patch puts back keeps its place, as
 * nothing but its name, so that the same patch twice does not turn the list around.
 */
const remaining = (before: Json | undefined, patch: JsonObject): Json | undefined => {
  const conditions = listOf(patch.propertiesRemovalConditions).filter(isObject)
  const removed = new Set(
    listOf(before).filter((property) => conditions.some((condition) => agrees(property, condition)))
  )
  if (removed.size === 0) return before
  const kept = new Set(listOf(before).filter((property) => !removed.has(property)).map(propertyIdentity))
  const putBack = new Set(listOf(patch.properties).map(propertyIdentity))
  return listOf(before).flatMap((property): ReadonlyArray<Json> => {
    if (!removed.has(property)) return [property]
    const name = propertyIdentity(property)
    if (!isObject(property) || name === undefined || kept.has(name) || !putBack.has(name)) return []
    kept.add(name)
    const { key = null, keyGroup = null } = property
    return [keyGroup === null ? { key } : { key, keyGroup }]
  })
}

const mergeValue = (
  before: Json | undefined,
  patch: Json,
  rule: ListRule | Structure | undefined,
  path: string,
  merge: Merge
): Json | undefined => {
  if (patch === null) return merge.forced.has(path.toLowerCase()) && before !== null ? null : before
  if (isObject(patch)) {
    const fields = isObject(before) ? before : {}
    const structure = rule === undefined || "keys" in rule ? {} : rule
    const merged = mergeFields(fields, patch, structure, path, merge)
    return merged === fields ? before : merged
  }
  if (Array.isArray(patch) && rule !== undefined && "keys" in rule) {
    const list = listOf(before)
    const merged = mergeList(list, patch, rule, merge)
    return merged === list ? before : merged
  }
  return equals(before, patch) ? before : patch
}

/** The list that a patch puts in the place of what was there. */
const replacement = (before: Json | undefined, patch: Json, rule: ListRule, merge: Merge): Json | undefined => {
  if (!Array.isArray(patch)) return before
  const list = mergeList([], patch, rule, merge)
  return equals(listOf(before), list) ? before : list
}

/** The name under which `fields` has `name`, or one that differs from it only in case; `name` where it has neither. */
const alignedName = (fields: JsonObject, name: string): string => {
  if (Object.hasOwn(fields, name)) return name
  const lower = name.toLowerCase()
  return Object.keys(fields).find((field) => field.toLowerCase() === lower) ?? name
}

const mergeFields = (
  before: JsonObject,
  patch: JsonObject,
  structure: Structure,
  path: string,
  merge: Merge,
  opaque = false
): JsonObject => {
  const atTop = structure === orderStructure
  const fields = new Map<string, Json>(Object.entries(before))
  const set = (name: string, value: Json | undefined) => {
    if (value !== undefined) fields.set(name, value)
  }
  if (structure.hasProperties) set("properties", remaining(before.properties, patch))
  for (const [member, value = null] of Object.entries(patch)) {
    if (structure.hasProperties && Object.hasOwn(mergeControls, member)) continue
    // The order's own spelling wins: a partner reads `SKU` and `sku` alike and may answer with either.
    const name = atTop || opaque ? member : alignedName(before, member)
    const current = fields.get(name)
    const list = structure.lists !== undefined && Object.hasOwn(structure.lists, name)
      ? structure.lists[name]
      : undefined
    const replaces = list !== undefined && (
      name === "properties" && structure.hasProperties
        ? patch.keepExistingCustomProperties === false
        : atTop && !merge.keepListItems
    )
    const unidentified = list?.replacedUnlessIdentified &&
      listOf(value).some((item) => identity(item, list) === undefined)
    if (list !== undefined && (replaces || unidentified)) set(name, replacement(current, value, list, merge))
    else if (isObject(value) && (opaque || opaqueNames.has(name))) {
      const inner = isObject(current) ? current : {}
      const merged = mergeFields(inner, value, {}, join(path, name), merge, true)
      set(name, merged === inner ? current : merged)
    } else {
      const inner = structure.objects !== undefined && Object.hasOwn(structure.objects, name)
        ? structure.objects[name]
        : list
      set(name, mergeValue(current, value, inner, join(path, name), merge))
    }
  }
  // A property that was removed and put back as it was has not changed.
  if (structure.hasProperties && equals(fields.get("properties"), before.properties)) {
    set("properties", before.properties)
  }
  const changed = fields.size > Object.keys(before).length ||
    Object.keys(before).some((name) => fields.get(name) !== before[name])
  return changed ? Object.fromEntries(fields) : before
}

const join = (path: string, name: string): string => path === "" ? name : `${path}.${name}`

/** The order with the members of a decoded patch merged in; the same reference where nothing changes. */
export const mergeOrder = (order: JsonObject, patch: JsonObject): JsonObject =>
  mergeFields(order, patch, orderStructure, "", {
    forced: new Set(listOf(patch.forceUpdate).map((name) => String(name).toLowerCase())),
    keepListItems: patch.keepExistingListItems !== false
  })
