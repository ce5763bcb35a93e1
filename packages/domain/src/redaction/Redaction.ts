/**
 * Removes secrets from everything that is recorded, shown, logged or forwarded. Contract: section 5.
 *
 * `Authorization`, `Cookie` and `Set-Cookie` are hidden always; configured secrets by value wherever they turn up,
 * however they are written. Secrets of fewer than 8 characters are not sought: they would hide half of every text.
 */
import { Bytes } from "effect"
import { encode } from "../json/Utf8.ts"
import { makePatternSearch, type PatternSearch } from "./PatternSearch.ts"
import { type SecretPattern, secretPatterns } from "./SecretPattern.ts"
import { type Units, unitsOf } from "./Sought.ts"

/** The replacement for a secret. */
export const redacted = "[redacted]"

/** Characters that a secret must have to be sought by value. */
export const shortestSecret = 8

/** Headers whose value is always hidden, in lower case. */
const hiddenHeaders: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"])

export type Headers = Readonly<Record<string, string>>

/** Made once for a set of secrets. What holds none comes back as the very same reference. */
export interface Redactor {
  readonly text: (text: string) => string
  /** Bytes of any kind; secrets are sought in UTF-8. */
  readonly bytes: (bytes: Uint8Array) => Uint8Array
  readonly headers: (headers: Headers) => Headers
}

const isBase64 = (code: number): boolean =>
  code >= 0x61 && code <= 0x7a || code >= 0x41 && code <= 0x5a || code >= 0x2f && code <= 0x39 ||
  code === 0x2b || code === 0x2d || code === 0x3d || code === 0x5f

/** The parts of `content` that are to be hidden: every occurrence, those that overlap as one. */
const hiddenRanges = (
  search: PatternSearch<SecretPattern>,
  content: Units
): ReadonlyArray<readonly [start: number, end: number]> => {
  const ranges: Array<[number, number]> = []
  const hide = (from: number, to: number): void => {
    let [start, end] = [from, to]
    for (let last = ranges.at(-1); last !== undefined && start < last[1] && end > last[0]; last = ranges.at(-1)) {
      start = Math.min(start, last[0])
      end = Math.max(end, last[1])
      ranges.pop()
    }
    ranges.push([start, end])
  }
  // A run of base64 may be as long as the content, and hold a secret over and over: it is measured once.
  let runStart = 0
  let runEnd = 0
  search.each(content, (index, length, { base64 }) => {
    if (!base64) return hide(index, index + length)
    if (index >= runEnd) {
      runStart = index
      runEnd = index + length
      while (runStart > 0 && isBase64(content.at(runStart - 1))) runStart--
      while (runEnd < content.length && isBase64(content.at(runEnd))) runEnd++
    }
    hide(runStart, runEnd)
  })
  return ranges
}

const redactedBytes = encode(redacted)

export const makeRedactor = (secrets: ReadonlyArray<string>): Redactor => {
  const patterns = secrets
    // What `[redacted]` itself holds cannot be hidden by it.
    .filter((secret) => secret.length >= shortestSecret && !redacted.includes(secret))
    .flatMap(secretPatterns)
  const sought = (unitsIn: (text: string) => Units) =>
    makePatternSearch(
      patterns.map((pattern) => ({ pattern, units: unitsIn(pattern.text), kind: pattern.base64 ? 1 : 0 }))
    )
  const inText = sought(unitsOf)
  const inBytes = sought((text) => unitsOf(encode(text)))

  const text = (value: string): string => {
    const ranges = hiddenRanges(inText, unitsOf(value))
    if (ranges.length === 0) return value
    const shown = ranges.map(([start], index) => value.slice(ranges[index - 1]?.[1] ?? 0, start))
    return [...shown, value.slice(ranges.at(-1)?.[1])].join(redacted)
  }

  const bytes = (value: Uint8Array): Uint8Array => {
    const ranges = hiddenRanges(inBytes, unitsOf(value))
    if (ranges.length === 0) return value
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

  return { text, bytes, headers }
}

/** `makeRedactor` for one text; where there are many, make the redactor once. */
export const redactText = (text: string, secrets: ReadonlyArray<string>): string => makeRedactor(secrets).text(text)

export const redactBytes = (bytes: Uint8Array, secrets: ReadonlyArray<string>): Uint8Array =>
  makeRedactor(secrets).bytes(bytes)

export const redactHeaders = (headers: Headers, secrets: ReadonlyArray<string>): Headers =>
  makeRedactor(secrets).headers(headers)
