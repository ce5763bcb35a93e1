/**
 * The members in which two versions of an order differ, as `order.updated` and the timeline tell them. Contract: section 9.
 */
import { JsonPointer } from "effect"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { equalSteps } from "../json/SteppedCanonical.ts"
import { makePace, type Pace, type Steps } from "../json/Steps.ts"

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

function* collect(
  before: JsonObject,
  after: JsonObject,
  path: string,
  changes: Array<OrderMemberChange>,
  pace: Pace
): Steps<void> {
  const visit = function*(name: string): Steps<void> {
    if (path === "" && unsaid.has(name)) return
    const old = member(before, name)
    const now = member(after, name)
    // Versions share what did not change.
    if (old === now) return
    const here = `${path}/${JsonPointer.escapeToken(name)}`
    if (isObject(old) && isObject(now)) yield* collect(old, now, here, changes, pace)
    else if (!(yield* equalSteps(old, now, pace))) changes.push({ path: here, before: old, after: now })
  }
  for (const name of Object.keys(before)) {
    if (pace.isDue()) yield
    yield* visit(name)
  }
  for (const name of Object.keys(after)) {
    if (pace.isDue()) yield
    if (!Object.hasOwn(before, name)) yield* visit(name)
  }
}

/** The changed members in the order of the document; a list counts as a whole. In steps; linear in the size of both. */
export function* orderChangesSteps(before: JsonObject, after: JsonObject): Steps<ReadonlyArray<OrderMemberChange>> {
  const changes: Array<OrderMemberChange> = []
  yield* collect(before, after, "", changes, makePace())
  return changes
}
