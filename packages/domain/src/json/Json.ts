/**
 * Parses and serialises JSON without losing a digit; the nesting of untrusted text is measured first.
 *
 * A number that a double cannot hold (`12345678901234567890`, `1e400`) is kept as `JSON.rawJSON`, so that a document is
 * written as it came (contract section 3: "unknown members are kept and returned as they came").
 */
import { Schema } from "effect"
import { needsCare, parseLossless, significant } from "./LosslessJson.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [member: string]: Json
}

/** The text is not JSON, or nested too deeply. `path` is empty, since nothing could be read. */
export class JsonUnreadable extends Schema.TaggedError<JsonUnreadable>()("JsonUnreadable", {
  message: Schema.String
}) {}

/** The largest nesting depth of a document. */
export const maxDepth = 64

/** `JSON.isRawJSON` (ECMAScript 2026) is in Node 24, and not yet in `lib`. */
interface RawJsonSupport {
  isRawJSON(value: unknown): value is { readonly rawJSON: string }
}
const raw = JSON as typeof JSON & RawJsonSupport

/** True if the value represents a number that a double cannot hold. */
export const isRawNumber = (value: unknown): value is { readonly rawJSON: string } => raw.isRawJSON(value)

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !raw.isRawJSON(value)

/** Nesting of a JSON text, without parsing it: `{}` is 1, `[[1]]` is 2. Stops counting above `limit`. */
export const depthOf = (text: string, limit: number): number => {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string: nothing inside it nests
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++
        break
      case 0x5b:
      case 0x7b:
        if (++depth > deepest) {
          deepest = depth
          if (deepest > limit) return deepest
        }
        break
      case 0x5d:
      case 0x7d:
        depth--
    }
  }
  return deepest
}

/**
 * Parses trusted JSON (written by Sluice) without the depth check, which is half of the cost of `parse`. Throws
 * `SyntaxError`.
 */
export const parseOwn = (text: string): Json => needsCare(text) ? parseLossless(text) as Json : JSON.parse(text)

/** The message of a `SyntaxError` without the text that V8 quotes, which may be a part of a secret. */
const reasonOf = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : ""
  const reason = message.replace(/,? ?(?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON$/, "")
  return reason === "" ? "it is not valid JSON" : reason
}

/** The occurrences of `part`, counted up to `most`: a native search, at a tenth of the cost of looking at each character. */
const occurrences = (text: string, part: string, most: number): number => {
  let count = 0
  for (let at = text.indexOf(part); at >= 0 && count < most; at = text.indexOf(part, at + 1)) count++
  return count
}

/** True for most documents: they have no more brackets, those in strings included, than they may have levels. */
const isShallow = (text: string): boolean => {
  const enough = maxDepth + 1
  return occurrences(text, "{", enough) + occurrences(text, "[", enough) <= maxDepth
}

/** The error for a text that is not JSON, from the parser's error. */
export const unreadable = (cause: unknown): JsonUnreadable => new JsonUnreadable({ message: reasonOf(cause) })

/** Throws `JsonUnreadable` where the text nests more than `maxDepth` levels. */
export const checkDepth = (text: string): void => {
  if (!isShallow(text) && depthOf(text, maxDepth) > maxDepth) {
    throw new JsonUnreadable({ message: `nested more than ${maxDepth} levels deep: flatten the document` })
  }
}

/** Parses a JSON text of at most `maxDepth` levels. Throws `JsonUnreadable`. */
export const parse = (text: string): Json => {
  checkDepth(text)
  try {
    return parseOwn(text)
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** Serialises a value that `parse` has returned. */
export const stringify = (value: Json): string => JSON.stringify(value)

/** True if two values are equal as JSON, regardless of the order of members. */
export const equals = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (isRawNumber(a) || isRawNumber(b)) {
    return isRawNumber(a) && isRawNumber(b) &&
      (a.rawJSON.toLowerCase() === b.rawJSON.toLowerCase() || significant(a.rawJSON) === significant(b.rawJSON))
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((item, index) => equals(item, b[index]))
  }
  return equalMembers(a as JsonObject, b as JsonObject)
}

/** Members mostly stand in the same order: then none has to be looked for. */
const equalMembers = (left: JsonObject, right: JsonObject): boolean => {
  const names = Object.keys(left)
  const others = Object.keys(right)
  if (names.length !== others.length) return false
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string
    if (name !== others[index] && !Object.hasOwn(right, name)) return false
    if (!equals(left[name], right[name])) return false
  }
  return true
}

/**
 * The canonical text of a value (RFC 8785): equal JSON gives equal text. Unlike the packages for this, it keeps numbers
 * that a double cannot hold, and half surrogates, both of which an order may carry.
 */
export const canonical = (value: Json): string => {
  if (typeof value === "string") return quoted(value)
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null"
  if (typeof value !== "object" || value === null) return String(value)
  if (Array.isArray(value)) return canonicalList(value)
  return isRawNumber(value) ? significant(value.rawJSON) : canonicalObject(value as JsonObject)
}

// Indexed loops: every order with a key of its own is written so.
const canonicalList = (items: ReadonlyArray<Json>): string => {
  let text = "["
  for (let i = 0; i < items.length; i++) text += i === 0 ? canonical(items[i]!) : `,${canonical(items[i]!)}`
  return `${text}]`
}

const canonicalObject = (members: JsonObject): string => {
  const names = sortedNames(members)
  let text = "{"
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!
    text += `${i === 0 ? "" : ","}${quoted(name)}:${canonical(members[name] ?? null)}`
  }
  return `${text}}`
}

/** Characters that JSON escapes, and surrogates, of which half a pair is escaped. */
// oxlint-disable-next-line no-control-regex -- what JSON escapes are control characters
const escaped = /[\u0000-\u001f"\\\ud800-\udfff]/

/** As `JSON.stringify`, which costs twice as much for the short strings that orders are made of. */
const quoted = (text: string): string => escaped.test(text) ? JSON.stringify(text) : `"${text}"`

/** Members up to which insertion is faster than the platform's sort, which allocates. */
const few = 64

/** The names in the order of their units. Most documents have few members, or have them in order. */
const sortedNames = (members: JsonObject): ReadonlyArray<string> => {
  const names = Object.keys(members)
  // oxlint-disable-next-line unicorn/no-array-sort -- a list of this function's own
  if (names.length > few) return names.sort()
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!
    let at = i
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!
    names[at] = name
  }
  return names
}
