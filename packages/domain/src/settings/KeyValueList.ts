/**
 * Properties and headers in settings, which may be written as lists of `{ Key, Value, KeyGroup? }` or as maps.
 * Contract: section 4.
 */
import { camelCased, JsonReader, type Place, placeIn } from "../decode/JsonReader.ts"
import { unknownFaults, unknownMembers } from "../decode/UnknownMembers.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { requestHeadersGroup } from "../pipeline/StepProperty.ts"

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** They belong to the connection: a request with one of them would never be sent. */
const connectionHeaders: ReadonlySet<string> = new Set([
  "content-length",
  "expect",
  "keep-alive",
  "transfer-encoding",
  "upgrade"
])

/** Characters that would end a header's line. */
const breaksLine = /[\r\n\0]/

/** A value that comes from the environment, to be resolved later: `{ "env": "NAME" }`. */
export const environmentName = (value: Json): string | undefined => {
  if (!isObject(value)) return undefined
  const members = Object.entries(camelCased(value))
  const [name, variable] = members[0] ?? []
  return members.length === 1 && name === "env" && typeof variable === "string" ? variable : undefined
}

const headerFault = (name: string, value: Json, path: string): ReadonlyArray<Fault> => {
  if (!headerName.test(name)) return [{ path, message: `${JSON.stringify(name)} is not a header name` }]
  if (connectionHeaders.has(name.toLowerCase())) return [{ path, message: "belongs to the connection: leave it out" }]
  if (environmentName(value) !== undefined) return []
  if (typeof value !== "string") return [{ path, message: "must be a string" }]
  return breaksLine.test(value) ? [{ path, message: "must not hold a line break or a NUL character" }] : []
}

interface Entry {
  readonly key: string
  readonly value: Json
  readonly keyGroup?: Json
  /** The further members of a list item. */
  readonly rest?: JsonObject
  readonly path: string
}

/** The entries of a list or a map; what is no entry leaves a fault. */
const entriesOf = (value: Json, at: Place): ReadonlyArray<Entry> => {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, value]) =>
      value === null ? [] : [{ key, value, path: placeIn(at, key).path }]
    )
  }
  if (!Array.isArray(value)) {
    at.faults.push({ path: at.path, message: "must be a list of { key, value } or an object" })
    return []
  }
  return value.flatMap((item: Json, index): ReadonlyArray<Entry> => {
    const here = placeIn(at, index)
    if (!isObject(item)) {
      here.faults.push({ path: here.path, message: "must be an object { key, value }" })
      return []
    }
    const reader = JsonReader.at(camelCased(item, here), here)
    const key = reader.raw("key")
    if (typeof key !== "string" || key === "") {
      reader.fault("key", key === undefined ? "is missing" : "must be a string")
    }
    const before = reader.faults.length
    const keyGroup = reader.string("keyGroup")
    const value = reader.raw("value") ?? null
    if (typeof key !== "string" || key === "" || reader.faults.length > before) return []
    const rest = Object.fromEntries(Object.entries(reader.source).filter(([name]) => !reader.known.has(name)))
    return [{ key, value, rest, path: `${here.path}.value`, ...(keyGroup === undefined ? {} : { keyGroup }) }]
  })
}

/** Headers as a map, names as they are written; of two with one name the last counts. */
export const headerMap = (value: Json, at: Place): JsonObject => {
  const own: Place = { ...at, readers: [], nulls: [] }
  const entries = entriesOf(value, own)
  // A map has no place for them, so that they could not even be stored.
  at.faults.push(...unknownFaults(unknownMembers(own)))
  for (const { key, value, path } of entries) at.faults.push(...headerFault(key, value, path))
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]))
}

/** Reads properties as a list of `{ key, value, keyGroup? }` with further members. */
export const propertyList = (value: Json, at: Place): ReadonlyArray<JsonObject> =>
  entriesOf(value, at).map(({ key, value, keyGroup, rest, path }) => {
    if (typeof keyGroup === "string" && keyGroup.toLowerCase() === requestHeadersGroup.toLowerCase()) {
      at.faults.push(...headerFault(key, value, path))
    }
    return { key, value, ...(keyGroup === undefined ? {} : { keyGroup }), ...rest }
  })
