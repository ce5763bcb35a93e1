/** Changes many members of a document in one pass: one after the other would copy a long list for each of its items. */
import { isObject, type Json } from "../json/Json.ts"
import type { MemberPath } from "./MemberPath.ts"

/** A change of the value at a path. What the document does not have is not changed. */
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

const apply = (value: Json, { below, own }: Changes): Json => {
  const inside = (token: string | number, item: Json): Json => {
    const changes = below.get(token)
    return changes === undefined ? item : apply(item, changes)
  }
  const whole: Json = below.size === 0
    ? value
    : Array.isArray(value)
    ? value.map((item: Json, index) => inside(index, item))
    : isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inside(name, member)]))
    : value
  return own.reduce((changed, change) => change(changed), whole)
}

/** The document with all changes; those at one path follow each other. */
export const withChanges = (document: Json, changes: ReadonlyArray<MemberChange>): Json =>
  changes.length === 0 ? document : apply(document, byPath(changes))
