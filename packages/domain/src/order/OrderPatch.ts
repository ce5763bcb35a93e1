/**
 * An OrderPatch: some of an order's members, to be changed, as the API and partners write it.
 * Contract: section 6, "OrderPatch".
 *
 * A patch is all or nothing: one wrongly typed member and none of it applies.
 */
import { JsonPointer } from "effect"
import type { PatchedMember } from "../callout/CalloutRecord.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { atOnce, makePace, type Steps } from "../json/Steps.ts"
import { type Fault, firstFaults, type Order } from "./Order.ts"
import { mergeSteps } from "./OrderMerge.ts"
import { patchFaults } from "./PatchFaults.ts"
import { mergeControls, patchMember, type PatchMode, refusedMembers, renamedMember } from "./PatchNames.ts"

/** A decoded patch: names are the order's, types are checked, and nulls are kept as null. */
export interface OrderPatch extends JsonObject {
  /** `false`: `properties` replaces the whole list. */
  readonly keepExistingCustomProperties?: boolean
  /** `false`: the order's other lists are replaced by those of the patch (line items and shipments are not). */
  readonly keepExistingListItems?: boolean
  /**
   * The properties to remove before the patch is merged: those that equal one of these conditions in each of `key`,
   * `value` and `keyGroup` that the condition has.
   */
  readonly propertiesRemovalConditions?: ReadonlyArray<JsonObject>
  /** Members whose null is applied: top-level ones, or below an object as `shippingAddress.line2`. */
  readonly forceUpdate?: ReadonlyArray<string>
}

/**
 * The number of unknown members that are kept beside an answer or a patch; the record of the callout has all of them.
 */
export const mostUnknown = 1000

export type DecodedPatch =
  | {
    readonly patch: OrderPatch
    /** The first unknown members of a partner's patch, as they were received; at most `mostUnknown`. */
    readonly unknown?: JsonObject
  }
  | { readonly faults: ReadonlyArray<Fault> }

export interface MergeOptions {
  /** The caller has decided that a read-only order may be changed (the API, where the patch lifts `isReadOnly`). */
  readonly ignoreReadOnly?: boolean
}

export interface PatchMerge {
  /** The document with the patch merged in, version and times untouched; the same reference where nothing changed. */
  readonly order: JsonObject
  /** The changed top-level members: a JSON Pointer, and the value before and after. */
  readonly changes: ReadonlyArray<PatchedMember>
  /** Why the patch was not applied. */
  readonly warning?: string
}

/** Member names in `forceUpdate` made those of the order. */
const forcedNames = (names: Json, mode: PatchMode): Json =>
  Array.isArray(names)
    ? (names as ReadonlyArray<string>).map((name) => {
      const [first = "", ...rest] = name.split(".")
      return [patchMember(first, mode) ?? first, ...rest].join(".")
    })
    : names

const isRefused = (name: string): boolean => (refusedMembers as ReadonlyArray<string>).includes(name)

/**
 * Reads a patch. `api`: an unknown member is a fault; names are in camelCase or PascalCase. `partner`: unknown members
 * are returned beside the patch; names are compared without regard to case. Where two names mean one member, the last
 * counts. The paths of faults use the names as they were received.
 */
export function* decodeSteps(json: Json, mode: PatchMode): Steps<DecodedPatch> {
  if (!isObject(json)) return { faults: [{ path: "", message: "must be a JSON object, the members to change" }] }
  const faults: Array<Fault> = []
  const unknown: Array<[string, Json]> = []
  const written = new Map<string, string>()
  const members: Array<[string, Json]> = []
  const pace = makePace()
  for (const name of Object.keys(json)) {
    if (pace.isDue()) yield
    const value = json[name] ?? null
    const member = patchMember(name, mode)
    if (member === undefined) {
      if (mode === "api") faults.push({ path: name, message: "is not a member that a patch can change" })
      else if (unknown.length < mostUnknown) unknown.push([name, value])
    } else {
      written.set(member, name)
      members.push([member, member === "forceUpdate" ? value : yield* renamedMember(member, value, mode, pace)])
    }
  }
  const decoded = Object.fromEntries(members)
  yield
  for (const fault of patchFaults(decoded, mode)) {
    const [member = ""] = /^[^.[]*/.exec(fault.path) ?? []
    faults.push({ ...fault, path: (written.get(member) ?? member) + fault.path.slice(member.length) })
  }
  if (faults.length > 0) return { faults: firstFaults(faults) }
  const patch = Object.fromEntries(
    Object.entries(decoded)
      .filter(([name]) => !isRefused(name))
      .map(([name, value]) => [name, name === "forceUpdate" ? forcedNames(value, mode) : value])
  )
  return unknown.length > 0 ? { patch, unknown: Object.fromEntries(unknown) } : { patch }
}

/** Decodes a patch as `decodeSteps` does, without a pause. */
export const decodePatch = (json: Json, mode: PatchMode): DecodedPatch => atOnce(decodeSteps(json, mode))

/** True if the order refuses this patch: it is read-only, and the patch does not lift that. The API answers 409. */
export const isBlocked = (order: Order, patch: JsonObject): boolean =>
  order.isReadOnly === true && patch.isReadOnly !== false

/**
 * Merges a decoded patch into the order. Only members present change, and null changes nothing unless `forceUpdate`
 * names it. Merging the same patch again changes nothing.
 */
export function* mergePatchSteps(order: Order, patch: JsonObject, options: MergeOptions = {}): Steps<PatchMerge> {
  const names = Object.keys(patch).filter((name) => !isRefused(name) && !Object.hasOwn(mergeControls, name))
  if (order.isReadOnly === true && options.ignoreReadOnly !== true) {
    return { order, changes: [], warning: `the order is read-only: the patch was not applied (${names.join(", ")})` }
  }
  const merged = yield* mergeSteps(
    order,
    Object.fromEntries(Object.entries(patch).filter(([name]) => !isRefused(name)))
  )
  yield
  const changes: Array<PatchedMember> = []
  for (const name of Object.keys(merged)) {
    const before = order[name]
    const after = merged[name]
    if (before === after || after === undefined) continue
    const path = `/${JsonPointer.escapeToken(name)}`
    changes.push(before === undefined ? { path, after } : { path, before, after })
  }
  return { order: merged, changes }
}

/** Merges a patch as `mergePatchSteps` does, without a pause. */
export const mergePatch = (order: Order, patch: JsonObject, options: MergeOptions = {}): PatchMerge =>
  atOnce(mergePatchSteps(order, patch, options))
