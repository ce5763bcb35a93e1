/**
 * Lists of `{ Key, Value, KeyGroup? }` and maps, which settings take alike: properties and headers.
 * Contract: section 4.
 */
import { camelCased, join } from "../decode/JsonReader.ts"
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
  readonly rest?: JsonObject
  readonly path: string
}

/** The entries of a list or a map; what is no entry leaves a fault. */
const entriesOf = (value: Json, path: string, faults: Array<Fault>): ReadonlyArray<Entry> => {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, value]) =>
      value === null ? [] : [{ key, value, path: join(path, key) }]
    )
  }
  if (!Array.isArray(value)) {
    faults.push({ path, message: "must be a list of { key, value } or an object" })
    return []
  }
  return value.flatMap((item: Json, index): ReadonlyArray<Entry> => {
    const here = `${path}[${index}]`
    if (!isObject(item)) {
      faults.push({ path: here, message: "must be an object { key, value }" })
      return []
    }
    const { key, value = null, keyGroup, ...rest } = camelCased(item)
    if (typeof key !== "string" || key === "") {
      faults.push({ path: `${here}.key`, message: key === undefined ? "is missing" : "must be a string" })
      return []
    }
    if (keyGroup !== undefined && typeof keyGroup !== "string") {
      faults.push({ path: `${here}.keyGroup`, message: "must be a string" })
      return []
    }
    return [{ key, value, rest, path: `${here}.value`, ...(keyGroup === undefined ? {} : { keyGroup }) }]
  })
}

/** Headers as a map, names as they are written; of two with one name the last counts. */
export const headerMap = (value: Json, path: string, faults: Array<Fault>): JsonObject => {
  const entries = entriesOf(value, path, faults)
  for (const { key, value, path } of entries) faults.push(...headerFault(key, value, path))
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]))
}

/** Reads properties as a list of `{ key, value, keyGroup? }` with further members. */
export const propertyList = (value: Json, path: string, faults: Array<Fault>): ReadonlyArray<JsonObject> =>
  entriesOf(value, path, faults).map(({ key, value, keyGroup, rest, path }) => {
    if (typeof keyGroup === "string" && keyGroup.toLowerCase() === requestHeadersGroup.toLowerCase()) {
      faults.push(...headerFault(key, value, path))
    }
    return { key, value, ...(keyGroup === undefined ? {} : { keyGroup }), ...rest }
  })
