/**
 * Changes many members of a document in one pass; changing one after the other would copy a long list for each of its
 * items.
 */
import { isObject, type Json } from "../json/Json.ts"
import { setMember } from "../json/ObjectMembers.ts"
import type { MemberPath } from "./MemberPath.ts"

/** A change of the value at a path. A path that the document does not have is ignored. */
export interface MemberChange {
  readonly path: MemberPath
  readonly change: (value: Json) => Json
}

interface Changes {
  readonly own: Array<MemberChange["change"]>
  readonly below: Map<string | number, Changes>
}

const none = (): Changes => ({ own: [], below: new Map() })

const byPath = (changes: ReadonlyArray<MemberChange>): Changes => {
  const root = none()
  for (const { change, path } of changes) {
    let at = root
    for (const token of path) {
      const next = at.below.get(token) ?? none()
      at.below.set(token, next)
      at = next
    }
    at.own.push(change)
  }
  return root
}

const applyBelow = (value: Json, below: Changes["below"]): Json => {
  if (below.size === 0 || typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    const items: Array<Json> = [...value]
    for (const [token, changes] of below) {
      if (typeof token === "number" && token < items.length) items[token] = apply(items[token] as Json, changes)
    }
    return items
  }
  if (!isObject(value)) return value
  const members: Record<string, Json> = { ...value }
  for (const [token, changes] of below) {
    const name = String(token)
    if (Object.hasOwn(members, name)) setMember(members, name, apply(members[name] as Json, changes))
  }
  return members
}

const apply = (value: Json, { below, own }: Changes): Json =>
  own.reduce((changed, change) => change(changed), applyBelow(value, below))

/** Applies all changes to the document; several changes at one path are applied in the order given. */
export const withChanges = (document: Json, changes: ReadonlyArray<MemberChange>): Json =>
  changes.length === 0 ? document : apply(document, byPath(changes))
