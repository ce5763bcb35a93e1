/**
 * The names of an OrderPatch: maps the spellings of people and partners to the order's own. Contract: section 6,
 * "OrderPatch" and "Response"; section 7, `PATCH /v1/orders/{id}`.
 *
 * Partners read the order in PascalCase and are compared without regard to case at every depth. The API speaks
 * camelCase, and PascalCase for what was copied from a partner's answer; other names it keeps as they came.
 */
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { setMember } from "../json/ObjectMembers.ts"
import type { Pace, Steps } from "../json/Steps.ts"
import { knownMembers } from "./Order.ts"

export type PatchMode = "api" | "partner"

/** Members that say how to merge and are no part of the order. */
export const mergeControls = {
  keepExistingCustomProperties: "boolean",
  keepExistingListItems: "boolean",
  propertiesRemovalConditions: "objects",
  forceUpdate: "strings"
} as const

/** Members that only the server sets. */
export const refusedMembers = ["id", "createdAt", "updatedAt", "version"] as const

/** Members below which nothing is renamed. */
export const opaqueNames: ReadonlySet<string> = new Set(["customFields", "attributes", "selectedProducts"])

/** Names below the top level that rules refer to, and those of an address, whose fields merge one by one. */
const nestedNames = [
  ..."key value keyGroup valueType providerName id source stepId message at".split(" "),
  ..."lineItems lineItemId shipments shipmentId payments paymentId properties externalIds attributes".split(" "),
  ..."selectedProducts customFields keepExistingCustomProperties propertiesRemovalConditions".split(" "),
  ..."name firstName lastName email phone line1 line2 city postalCode countryCode countryName".split(" "),
  ..."regionCode regionName organization quantity code displayName placedPrice".split(" ")
]

const byLowerCase = (names: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [name.toLowerCase(), name]))

const topLevel = byLowerCase([...Object.keys(knownMembers), ...Object.keys(mergeControls), ...refusedMembers])
const nested = byLowerCase(nestedNames)

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/** The member of a patch that `name` means, or `undefined` where there is none. */
export const patchMember = (name: string, mode: PatchMode): string | undefined => {
  const known = topLevel.get(name.toLowerCase())
  return mode === "partner" || known === lowerFirst(name) ? known : undefined
}

const nestedName = (name: string, mode: PatchMode): string => {
  const known = nested.get(name.toLowerCase())
  if (mode === "partner") return known ?? lowerFirst(name)
  return known !== undefined && known === lowerFirst(name) ? known : name
}

const isContainer = (value: Json | undefined): value is ReadonlyArray<Json> | JsonObject =>
  typeof value === "object" && value !== null

/** Renames the members below a known member to the order's own names; where two become the same, the last counts. */
export function* renamed(value: Json, mode: PatchMode, pace: Pace): Steps<Json> {
  if (Array.isArray(value)) {
    let list: Array<Json> | undefined
    for (let index = 0; index < value.length; index++) {
      if (pace.isDue()) yield
      const item = isContainer(value[index]) ? yield* renamed(value[index], mode, pace) : value[index]
      if (item !== value[index]) (list ??= [...value])[index] = item
    }
    return list ?? value
  }
  if (!isObject(value)) return value
  // Most objects are written as the order has them, and stay as they are.
  let members: Record<string, Json> | undefined
  const names = Object.keys(value)
  for (const [index, name] of names.entries()) {
    if (pace.isDue()) yield
    const own = nestedName(name, mode)
    const member = value[name] ?? null
    const inner = isContainer(member) && !opaqueNames.has(own) ? yield* renamed(member, mode, pace) : member
    if (members === undefined) {
      if (own === name && inner === value[name]) continue
      members = {}
      for (const before of names.slice(0, index)) setMember(members, before, value[before] ?? null)
    }
    setMember(members, own, inner)
  }
  return members ?? value
}

/** The value of the patch member `name`, with the names below it replaced by the order's own. */
export function* renamedMember(name: string, value: Json, mode: PatchMode, pace: Pace): Steps<Json> {
  return opaqueNames.has(name) ? value : yield* renamed(value, mode, pace)
}
