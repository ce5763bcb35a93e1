/**
 * Documents that cost a careless program the most for their size, for the table tests and the benchmark of document
 * times. Contract: section 3, "Limits".
 */
import type { JsonObject } from "../json/Json.ts"
import { parse } from "../json/Json.ts"

/** `head`, as many items as fit, separated by commas, and `tail`: at most `bytes` characters of ASCII. */
const filled = (bytes: number, head: string, item: (index: number) => string, tail: string): string => {
  const items: Array<string> = []
  let left = bytes - head.length - tail.length
  for (let index = 0;; index++) {
    const next = item(index)
    left -= next.length + 1
    if (left < 0) return head + items.join(",") + tail
    items.push(next)
  }
}

/** The spelling of `letters` in which the bits of `index` decide the case; 20 letters have a million. */
const spelling = (letters: string, index: number): string => {
  let name = ""
  for (let bit = 0; bit < letters.length; bit++) {
    const letter = letters.charAt(bit)
    name += (index >> bit) % 2 === 1 ? letter.toUpperCase() : letter
  }
  return name
}

const letters = "abcdefghijklmnopqrst"

const long = "x".repeat(120)

/** A JSON object as text, of at most the number of bytes that was asked for. */
export interface HostileDocument {
  readonly name: string
  readonly make: (bytes: number) => string
}

/** Hostile JSON objects by what they hold, each nested at most 62 levels deep, so that it can be a part of others. */
export const hostileDocuments: ReadonlyArray<HostileDocument> = [
  { name: "small numbers", make: (bytes) => filled(bytes, "{\"list\":[", () => "1", "]}") },
  {
    name: "numbers of 20 digits",
    make: (bytes) => filled(bytes, "{\"list\":[", (i) => `${10n ** 19n + BigInt(i)}`, "]}")
  },
  {
    name: "one number of 20 digits among members",
    make: (bytes) => filled(bytes, "{\"n\":12345678901234567891,", (i) => `"${i.toString(36)}":1`, "}")
  },
  { name: "numbers with exponents", make: (bytes) => filled(bytes, "{\"list\":[", (i) => `${i}e400`, "]}") },
  { name: "one long number", make: (bytes) => `{"n":1${"0".repeat(bytes - 8)}1}` },
  { name: "one long fraction", make: (bytes) => `{"n":0.${"0".repeat(bytes - 9)}1}` },
  { name: "empty lists", make: (bytes) => filled(bytes, "{\"list\":[", () => "[]", "]}") },
  { name: "empty objects", make: (bytes) => filled(bytes, "{\"list\":[", () => "{}", "]}") },
  { name: "members", make: (bytes) => filled(bytes, "{", (i) => `"${i.toString(36)}":1`, "}") },
  {
    name: "members in falling order",
    make: (bytes) => filled(bytes, "{", (i) => `"${(2e6 - i).toString(36)}":1`, "}")
  },
  {
    name: "members that differ in case",
    make: (bytes) => filled(bytes, "{", (i) => `"${spelling(letters, i)}":1`, "}")
  },
  { name: "members alike", make: (bytes) => filled(bytes, "{", (i) => `"${long}${i}":1`, "}") },
  { name: "objects of different members", make: (bytes) => filled(bytes, "{\"list\":[", (i) => `{"a${i}":1}`, "]}") },
  { name: "objects alike", make: (bytes) => filled(bytes, "{\"list\":[", (i) => `{"a":1,"b":"${i}"}`, "]}") },
  { name: "strings alike", make: (bytes) => filled(bytes, "{\"list\":[", (i) => `"${long}${i}"`, "]}") },
  { name: "equal strings", make: (bytes) => filled(bytes, "{\"list\":[", () => "\"aaaaaaaa\"", "]}") },
  { name: "escaped strings", make: (bytes) => filled(bytes, "{\"list\":[", () => "\"\\u0041\\n\"", "]}") },
  { name: "one string", make: (bytes) => `{"s":"${"a".repeat(bytes - 8)}"}` },
  { name: "one string of escapes", make: (bytes) => `{"s":"${"\\n".repeat((bytes - 8) >> 1)}"}` },
  {
    name: "lists in lists",
    make: (bytes) => filled(bytes, "{\"list\":[", () => "[".repeat(60) + "]".repeat(60), "]}")
  },
  {
    name: "objects in objects",
    make: (bytes) => filled(bytes, "{\"list\":[", () => "{\"a\":".repeat(60) + "1" + "}".repeat(60), "]}")
  },
  {
    name: "a long name above many members",
    make: (bytes) => filled(bytes, `{"${"n".repeat(bytes >> 1)}":{`, (i) => `"${i}":null`, "}}")
  },
  { name: "__proto__", make: (bytes) => filled(bytes, "{\"list\":[", () => "{\"__proto__\":{\"a\":1}}", "]}") }
]

/** An order and a decoded patch of it, each of at most the number of bytes that was asked for. */
export interface HostileMerge {
  readonly name: string
  readonly make: (bytes: number) => { readonly order: JsonObject; readonly patch: JsonObject }
}

const merge = (
  name: string,
  order: (bytes: number) => string,
  patch: (bytes: number) => string = order
): HostileMerge => ({
  name,
  make: (bytes) => ({ order: parse(order(bytes)) as JsonObject, patch: parse(patch(bytes)) as JsonObject })
})

const list = (head: string, item: (index: number) => string, tail = "]}") => (bytes: number): string =>
  filled(bytes, head, item, tail)

const lineItems = (item: (index: number) => string) => list("{\"orderForm\":{\"lineItems\":[", item, "]}}")

/** Patches whose parts have to be found in the order, or in what the patch itself has changed. */
export const hostileMerges: ReadonlyArray<HostileMerge> = [
  merge("the same tags", list("{\"tags\":[", (i) => `"tag-${i}"`)),
  merge("other tags", list("{\"tags\":[", (i) => `"tag-${i}"`), list("{\"tags\":[", (i) => `"other-${i}"`)),
  merge("tags alike", list("{\"tags\":[", (i) => `"${long}${i}"`), list("{\"tags\":[", (i) => `"${long}${-i}"`)),
  merge(
    "line items without ids",
    lineItems((i) => `{"code":"c${i}","quantity":1}`),
    lineItems((i) => `{"code":"d${i}","quantity":1}`)
  ),
  merge("the same line items without ids", lineItems((i) => `{"code":"c${i}","quantity":1}`)),
  merge(
    "line items by id",
    lineItems((i) => `{"lineItemId":"${i}","sku":"a"}`),
    lineItems((i) => `{"lineItemId":${i},"SKU":"b"}`)
  ),
  merge(
    "one line item over and over",
    lineItems((i) => `{"lineItemId":"${i}"}`),
    lineItems((i) => `{"lineItemId":"1","m${i}":${i}}`)
  ),
  merge(
    "the properties of one line item over and over",
    lineItems((i) => `{"lineItemId":"${i}"}`),
    lineItems((i) => `{"lineItemId":"1","properties":[{"key":"${i}","value":1}]}`)
  ),
  merge(
    "properties by key",
    list("{\"properties\":[", (i) => `{"key":"k${i}","value":"a"}`),
    list("{\"properties\":[", (i) => `{"key":"k${i}","value":"b"}`)
  ),
  merge(
    "removal conditions that meet every property",
    list("{\"properties\":[", (i) => `{"key":"k${i}","value":"v${i}","keyGroup":"g"}`),
    list("{\"propertiesRemovalConditions\":[", (i) => `{"value":"v${i}","keyGroup":"g"}`)
  ),
  merge(
    "removal conditions that meet none",
    list("{\"properties\":[", (i) => `{"key":"k","value":{"a":${i}}}`),
    list("{\"propertiesRemovalConditions\":[", (i) => `{"key":"k","value":{"b":${i}}}`)
  ),
  merge(
    "removal conditions in every line item",
    lineItems((i) => `{"lineItemId":"${i}","properties":[{"key":"a","value":"1"},{"key":"b"}]}`),
    lineItems((i) => `{"lineItemId":"${i}","propertiesRemovalConditions":[{"key":"a"}],"properties":[{"key":"a"}]}`)
  ),
  merge(
    "members that differ in case",
    list("{\"shippingAddress\":{", (i) => `"${spelling(letters, 2 * i)}":1`, "}}"),
    list("{\"shippingAddress\":{", (i) => `"${spelling(letters, 2 * i + 1)}":2`, "}}")
  ),
  merge(
    "members in another case",
    list("{\"shippingAddress\":{", (i) => `"member${i}":1`, "}}"),
    list("{\"shippingAddress\":{", (i) => `"MEMBER${i}":2`, "}}")
  ),
  merge(
    "one member in every case, merged over and over",
    list(`{"shippingAddress":{"${letters}":{`, (i) => `"a${i}":1`, "}}}"),
    list("{\"shippingAddress\":{", (i) => `"${spelling(letters, i)}":{"b${i}":1}`, "}}")
  ),
  merge(
    "errors of many members",
    list("{\"errors\":[", (i) => `{"source":"s","detail":{"a":[1,2,{"b":${i}}]}}`),
    list("{\"errors\":[", (i) => `{"source":"s","detail":{"a":[1,2,{"b":${-i}}]}}`)
  ),
  merge(
    "notes by id",
    list("{\"orderNotes\":[", (i) => `{"id":${i},"text":"a"}`),
    list(
      "{\"orderNotes\":[",
      (i) => `{"id":"${i}","text":"b"}`
    )
  ),
  merge("external ids", list("{\"externalIds\":[", (i) => `{"providerName":"p","id":"${i}"}`)),
  merge(
    "assets of numbers of 20 digits",
    list("{\"assets\":[", (i) => `{"n":${10n ** 19n + BigInt(i)}}`),
    list("{\"assets\":[", (i) => `{"n":${10n ** 19n - BigInt(i)}}`)
  ),
  merge(
    "shipments of line items",
    list("{\"orderForm\":{\"shipments\":[", (i) => `{"shipmentId":"${i}","lineItems":[{"lineItemId":"1"}]}`, "]}}"),
    list("{\"orderForm\":{\"shipments\":[", (i) => `{"shipmentId":"${i}","lineItems":[{"lineItemId":"2"}]}`, "]}}")
  ),
  merge(
    "the same shipment over and over",
    list("{\"orderForm\":{\"shipments\":[", (i) => `{"shipmentId":"${i}"}`, "]}}"),
    list("{\"orderForm\":{\"shipments\":[", (i) => `{"shipmentId":"1","lineItems":[{"lineItemId":"${i}"}]}`, "]}}")
  ),
  merge(
    "order items that replace the list",
    list("{\"orderItems\":[", (i) => `{"name":"n${i}"}`),
    list("{\"orderItems\":[", (i) => `{"name":"m${i}"}`)
  ),
  merge(
    "nulls below a long forced path",
    () => "{}",
    (bytes) =>
      filled(
        bytes,
        `{"forceUpdate":["customFields.${"n".repeat(bytes >> 2)}.a"],"customFields":{"${"n".repeat(bytes >> 2)}":{`,
        (i) => `"${i}":null`,
        "}}}"
      )
  ),
  merge("forced names", () => "{}", list("{\"forceUpdate\":[", (i) => `"customFields.${i}"`)),
  ...hostileDocuments.map(({ name, make }) =>
    merge(
      `custom fields: ${name}`,
      (bytes) => `{"customFields":${make(bytes - 20)}}`,
      (bytes) => `{"customFields":${make(bytes - 20).replaceAll("a", "b")}}`
    )
  ),
  ...hostileDocuments.map(({ name, make }) =>
    merge(
      `address: ${name}`,
      (bytes) => `{"shippingAddress":${make(bytes - 24)}}`,
      (bytes) =>
        `{"shippingAddress":${
          make(bytes - 24).toUpperCase().replaceAll("\\U", "\\u").replaceAll("\\N", "\\n").replaceAll("NULL", "null")
        }}`
    )
  )
]
