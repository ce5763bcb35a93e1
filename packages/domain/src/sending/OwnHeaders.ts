/**
 * Request headers that are not a setting's to give: `Host`, which the URL decides, and those that Sluice writes itself.
 * Contract: section 5.
 */
import { lowerFirst } from "../decode/JsonReader.ts"
import { type MemberPath, pathText } from "../decode/MemberPath.ts"
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { requestHeadersGroup } from "../pipeline/StepProperty.ts"

interface NamedHeader {
  readonly path: MemberPath
  /** Lower case. */
  readonly name: string
}

const headerMembers: ReadonlySet<string> = new Set(["headers", "customHeaders"])

/** Members that hold data of any shape. */
const data: ReadonlySet<string> = new Set(["body", "payload", "account", "terms", "responseSchema", "match"])

const ofProperties = (properties: ReadonlyArray<Json>, path: MemberPath): ReadonlyArray<NamedHeader> =>
  properties.flatMap((property, index): ReadonlyArray<NamedHeader> =>
    isObject(property) && typeof property.key === "string" && typeof property.keyGroup === "string" &&
      property.keyGroup.toLowerCase() === requestHeadersGroup.toLowerCase()
      ? [{ path: [...path, index, "key"], name: property.key.toLowerCase() }]
      : []
  )

const headersIn = (document: Json, path: MemberPath): ReadonlyArray<NamedHeader> => {
  if (Array.isArray(document)) return document.flatMap((item: Json, index) => headersIn(item, [...path, index]))
  if (!isObject(document)) return []
  return Object.entries(document).flatMap(([name, value]) => {
    const here = [...path, name]
    const known = lowerFirst(name)
    if (data.has(known)) return []
    if (headerMembers.has(known) && isObject(value)) {
      return Object.keys(value).map((header) => ({ path: [...here, header], name: header.toLowerCase() }))
    }
    return known === "properties" && Array.isArray(value) ? ofProperties(value, here) : headersIn(value, here)
  })
}

/** Headers whose value the connection or the URL decides. */
const ofConnection: ReadonlySet<string> = new Set(["host", "connection", "proxy-connection"])

/** Headers that Sluice sets and that override a setting's. */
const ofSluice = /^(idempotency-key|traceparent|webhook-.*)$/

/** The faults of the headers of a document that is about to be saved; a stored one is sent without them. */
export const headerFaults = (document: JsonObject): ReadonlyArray<Fault> =>
  headersIn(document, []).filter(({ name }) => ofConnection.has(name)).map(({ name, path }) => ({
    path: pathText(path),
    message: name === "host"
      ? "Host is the host of the URL: leave it out, and put the address into the URL"
      : "belongs to the connection: leave it out"
  }))

/** Warnings about headers that are sent differently from the document. */
export const headerWarnings = (document: JsonObject): ReadonlyArray<string> =>
  headersIn(document, []).filter(({ name }) => ofSluice.test(name)).map(({ path }) =>
    `${pathText(path)}: Sluice writes this header itself, and this value is not sent`
  )
