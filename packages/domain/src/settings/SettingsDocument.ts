/**
 * Finds the secrets in a settings document: to seal them when it is stored, hide them when it is read, and keep them
 * when it is written back. Contract: section 4.
 *
 * A document is one that was decoded: names in camelCase, headers as maps, properties as lists, steps with ids.
 */
import { lowerFirst } from "../decode/JsonReader.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { requestHeadersGroup } from "../pipeline/StepProperty.ts"
import { redacted } from "../redaction/Redaction.ts"

export type SettingsKind = "pipeline" | "connector" | "authProvider" | "webhookEndpoint"

/** Names and positions, from the document's root to a member. */
export type MemberPath = ReadonlyArray<string | number>

/** A member that may hold a secret. */
export interface SecretSlot {
  readonly path: MemberPath
  readonly value: Json
  /**
   * True if its name marks it as a secret; other headers are included because their values may come from the
   * environment.
   */
  readonly secret: boolean
}

const secretNames: ReadonlySet<string> = new Set(["bearerToken", "password", "token", "clientSecret", "secret"])
const headerMembers: ReadonlySet<string> = new Set(["headers", "customHeaders"])
const secretHeader = /auth|key|token|secret|signature|password|cookie/i

/** Members that describe data and contain none: a JSON Schema may mention a `password`. */
const descriptions: Readonly<Record<SettingsKind, ReadonlySet<string>>> = {
  pipeline: new Set(["responseSchema", "match"]),
  connector: new Set(),
  authProvider: new Set(),
  webhookEndpoint: new Set()
}

/** `{% … %}` is an expression: it holds no secret, it says where one comes from. */
const isLiteral = (value: Json): value is string => typeof value === "string" && !/^\s*\{%[^]*%\}\s*$/.test(value)

const headerSlots = (headers: Json, path: MemberPath): ReadonlyArray<SecretSlot> =>
  isObject(headers)
    ? Object.entries(headers).map(([name, value]) => ({
      path: [...path, name],
      value,
      secret: secretHeader.test(name)
    }))
    : []

const propertySlots = (properties: ReadonlyArray<Json>, path: MemberPath): ReadonlyArray<SecretSlot> =>
  properties.flatMap((property, index): ReadonlyArray<SecretSlot> => {
    if (!isObject(property) || property.value === undefined || typeof property.key !== "string") return []
    const isHeader = typeof property.keyGroup === "string" &&
      property.keyGroup.toLowerCase() === requestHeadersGroup.toLowerCase()
    return [{
      path: [...path, index, "value"],
      value: property.value,
      secret: isHeader && secretHeader.test(property.key)
    }]
  })

/** Every member of the document that may hold a secret, in the order of the document. */
export const secretSlots = (kind: SettingsKind, document: Json, path: MemberPath = []): ReadonlyArray<SecretSlot> => {
  if (Array.isArray(document)) {
    return document.flatMap((item: Json, index) => secretSlots(kind, item, [...path, index]))
  }
  if (!isObject(document)) return []
  return Object.entries(document).flatMap(([name, value]): ReadonlyArray<SecretSlot> => {
    const here = [...path, name]
    // What stands deep in the options of a plugin keeps the names that people gave it.
    const known = lowerFirst(name)
    if (descriptions[kind].has(known)) return []
    if (headerMembers.has(known)) return headerSlots(value, here)
    if (known === "properties" && Array.isArray(value)) return propertySlots(value, here)
    return secretNames.has(known) ? [{ path: here, value, secret: true }] : secretSlots(kind, value, here)
  })
}

/** The paths of the document's secrets. */
export const secretPaths = (kind: SettingsKind, document: JsonObject): ReadonlyArray<MemberPath> =>
  secretSlots(kind, document).filter(({ secret, value }) => secret && isLiteral(value)).map(({ path }) => path)

/** The document with another value at a path that it has. */
export const withMember = (document: Json, [token, ...rest]: MemberPath, value: Json): Json => {
  if (token === undefined) return value
  if (Array.isArray(document)) {
    return document.map((item: Json, index) => index === token ? withMember(item, rest, value) : item)
  }
  return isObject(document) ? { ...document, [token]: withMember(document[token] ?? null, rest, value) } : document
}

/** `steps[0].options.headers.X-Key` */
export const pathText = (path: MemberPath): string =>
  path.reduce<string>(
    (text, token) => typeof token === "number" ? `${text}[${token}]` : text === "" ? token : `${text}.${token}`,
    ""
  )

const isJsonObject = (value: Json): value is JsonObject => isObject(value)

const replaced = (document: JsonObject, changes: ReadonlyArray<readonly [MemberPath, Json]>): JsonObject => {
  const changed = changes.reduce<Json>((current, [path, value]) => withMember(current, path, value), document)
  return isJsonObject(changed) ? changed : document
}

/** The document as it may be shown. */
export const redactDocument = (kind: SettingsKind, document: JsonObject): JsonObject =>
  replaced(document, secretPaths(kind, document).map((path) => [path, redacted]))

/** The identity of a list item: a step's id, a property's key and group. */
const identityOf = (item: Json | undefined): string | undefined => {
  if (item === undefined || !isObject(item)) return undefined
  if (typeof item.id === "string") return `id ${item.id}`
  return typeof item.key === "string"
    ? `key ${item.key.toLowerCase()} ${String(item.keyGroup ?? "").toLowerCase()}`
    : undefined
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
const counterpart = (document: Json, stored: Json | undefined, [token, ...rest]: MemberPath): Json | undefined => {
  if (token === undefined || stored === undefined) return stored
  if (typeof token === "number") {
    if (!Array.isArray(document) || !Array.isArray(stored)) return undefined
    const item: Json | undefined = document[token]
    const identity = identityOf(item)
    const before: Json | undefined = identity === undefined
      ? stored[token]
      : stored.find((other: Json) => identityOf(other) === identity)
    return item === undefined ? undefined : counterpart(item, before, rest)
  }
  if (!isObject(document) || !isObject(stored)) return undefined
  return counterpart(document[token] ?? null, memberNamed(stored, token), rest)
}

/** Steps in one list, so that one that has become post-processing is found again. */
const stepsTogether = (stored: JsonObject): JsonObject => {
  const all = [stored.steps, stored.postProcessing].flatMap((steps): ReadonlyArray<Json> =>
    Array.isArray(steps) ? steps : []
  )
  return { ...stored, steps: all, postProcessing: all }
}

/**
 * The document with the stored secret in place of each `[redacted]`. A fault where none is stored, since the word
 * itself would otherwise be sent to a partner.
 */
export const keepStored = (
  kind: SettingsKind,
  document: JsonObject,
  stored: JsonObject | undefined
): { readonly document: JsonObject } | { readonly faults: ReadonlyArray<Fault> } => {
  const before = stored === undefined ? undefined : kind === "pipeline" ? stepsTogether(stored) : stored
  const faults: Array<Fault> = []
  const kept: Array<readonly [MemberPath, Json]> = []
  for (const { path, value, secret } of secretSlots(kind, document)) {
    if (!secret || value !== redacted) continue
    const secretBefore = counterpart(document, before, path)
    if (typeof secretBefore === "string" && secretBefore !== redacted) kept.push([path, secretBefore])
    else faults.push({ path: pathText(path), message: "there is no stored secret to keep here: give its value" })
  }
  return faults.length > 0 ? { faults } : { document: replaced(document, kept) }
}
