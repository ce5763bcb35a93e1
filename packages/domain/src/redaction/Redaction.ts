/**
 * Removes secrets from everything that is recorded, shown, logged or forwarded. Contract: section 5.
 *
 * `Authorization`, `Cookie` and `Set-Cookie` are hidden always; configured secrets by value wherever they turn up,
 * whatever escapes they are written with. Secrets of fewer than 8 characters are not sought: they would hide half of
 * every text. JSON stays JSON.
 */
import { Bytes } from "effect"
import { isObject, isRawNumber, type Json, parseOwn } from "../json/Json.ts"
import { stringEnd } from "../json/JsonText.ts"
import { decode, encode } from "../json/Utf8.ts"
import { type Content, indexOfUnit, unitAt } from "./Content.ts"
import { escapedStretches, escapeEnd, escapeStart, unescaped, unfinishedEscape, viewOf } from "./Escapes.ts"
import { makePatternSearch, type PatternSearch } from "./PatternSearch.ts"
import { makePrefixSearch, type PrefixSearch } from "./PrefixSearch.ts"
import { foreignBytes, maxLayers, type SecretPattern, secretPatterns } from "./SecretPattern.ts"

/** The replacement for a secret. */
export const redacted = "[redacted]"

/** Characters that a secret must have to be sought by value. */
export const shortestSecret = 8

/** Headers whose value is always hidden, in lower case. */
const hiddenHeaders: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"])

export type Headers = Readonly<Record<string, string>>

/**
 * The options of a redaction. `cut`: the content ends where it was cut, perhaps within a secret, whose part is hidden.
 */
export interface RedactOptions {
  readonly cut?: boolean | undefined
}

/**
 * Hides a set of secrets in texts, JSON and headers. Content without a secret is returned as the very same reference.
 */
export interface Redactor {
  /** An ellipsis in the text is a place where it was cut. */
  readonly text: (text: string, options?: RedactOptions) => string
  /** Bytes of any kind, in UTF-8 or not. */
  readonly bytes: (bytes: Uint8Array, options?: RedactOptions) => Uint8Array
  readonly headers: (headers: Headers) => Headers
  /** A value whose strings, numbers and names hold no secret any more. */
  readonly json: <Value>(value: Value) => Value
}

const isBase64 = (code: number): boolean =>
  code >= 0x61 && code <= 0x7a || code >= 0x41 && code <= 0x5a || code >= 0x2f && code <= 0x39 ||
  code === 0x2b || code === 0x2d || code === 0x3d || code === 0x5f

const ellipsis = 0x2026

/** The least of a secret that is hidden where a cut left only its beginning, in units. */
const shortestPart = 3
const shortestEncodedPart = 6

type Range = readonly [start: number, end: number]

interface Search {
  readonly whole: PatternSearch<SecretPattern>
  readonly parts: PrefixSearch<SecretPattern>
  /** Units of the longest pattern; 0 where there is none. */
  readonly longest: number
  /** Units of the shortest pattern. */
  readonly shortest: number
}

const searchFor = (
  patterns: ReadonlyArray<{ readonly pattern: SecretPattern; readonly units: Content }>
): Search => {
  const sought = patterns.map((one) => ({ ...one, kind: one.pattern.base64 ? 1 : 0 }))
  return {
    longest: patterns.reduce((longest, { units }) => Math.max(longest, units.length), 0),
    shortest: patterns.reduce((shortest, { units }) => Math.min(shortest, units.length), Infinity),
    whole: makePatternSearch(sought),
    parts: makePrefixSearch(sought, ({ base64 }) => base64 ? shortestEncodedPart : shortestPart)
  }
}

/** The places to be hidden. `cut`: the units end where the content was cut. */
const rangesIn = ({ parts, whole }: Search, units: Content, cut: boolean): Array<Range> => {
  const ranges: Array<Range> = []
  // A run of base64 may be as long as the content, and hold a secret over and over: it is measured once.
  let runStart = 0
  let runEnd = 0
  const add = (start: number, end: number, base64: boolean): void => {
    if (!base64) return void ranges.push([start, end])
    if (start < runEnd) return
    runStart = start
    runEnd = end
    while (runStart > 0 && isBase64(unitAt(units, runStart - 1))) runStart--
    while (runEnd < units.length && isBase64(unitAt(units, runEnd))) runEnd++
    ranges.push([runStart, runEnd])
  }
  whole.each(units, (index, length, { base64 }) => add(index, index + length, base64))
  const endsAt = (end: number, before: number) => {
    const part = parts.last(units, before, unfinishedEscape(units, end))
    if (part !== undefined) add(part.index, end, part.pattern.base64)
  }
  let before = 0
  if (!(units instanceof Uint8Array)) {
    for (let at = indexOfUnit(units, ellipsis, 0); at < units.length; at = indexOfUnit(units, ellipsis, at + 1)) {
      endsAt(at, before)
      while (at + 1 < units.length && unitAt(units, at + 1) === ellipsis) at++
      before = at
    }
  }
  if (cut) endsAt(units.length, before)
  return ranges
}

/** Sorted, those that overlap as one. */
const merged = (ranges: ReadonlyArray<Range>): ReadonlyArray<Range> => {
  const all: Array<[number, number]> = []
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1)
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end)
    else all.push([start, end])
  }
  return all
}

const none: ReadonlyArray<Range> = []

/**
 * True where nothing can be hidden: the content is shorter than every secret, however it is escaped, and holds none that
 * was cut. Most headers are that short, and there are dozens of them in an order's records.
 */
const isTooShort = ({ shortest }: Search, content: string | Uint8Array, cut: boolean): boolean =>
  content.length < shortest && !cut && (typeof content !== "string" || !content.includes("\u2026"))

/** From where to where `content` is to be hidden. */
const hiddenRanges = (search: Search, content: string | Uint8Array, cut: boolean): ReadonlyArray<Range> => {
  if (search.longest === 0 || isTooShort(search, content, cut)) return none
  const isBytes = typeof content !== "string"
  const ranges = rangesIn(search, content, cut)
  const stretches = escapedStretches(content, search.longest)
  for (const [start, end] of stretches) {
    let view = unescaped(viewOf(content, start, end), isBytes)
    for (let layer = 1; view !== undefined && layer <= maxLayers; layer++) {
      const { ends, starts, units } = view
      for (const [from, to] of rangesIn(search, units, cut && end === content.length)) {
        ranges.push([starts[from] as number, ends[to - 1] as number])
      }
      view = layer < maxLayers ? unescaped(view, isBytes) : undefined
    }
  }
  if (ranges.length === 0) return none
  // The rest of an escape that is cut would form another one, or break the string around it.
  const whole = stretches.length === 0
    ? ranges
    : ranges.map(([start, end]): Range => [escapeStart(content, start), Math.max(end, escapeEnd(content, end))])
  return merged(whole)
}

const redactedBytes = encode(redacted)

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const looksLikeJson = /^\s*[[{"]/

const replaced = (value: string, ranges: ReadonlyArray<Range>): string => {
  const shown = ranges.map(([start], index) => value.slice(ranges[index - 1]?.[1] ?? 0, start))
  return [...shown, value.slice(ranges.at(-1)?.[1])].join(redacted)
}

const isNumeric = (code: number): boolean =>
  code >= 0x30 && code <= 0x39 || code === 0x2b || code === 0x2d || code === 0x2e || (code | 0x20) === 0x65

const redactedString = `"${redacted}"`

/**
 * JSON with each range replaced, and a number that holds one by a string; `undefined` where a range lies neither in a
 * string nor in a number. One pass, since the text may hold a secret ten thousand times.
 */
const replacedNumbers = (value: string, ranges: ReadonlyArray<Range>): string | undefined => {
  let out = ""
  let written = 0
  let next = 0
  for (let at = 0; at < value.length && next < ranges.length; at++) {
    const code = value.charCodeAt(at)
    if (code === 0x22) {
      const end = stringEnd(value, at + 1)
      for (let range = ranges[next]; range !== undefined && range[0] <= end; range = ranges[++next]) {
        if (range[0] <= at || range[1] > end) return undefined
        out += value.slice(written, range[0]) + redacted
        written = range[1]
      }
      at = end
    } else if (isNumeric(code)) {
      const start = at
      while (isNumeric(value.charCodeAt(at + 1))) at++
      let range = ranges[next]
      if (range === undefined || range[0] > at) continue
      for (; range !== undefined && range[0] <= at; range = ranges[++next]) {
        if (range[0] < start || range[1] > at + 1) return undefined
      }
      out += value.slice(written, start) + redactedString
      written = at + 1
    }
  }
  return next < ranges.length ? undefined : out + value.slice(written)
}

export const makeRedactor = (secrets: ReadonlyArray<string>): Redactor => {
  // A secret that is a part of `[redacted]` cannot be hidden by it.
  const sought = secrets.filter((secret) => secret.length >= shortestSecret && !redacted.includes(secret))
  const patterns = sought.flatMap(secretPatterns).filter(({ text }) =>
    text.length >= shortestSecret && !redacted.includes(text)
  )
  const inText = searchFor(patterns.map((pattern) => ({ pattern, units: pattern.text })))
  const inBytes = searchFor([
    ...patterns.map((pattern) => ({ pattern, units: encode(pattern.text) })),
    ...sought.flatMap((secret) =>
      foreignBytes(secret).map((bytes) => ({ pattern: { text: secret, base64: false }, units: bytes }))
    )
  ])

  const plainText = (value: string, cut = false): string => {
    const ranges = hiddenRanges(inText, value, cut)
    return ranges.length === 0 ? value : replaced(value, ranges)
  }

  /** The JSON without the secrets at `ranges`, as JSON; `undefined` where that, or `value` itself, is none. */
  const jsonText = (value: string, ranges: ReadonlyArray<Range>, shown: string): string | undefined => {
    if (isJson(shown)) return shown
    const withStrings = replacedNumbers(value, ranges)
    if (withStrings !== undefined && isJson(withStrings)) return withStrings
    if (!isJson(value)) return undefined
    const walked = JSON.stringify(json(parseOwn(value)))
    // Secrets that lie across members are left by that.
    return hiddenRanges(inText, walked, false).length === 0 ? walked : shown
  }

  /** JSON that stays JSON: a number that holds a secret becomes a string. */
  const text = (value: string, { cut = false }: RedactOptions = {}): string => {
    const ranges = hiddenRanges(inText, value, cut)
    if (ranges.length === 0) return value
    const shown = replaced(value, ranges)
    return cut || !looksLikeJson.test(value) ? shown : jsonText(value, ranges, shown) ?? shown
  }

  const bytes = (value: Uint8Array, { cut = false }: RedactOptions = {}): Uint8Array => {
    const ranges = hiddenRanges(inBytes, value, cut)
    if (ranges.length === 0) return value
    if (!cut && looksLikeJson.test(decode(value.subarray(0, 64)))) {
      const asText = decode(value)
      const inside = hiddenRanges(inText, asText, false)
      const kept = jsonText(asText, inside, replaced(asText, inside))
      if (kept !== undefined) return encode(kept)
    }
    const parts = ranges.flatMap((
      [start],
      index
    ) => [value.subarray(ranges[index - 1]?.[1] ?? 0, start), redactedBytes])
    return Bytes.concat([...parts, value.subarray(ranges.at(-1)?.[1])])
  }

  /** Copied only when the first one is to be hidden: this is asked twice for each callout. */
  const headers = (value: Headers): Headers => {
    let shown: Record<string, string> | undefined
    for (const name in value) {
      const header = value[name] ?? ""
      const safe = hiddenHeaders.has(name.toLowerCase()) ? redacted : text(header)
      if (safe !== header) {
        shown ??= { ...value }
        shown[name] = safe
      }
    }
    return shown ?? value
  }

  const walk = (value: Json): Json => {
    if (typeof value === "string") return plainText(value)
    if (typeof value === "number" || isRawNumber(value)) {
      const digits = JSON.stringify(value)
      return plainText(digits) === digits ? value : redacted
    }
    if (Array.isArray(value)) return value.map(walk)
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [plainText(name), walk(member)]))
      : value
  }

  const json = <Value>(value: Value): Value => walk(value as Json) as Value

  return {
    text,
    bytes,
    headers,
    json
  }
}

/** A redactor that hides what either of two hides. */
export const both = (first: Redactor, second: Redactor): Redactor => ({
  text: (text, options) => second.text(first.text(text, options), options),
  bytes: (bytes, options) => second.bytes(first.bytes(bytes, options), options),
  headers: (headers) => second.headers(first.headers(headers)),
  json: (value) => second.json(first.json(value))
})

/** Redacts one text. For several texts, make one redactor with `makeRedactor`. */
export const redactText = (text: string, secrets: ReadonlyArray<string>): string => makeRedactor(secrets).text(text)

export const redactBytes = (bytes: Uint8Array, secrets: ReadonlyArray<string>): Uint8Array =>
  makeRedactor(secrets).bytes(bytes)

export const redactHeaders = (headers: Headers, secrets: ReadonlyArray<string>): Headers =>
  makeRedactor(secrets).headers(headers)
