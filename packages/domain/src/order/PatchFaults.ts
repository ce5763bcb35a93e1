/**
 * The faults of an OrderPatch whose names are already those of the order. Contract: section 6, "OrderPatch"; section 7,
 * `PATCH /v1/orders/{id}`.
 */
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { isMissing, listOf } from "./merge/MergeRules.ts"
import { type Fault, storedFaults } from "./Order.ts"
import { patchMember, type PatchMode, refusedMembers } from "./PatchNames.ts"

/** An order without these is none: nothing may empty them. */
const indispensable = ["orderType", "status"]

/** Members of list items that identify them, by list: a text, or a number for ids. */
const identifying: Readonly<Record<string, ReadonlyArray<string>>> = {
  properties: ["key", "keyGroup"],
  externalIds: ["providerName", "id"],
  orderNotes: ["id"],
  publicOrderNotes: ["id"],
  assets: ["id"]
}

const isKey = (value: Json | undefined): boolean =>
  value === undefined || value === null || typeof value === "string" || typeof value === "number"

/** The faults of list items whose identifying member is not text, so that they cannot be distinguished. */
const itemFaults = (path: string, items: Json | undefined, keys: ReadonlyArray<string>): ReadonlyArray<Fault> =>
  Array.isArray(items)
    ? items.flatMap((item: Json, index) =>
      isObject(item)
        ? keys.filter((key) => !isKey(item[key])).map((key) => ({
          path: `${path}[${index}].${key}`,
          message: "must be a string"
        }))
        : []
    )
    : []

const isObjects = (value: Json | undefined): value is ReadonlyArray<JsonObject> =>
  Array.isArray(value) && value.every(isObject)

/** The faults of the members that say how to merge, in a patch or in a line item of one. */
const controlFaults = (holder: JsonObject, path: string): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  for (const name of ["keepExistingCustomProperties", "keepExistingListItems"] as const) {
    const value = holder[name]
    if (value !== undefined && value !== null && typeof value !== "boolean") {
      faults.push({ path: path + name, message: "must be true or false" })
    }
  }
  const conditions = holder.propertiesRemovalConditions
  if (conditions === undefined || conditions === null) return faults
  if (!isObjects(conditions)) {
    return [...faults, { path: `${path}propertiesRemovalConditions`, message: "must be a list of objects" }]
  }
  conditions.forEach((condition, index) => {
    if (["key", "value", "keyGroup"].every((name) => condition[name] === undefined || condition[name] === null)) {
      faults.push({
        path: `${path}propertiesRemovalConditions[${index}]`,
        message: "must name a key, a value or a keyGroup; without them it would remove every property"
      })
    }
  })
  return faults
}

/**
 * The largest number of times that a patch may name one list item with conditions: each time all of its properties are
 * examined again, and a patch of 1 MiB could ask for that ten thousand times.
 */
const mostConditioned = 8

const conditionFaults = (path: string, items: Json | undefined, key: string): ReadonlyArray<Fault> => {
  if (!Array.isArray(items)) return []
  const times = new Map<string, number>()
  for (const [index, item] of (items as ReadonlyArray<Json>).entries()) {
    if (!isObject(item) || !isObjects(item.propertiesRemovalConditions)) continue
    // Items without an identity are never the same one.
    if (isMissing(item[key])) continue
    const name = String(item[key])
    const count = (times.get(name) ?? 0) + 1
    times.set(name, count)
    if (count > mostConditioned) {
      return [{
        path: `${path}[${index}].propertiesRemovalConditions`,
        message: `stands in more than ${mostConditioned} items with one ${key}: put them into one item`
      }]
    }
  }
  return []
}

/** Lists of `orderForm`, and of its shipments, that name one item with conditions over and over. */
const repetitionFaults = (patch: JsonObject): ReadonlyArray<Fault> => {
  const form = patch.orderForm
  if (!isObject(form)) return []
  const shipments = listOf(form.shipments).filter(isObject)
  // A shipment that is named twice is one shipment.
  const shipped = Map.groupBy(
    shipments,
    ({ shipmentId }, index) => isMissing(shipmentId) ? index : String(shipmentId)
  )
  return [
    ...conditionFaults("orderForm.lineItems", form.lineItems, "lineItemId"),
    ...conditionFaults("orderForm.shipments", form.shipments, "shipmentId"),
    ...conditionFaults("orderForm.payments", form.payments, "id"),
    ...[...shipped.values()].flatMap((one) =>
      conditionFaults(
        "orderForm.shipments[].lineItems",
        one.flatMap(({ lineItems }) => listOf(lineItems)),
        "lineItemId"
      )
    )
  ]
}

const lineItemFaults = (patch: JsonObject): ReadonlyArray<Fault> => {
  const form = patch.orderForm
  if (!isObject(form) || !isObjects(form.lineItems)) return []
  return [
    ...itemFaults("orderForm.lineItems", form.lineItems, ["lineItemId"]),
    ...form.lineItems.flatMap((item, index) => controlFaults(item, `orderForm.lineItems[${index}].`))
  ]
}

const forceFaults = (names: Json | undefined, mode: PatchMode): ReadonlyArray<Fault> => {
  if (names === undefined || names === null) return []
  if (!Array.isArray(names) || !names.every((name: Json) => typeof name === "string")) {
    return [{ path: "forceUpdate", message: "must be a list of strings" }]
  }
  return (names as ReadonlyArray<string>).flatMap((name, index) => {
    const member = patchMember(name.split(".")[0] ?? "", mode)
    if (member === undefined) {
      return mode === "api" ? [{ path: `forceUpdate[${index}]`, message: `${name} is not a member of an order` }] : []
    }
    return [...indispensable, ...refusedMembers].includes(member)
      ? [{ path: `forceUpdate[${index}]`, message: `${member} cannot be emptied` }]
      : []
  })
}

/**
 * The fault of an emptied `orderType`, which a submission may not have either. A partner's is no fault: partners send
 * empty texts for members that they do not know.
 */
const emptiedFaults = ({ orderType }: JsonObject, mode: PatchMode): ReadonlyArray<Fault> =>
  mode === "api" && orderType === "" ? [{ path: "orderType", message: "cannot be emptied" }] : []

/** The faults of a patch whose names are the order's. */
export const patchFaults = (patch: JsonObject, mode: PatchMode): ReadonlyArray<Fault> => [
  ...refusedMembers.filter((name) => patch[name] !== undefined && patch[name] !== null)
    .map((name) => ({ path: name, message: "is set by the server and cannot be changed" })),
  ...storedFaults(Object.fromEntries(Object.entries(patch).filter(([name]) => name !== "id"))),
  ...emptiedFaults(patch, mode),
  ...controlFaults(patch, ""),
  ...Object.entries(identifying).flatMap(([list, keys]) => itemFaults(list, patch[list], keys)),
  ...lineItemFaults(patch),
  ...repetitionFaults(patch),
  ...forceFaults(patch.forceUpdate, mode)
]
