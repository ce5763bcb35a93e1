/**
 * Finds the secrets in a settings document: to seal them when it is stored, hide them when it is read, and keep them
 * when it is written back. Contract: section 4.
 *
 * A document is one that was decoded: names in camelCase, headers as maps, properties as lists, steps with ids.
 */
import { lowerFirst } from "../decode/JsonReader.ts"
import { expressionIn } from "../decode/Marks.ts"
import { withChanges } from "../decode/MemberChanges.ts"
import { type MemberPath, pathText } from "../decode/MemberPath.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { requestHeadersGroup } from "../pipeline/StepProperty.ts"
import { redacted, shortestSecret } from "../redaction/Redaction.ts"
import { mayHoldQuery, querySecrets, secretName, valueTexts, withQueryValues } from "../redaction/UrlSecrets.ts"
import { origins, unitOf } from "./SecretAddress.ts"
import type { SettingsKind } from "./SettingsKind.ts"

export type { SettingsKind } from "./SettingsKind.ts"

/** A member, or a part of a URL in one, that may hold a secret. */
export interface SecretSlot {
  readonly path: MemberPath
  /** The query member of a URL whose value is the secret. Absent: the whole member is. */
  readonly query?: { readonly name: string; readonly index: number }
  readonly value: Json
  /** The slot is the value of a header. */
  readonly header?: true
  /**
   * True if its name marks it as a secret; other headers are included because their values may come from the
   * environment.
   */
  readonly secret: boolean
}

const secretNames: ReadonlySet<string> = new Set([
  "bearerToken",
  "password",
  "token",
  "clientSecret",
  "clientKey",
  "signingSecret",
  "secret"
])
const headerMembers: ReadonlySet<string> = new Set(["headers", "customHeaders"])

/** Members that describe data and contain none: a JSON Schema may mention a `password`. */
const descriptions: Readonly<Record<SettingsKind, ReadonlySet<string>>> = {
  pipeline: new Set(["responseSchema", "match"]),
  connector: new Set(),
  authProvider: new Set(),
  webhookEndpoint: new Set()
}

/** `{% … %}` is an expression: it holds no secret, it says where one comes from. */
const isLiteral = (value: Json): value is string => typeof value === "string" && expressionIn(value) === undefined

/** Collects the slots of a document in one walk: a list for each of its members would cost more than the look at it. */
class SlotWalk {
  readonly slots: Array<SecretSlot> = []
  readonly #descriptions: ReadonlySet<string>
  /** The path of the member at hand. */
  readonly #path: Array<string | number>

  constructor(kind: SettingsKind, path: MemberPath) {
    this.#descriptions = descriptions[kind]
    this.#path = [...path]
  }

  #add(value: Json, slot: Omit<SecretSlot, "path" | "value">): void {
    this.slots.push({ path: [...this.#path], value, ...slot })
  }

  #below(token: string | number, look: () => void): void {
    this.#path.push(token)
    look()
    this.#path.pop()
  }

  /** All slots of one URL share its path. */
  #url(value: Json): void {
    if (typeof value !== "string" || !mayHoldQuery(value) || !isLiteral(value)) return
    const path = [...this.#path]
    for (const { index, name, value: secret } of querySecrets(value)) {
      this.slots.push({ path, query: { name, index }, value: secret, secret: true })
    }
  }

  /** A header is a secret by its name, or else may hold a URL with some. */
  #header(name: string, value: Json): void {
    const secret = secretName.test(name)
    this.#add(value, { secret, header: true })
    if (!secret) this.#url(value)
  }

  #headers(headers: Json): void {
    if (!isObject(headers)) return
    for (const name of Object.keys(headers)) {
      const value = headers[name] as Json
      this.#below(name, () => this.#header(name, value))
    }
  }

  #property(property: Json): void {
    if (!isObject(property) || property.value === undefined || typeof property.key !== "string") return
    const { key, keyGroup, value } = property
    const isHeader = typeof keyGroup === "string" && keyGroup.toLowerCase() === requestHeadersGroup.toLowerCase()
    this.#below("value", () => {
      if (isHeader) return this.#header(key, value)
      this.#add(value, { secret: false })
      this.#url(value)
    })
  }

  #member(name: string, value: Json): void {
    // Members deep in the options of a plugin keep the names that were given to them.
    const known = lowerFirst(name)
    if (this.#descriptions.has(known)) return
    this.#below(name, () => {
      if (headerMembers.has(known)) return this.#headers(value)
      if (known === "properties" && Array.isArray(value)) {
        return value.forEach((property: Json, index) => this.#below(index, () => this.#property(property)))
      }
      if (secretNames.has(known)) return this.#add(value, { secret: true })
      this.walk(value)
    })
  }

  walk(value: Json): void {
    if (Array.isArray(value)) value.forEach((item: Json, index) => this.#below(index, () => this.walk(item)))
    else if (isObject(value)) { for (const name of Object.keys(value)) this.#member(name, value[name] as Json) }
    else this.#url(value)
  }
}

/** Every member of the document that may hold a secret, in the order of the document. */
export const secretSlots = (kind: SettingsKind, document: Json, path: MemberPath = []): ReadonlyArray<SecretSlot> => {
  const walk = new SlotWalk(kind, path)
  walk.walk(document)
  return walk.slots
}

/** A slot that holds a secret. */
export interface Secret extends SecretSlot {
  readonly value: string
}

/** The document's secrets. */
export const secretsIn = (kind: SettingsKind, document: JsonObject): ReadonlyArray<Secret> =>
  secretSlots(kind, document).filter((slot): slot is Secret => slot.secret && isLiteral(slot.value))

/**
 * The texts to hide wherever they occur: the secrets, and the texts derived from them, which are the token of a header
 * and the text of basic credentials. Texts shorter than `shortestSecret` are left out.
 */
export const secretTexts = (kind: SettingsKind, document: JsonObject): ReadonlyArray<string> => {
  const basic = [document, document.auth].flatMap((holder) =>
    holder !== undefined && isObject(holder) && typeof holder.username === "string" &&
      typeof holder.password === "string"
      ? [`${holder.username}:${holder.password}`]
      : []
  )
  return [
    ...secretsIn(kind, document).flatMap(({ query, value }) => {
      if (query !== undefined) return valueTexts(value)
      const token = /^(?:Bearer|Basic|Token) +(.+)$/i.exec(value)?.[1]
      return token === undefined ? [value] : [value, token]
    }),
    ...basic
  ].filter((text) => text.length >= shortestSecret)
}

/** The text of a secret's place in a setting, such as `steps[0].options.endpoint?api_key`. */
export const slotText = ({ path, query }: Pick<SecretSlot, "path" | "query">): string =>
  query === undefined ? pathText(path) : `${pathText(path)}?${query.name}`

/** The value at a path; `undefined` where the document has none. */
export const memberAt = (document: Json, path: MemberPath): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, token) => Array.isArray(value) ? value[Number(token)] : isObject(value) ? value[token] : undefined,
    document
  )

const isJsonObject = (value: Json): value is JsonObject => isObject(value)

type SecretChange = readonly [Pick<SecretSlot, "path" | "query">, Json]

/** The changes of each member. Those in one URL mostly share its path. */
const byMember = (changes: ReadonlyArray<SecretChange>): ReadonlyArray<ReadonlyArray<SecretChange>> => {
  const members = new Map<string, Array<SecretChange>>()
  let path: MemberPath | undefined
  let ofMember: Array<SecretChange> = []
  for (const change of changes) {
    if (change[0].path !== path) {
      path = change[0].path
      const key = JSON.stringify(path)
      ofMember = members.get(key) ?? []
      members.set(key, ofMember)
    }
    ofMember.push(change)
  }
  return [...members.values()]
}

/** The document with the secrets at the places of `changes` replaced. */
export const withSecrets = (
  document: JsonObject,
  changes: ReadonlyArray<SecretChange>
): JsonObject => {
  const changed = withChanges(
    document,
    byMember(changes).map((ofMember) => {
      const whole = ofMember.find(([{ query }]) => query === undefined)
      const values = new Map(
        ofMember.flatMap(([{ query }, value]): ReadonlyArray<[number, string]> =>
          query === undefined || typeof value !== "string" ? [] : [[query.index, value]]
        )
      )
      return {
        path: ofMember[0]?.[0].path ?? [],
        change: (before) =>
          whole !== undefined ? whole[1] : typeof before === "string" ? withQueryValues(before, values) : before
      }
    })
  )
  return isJsonObject(changed) ? changed : document
}

/** The document with its secrets hidden. */
export const redactDocument = (kind: SettingsKind, document: JsonObject): JsonObject =>
  withSecrets(document, secretsIn(kind, document).map((secret) => [secret, redacted]))

/** The identity of a list item: a step's id, a property's key and group. */
const identityOf = (item: Json | undefined): string | undefined => {
  if (item === undefined || !isObject(item)) return undefined
  if (typeof item.id === "string") return `id ${item.id}`
  return typeof item.key === "string"
    ? `key ${item.key.toLowerCase()} ${String(item.keyGroup ?? "").toLowerCase()}`
    : undefined
}

/** The items of stored lists by their identity, the first of each. */
const identified = new WeakMap<ReadonlyArray<Json>, ReadonlyMap<string, Json>>()

const itemOf = (stored: ReadonlyArray<Json>, identity: string): Json | undefined => {
  let items = identified.get(stored)
  if (items === undefined) {
    const found = new Map<string, Json>()
    for (const item of stored) {
      const own = identityOf(item)
      if (own !== undefined && !found.has(own)) found.set(own, item)
    }
    items = found
    identified.set(stored, items)
  }
  return items.get(identity)
}

const memberNamed = (object: JsonObject, name: string): Json | undefined => {
  if (Object.hasOwn(object, name)) return object[name]
  const found = Object.keys(object).find((other) => other.toLowerCase() === name.toLowerCase())
  return found === undefined ? undefined : object[found]
}

/**
 * The value in `stored` that corresponds to `path` in `document`: list items are matched by identity, headers
 * regardless of case.
 */
export const counterpart = (
  document: Json,
  stored: Json | undefined,
  [token, ...rest]: MemberPath
): Json | undefined => {
  if (token === undefined || stored === undefined) return stored
  if (typeof token === "number") {
    if (!Array.isArray(document) || !Array.isArray(stored)) return undefined
    const item: Json | undefined = document[token]
    const identity = identityOf(item)
    const before = identity === undefined ? stored[token] as Json | undefined : itemOf(stored, identity)
    return item === undefined ? undefined : counterpart(item, before, rest)
  }
  if (!isObject(document) || !isObject(stored)) return undefined
  return counterpart(document[token] ?? null, memberNamed(stored, token), rest)
}

/** The document with all steps in one list, for comparison: a step that became post-processing is found again. */
export const comparable = (kind: SettingsKind, stored: JsonObject | undefined): JsonObject | undefined => {
  if (stored === undefined || kind !== "pipeline") return stored
  const all = [stored.steps, stored.postProcessing].flatMap((steps): ReadonlyArray<Json> =>
    Array.isArray(steps) ? steps : []
  )
  return { ...stored, steps: all, postProcessing: all }
}

/** The stored secret in the place of a slot: of a query, that of the member of the same name. */
const storedSecret = ({ query }: SecretSlot, before: Json | undefined): string | undefined => {
  if (typeof before !== "string") return undefined
  if (query === undefined) return before === redacted ? undefined : before
  const found = querySecrets(before).find(({ name }) => name === query.name)?.value
  return found === redacted ? undefined : found
}

/** Addresses to which the secret at `path` would be sent, and was not when it was stored. */
const newOrigins = (
  kind: SettingsKind,
  document: JsonObject,
  before: JsonObject,
  path: MemberPath
): { readonly added: ReadonlyArray<string>; readonly stored: ReadonlyArray<string> } => {
  const unit = unitOf(kind, path)
  const stored = origins(kind, counterpart(document, before, unit) ?? null, path.slice(unit.length))
  const added = origins(kind, memberAt(document, unit) ?? null, path.slice(unit.length))
    .filter((origin) => !stored.includes(origin))
  return { added, stored }
}

/**
 * The document with the stored secret in place of each `[redacted]`. A fault where none is stored, since the word itself
 * would otherwise be sent to a partner, and where the address is another one: a stored secret stays with the address that
 * it was stored for.
 */
export const keepStored = (
  kind: SettingsKind,
  document: JsonObject,
  stored: JsonObject | undefined
): { readonly document: JsonObject } | { readonly faults: ReadonlyArray<Fault> } => {
  const before = comparable(kind, stored)
  const faults: Array<Fault> = []
  const kept: Array<readonly [SecretSlot, Json]> = []
  for (const slot of secretSlots(kind, document)) {
    if (!slot.secret || slot.value !== redacted) continue
    const secret = storedSecret(slot, counterpart(document, before, slot.path))
    if (secret === undefined || before === undefined) {
      const why = counterpart(document, before, slot.path) === redacted
        ? "the stored secret cannot be opened with the keys of SLUICE_ENCRYPTION_KEY"
        : "there is no stored secret to keep"
      faults.push({ path: slotText(slot), message: `is "[redacted]", and ${why}: write the secret` })
      continue
    }
    const { added, stored } = newOrigins(kind, document, before, slot.path)
    if (added.length === 0) {
      kept.push([slot, secret])
      continue
    }
    faults.push({
      path: slotText(slot),
      message: `is "[redacted]", and the stored secret is for ${stored.join(", ") || "another address"}: ` +
        `write the secret again to send it to ${added.join(", ")}`
    })
  }
  return faults.length > 0 ? { faults } : { document: withSecrets(document, kept) }
}
