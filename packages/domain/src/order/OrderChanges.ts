/**
 * The members in which two versions of an order differ, as `order.updated` and the timeline tell them. Contract: section 9.
 */
import { JsonPointer } from "effect"
import { equals, isObject, type Json, type JsonObject } from "../json/Json.ts"

/** One changed member. `before` and `after` are null where it is absent on that side. */
export interface OrderMemberChange {
  /** A JSON Pointer (RFC 6901). */
  readonly path: string
  readonly before: Json
  readonly after: Json
}

/** Members that change with every version. */
const unsaid: ReadonlySet<string> = new Set(["version", "updatedAt"])

const member = (object: JsonObject, name: string): Json => Object.hasOwn(object, name) ? object[name] ?? null : null

const collect = (before: JsonObject, after: JsonObject, path: string, changes: Array<OrderMemberChange>): void => {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (path === "" && unsaid.has(name)) continue
    const old = member(before, name)
    const now = member(after, name)
    // Versions share what did not change.
    if (old === now) continue
    const here = `${path}/${JsonPointer.escapeToken(name)}`
    if (isObject(old) && isObject(now)) collect(old, now, here, changes)
    else if (!equals(old, now)) changes.push({ path: here, before: old, after: now })
  }
}

/** The changed members in the order of the document; a list counts as a whole. Linear in the size of both. */
export const orderChanges = (before: JsonObject, after: JsonObject): ReadonlyArray<OrderMemberChange> => {
  const changes: Array<OrderMemberChange> = []
  collect(before, after, "", changes)
  return changes
}
