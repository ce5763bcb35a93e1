/** Computes what applying a setting would change, member by member. Pure. Secrets read `[redacted]` on both sides. */
import { equals, isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { redactDocument, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { cut, type Style } from "@sluice/terminal/Style"

/** One setting of the file, with what the server has in its place. */
export interface Setting {
  readonly kind: SettingsKind
  readonly id: string
  readonly document: JsonObject
  readonly stored: JsonObject | undefined
}

export interface MemberChange {
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

export interface SettingsChange {
  readonly kind: SettingsKind
  readonly id: string
  readonly action: "create" | "change" | "keep"
  readonly members: ReadonlyArray<MemberChange>
}

/** Added by the server, or said by the address. */
const answered = new Set([
  "version",
  "createdAt",
  "updatedAt",
  "warnings",
  "id",
  "name",
  "failingSince",
  "disabledAt",
  "disabledReason",
  "rotated"
])

const own = (document: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !answered.has(name)))

const isLeaf = (value: Json): boolean =>
  typeof value !== "object" || value === null || (!Array.isArray(value) && !isObject(value))
  || Object.keys(value).length === 0

/** Each value with its place: `steps[0].options.endpoint`. */
const leaves = (value: Json, path = ""): ReadonlyArray<readonly [string, Json]> => {
  if (isLeaf(value)) return [[path, value]]
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => leaves(item, `${path}[${index}]`))
  return Object.entries(value as JsonObject).flatMap(([name, member]) =>
    leaves(member, path === "" ? name : `${path}.${name}`)
  )
}

export const changeOf = ({ document, id, kind, stored }: Setting): SettingsChange => {
  const after = new Map(leaves(own(redactDocument(kind, document))))
  const before = new Map(stored === undefined ? [] : leaves(own(stored)))
  const members: Array<MemberChange> = []
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)]
    // A file without the signing secret keeps the one that the server has.
    if (kind === "webhookEndpoint" && path === "secret" && is === undefined) continue
    if (was !== undefined && is !== undefined && equals(was, is)) continue
    members.push({ path, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) })
  }
  return { kind, id, action: stored === undefined ? "create" : members.length > 0 ? "change" : "keep", members }
}

const shown = (value: Json): string => JSON.stringify(value)

const memberLine = ({ after, before, path }: MemberChange, style: Style): string => {
  if (before === undefined) return style.paint("green", cut(`  + ${path}: ${shown(after ?? null)}`, style.width))
  if (after === undefined) return style.paint("red", cut(`  - ${path}: ${shown(before)}`, style.width))
  return style.paint("yellow", cut(`  ~ ${path}: ${shown(before)} → ${shown(after)}`, style.width))
}

export const linesOf = (changes: ReadonlyArray<SettingsChange>, style: Style): ReadonlyArray<string> =>
  changes.flatMap(({ action, id, kind, members }) => [
    style.paint(action === "keep" ? "dim" : "bold", `${action} ${kind} ${id}`),
    ...members.map((member) => memberLine(member, style))
  ])
