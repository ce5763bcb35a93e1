/**
 * Applies `propertiesRemovalConditions`: removes properties of an order before those of the patch are merged. Contract:
 * section 6, "OrderPatch". The cost is that of the properties and of the conditions, not of their product.
 */
import { canonical, isObject, type Json, type JsonObject } from "../../json/Json.ts"
import type { Pace, Steps } from "../../json/Steps.ts"
import { isMissing, propertyIdentity } from "./MergeRules.ts"

const names = ["key", "value", "keyGroup"] as const

/** A property without the member is like one whose member is empty, which a condition can name. */
const tokenOf = (object: JsonObject, name: string): string => {
  const value = object[name]
  return isMissing(value) ? "\"\"" : canonical(value)
}

/** Conditions that name the same members: the tokens of each, as one text. */
interface Group {
  readonly names: ReadonlyArray<string>
  readonly tokens: Set<string>
}

const tokensOf = (object: JsonObject, group: ReadonlyArray<string>): string =>
  // A canonical text has no bare line break in it.
  group.map((name) => tokenOf(object, name)).join("\n")

/** Decides whether one of the conditions agrees with a property in every member that it names. */
function* makeAgrees(conditions: ReadonlyArray<Json>, pace: Pace): Steps<(property: Json) => boolean> {
  const groups = new Map<string, Group>()
  for (const condition of conditions) {
    if (pace.isDue()) yield
    if (!isObject(condition)) continue
    const named = names.filter((name) => !isMissing(condition[name]))
    const group = groups.get(named.join()) ?? { names: named, tokens: new Set() }
    groups.set(named.join(), group)
    group.tokens.add(tokensOf(condition, named))
  }
  const all = [...groups.values()]
  return (property) => isObject(property) && all.some(({ names, tokens }) => tokens.has(tokensOf(property, names)))
}

/**
 * Removes the properties that a condition names; the same reference if there are none. A property that the patch adds
 * again keeps its position (only its name stays, until the merge fills it), so that applying a patch twice does not
 * reorder the list.
 */
export function* withoutRemoved(
  properties: ReadonlyArray<Json>,
  conditions: ReadonlyArray<Json>,
  patched: ReadonlyArray<Json>,
  pace: Pace
): Steps<ReadonlyArray<Json>> {
  const agrees = yield* makeAgrees(conditions, pace)
  const removed = new Set<Json>()
  const kept = new Set<string | undefined>()
  for (const property of properties) {
    if (pace.isDue()) yield
    if (agrees(property)) removed.add(property)
    else kept.add(propertyIdentity(property))
  }
  if (removed.size === 0) return properties
  const putBack = new Set<string | undefined>()
  for (const property of patched) {
    if (pace.isDue()) yield
    putBack.add(propertyIdentity(property))
  }
  const left: Array<Json> = []
  for (const property of properties) {
    if (pace.isDue()) yield
    if (!removed.has(property)) {
      left.push(property)
      continue
    }
    const name = propertyIdentity(property)
    if (!isObject(property) || name === undefined || kept.has(name) || !putBack.has(name)) continue
    kept.add(name)
    const { key = null, keyGroup = null } = property
    left.push(keyGroup === null ? { key } : { key, keyGroup })
  }
  return left
}
