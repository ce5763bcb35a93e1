/**
 * Content with its escapes undone, for looking for what may be written with any mixture of them: those of JSON strings,
 * percent-encoding, and the character references of XML and HTML. Each unit knows where it came from.
 */
import { type Content, indexOfUnit, unitAt } from "./Content.ts"

/** A view of a part of some content. Unit `i` stands for the units from `starts[i]` to `ends[i]` of the whole. */
export interface View {
  readonly units: Content
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

const backslash = 0x5c
const percent = 0x25
const ampersand = 0x26

/** No escape here. */
const none = -1

/** A code point and the length of its escape, as one number: a text may consist of escapes alone. */
const escape = (code: number, length: number): number => code * 16 + length
const codeOf = (found: number): number => Math.floor(found / 16)
const lengthOf = (found: number): number => found & 15

const hexDigit = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : none
}

/** The number that `count` hex digits at `at` write. */
const hexAt = (content: Content, at: number, count: number): number => {
  if (at + count > content.length) return none
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = hexDigit(unitAt(content, i))
    if (digit < 0) return none
    value = value * 16 + digit
  }
  return value
}

/** The character of a backslash escape, by its code. */
const shortEscapes = new Int16Array(128).fill(none)
for (const [index, char] of Array.from("\"\\/bfnrt'").entries()) {
  shortEscapes[char.charCodeAt(0)] = "\"\\/\b\f\n\r\t'".charCodeAt(index)
}

/** The names of references, with their code points. */
const references: ReadonlyArray<readonly [name: string, code: number]> = [
  ["amp;", 0x26],
  ["lt;", 0x3c],
  ["gt;", 0x3e],
  ["quot;", 0x22],
  ["apos;", 0x27]
]

const startsWith = (content: Content, at: number, text: string): boolean => {
  if (at + text.length > content.length) return false
  for (let i = 0; i < text.length; i++) if (unitAt(content, at + i) !== text.charCodeAt(i)) return false
  return true
}

/** A number of at most 7 digits and its semicolon, as `&#43;` or `&#x2b;`. */
const numberedAt = (content: Content, at: number): number => {
  const isHex = at + 2 < content.length && (unitAt(content, at + 2) | 0x20) === 0x78
  const start = at + (isHex ? 3 : 2)
  let code = 0
  for (let i = start; i < content.length && i < start + 8; i++) {
    const unit = unitAt(content, i)
    if (unit === 0x3b) return i === start || code > 0x10ffff ? none : escape(code, i + 1 - at)
    const digit = hexDigit(unit)
    if (digit < 0 || (!isHex && digit > 9)) return none
    code = code * (isHex ? 16 : 10) + digit
  }
  return none
}

const referenceAt = (content: Content, at: number): number => {
  if (at + 3 >= content.length) return none
  if (unitAt(content, at + 1) === 0x23) return numberedAt(content, at)
  const first = unitAt(content, at + 1)
  if (first !== 0x61 && first !== 0x6c && first !== 0x67 && first !== 0x71) return none
  for (const [name, code] of references) {
    if (startsWith(content, at + 1, name)) return escape(code, name.length + 1)
  }
  return none
}

/** The number of bytes that UTF-8 has where `byte`, from 0x80 up, is the first of them; 0 where it cannot be. */
const utf8Length = (byte: number): number => byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0

/** A percent-encoded character of UTF-8. */
const percentAt = (content: Content, at: number): number => {
  const first = hexAt(content, at + 1, 2)
  if (first < 0x80) return first < 0 ? none : escape(first, 3)
  const count = utf8Length(first)
  let code = first & (0x7f >> count)
  for (let i = 1; i < count; i++) {
    const start = at + 3 * i
    const byte = start < content.length && unitAt(content, start) === percent ? hexAt(content, start + 1, 2) : none
    if (byte < 0x80 || byte > 0xbf) return none
    code = code << 6 | byte & 0x3f
  }
  return count === 0 ? none : escape(code, 3 * count)
}

const backslashAt = (content: Content, at: number): number => {
  if (at + 1 >= content.length) return none
  const kind = unitAt(content, at + 1)
  if (kind === 0x75) {
    const code = hexAt(content, at + 2, 4)
    if (code < 0) return none
    const isPair = code >= 0xd800 && code <= 0xdbff && at + 7 < content.length &&
      unitAt(content, at + 6) === backslash && unitAt(content, at + 7) === 0x75
    const low = isPair ? hexAt(content, at + 8, 4) : none
    return low >= 0xdc00 && low <= 0xdfff
      ? escape(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), 12)
      : escape(code, 6)
  }
  if (kind === 0x78) {
    const code = hexAt(content, at + 2, 2)
    return code < 0 ? none : escape(code, 4)
  }
  const code = kind < 128 ? shortEscapes[kind] as number : none
  return code < 0 ? none : escape(code, 2)
}

const escapeAt = (content: Content, at: number): number => {
  const unit = unitAt(content, at)
  return unit === backslash
    ? backslashAt(content, at)
    : unit === percent
    ? percentAt(content, at)
    : unit === ampersand
    ? referenceAt(content, at)
    : none
}

/** The distance within which markers are looked for one by one. */
const near = 16

const isMarker = (unit: number): boolean => unit === backslash || unit === percent || unit === ampersand

/**
 * The places where an escape may begin, at or after a position: distant ones are found natively, since nearly every
 * text has few.
 */
class Markers {
  readonly #content: Content
  #backslash = none
  #percent = none
  #ampersand = none

  constructor(content: Content) {
    this.#content = content
  }

  /** `Infinity` where there are no more. `from` never goes back. */
  next(from: number): number {
    const end = Math.min(from + near, this.#content.length)
    for (let at = from; at < end; at++) if (isMarker(unitAt(this.#content, at))) return at
    if (this.#backslash < from) this.#backslash = indexOfUnit(this.#content, backslash, from)
    if (this.#percent < from) this.#percent = indexOfUnit(this.#content, percent, from)
    if (this.#ampersand < from) this.#ampersand = indexOfUnit(this.#content, ampersand, from)
    return Math.min(this.#backslash, this.#percent, this.#ampersand)
  }
}

/**
 * The stretches in which a pattern of at most `reach` units can be written with an escape: around each escape, merged
 * where two are close. The rest need not be examined.
 */
export const escapedStretches = (
  content: Content,
  reach: number
): ReadonlyArray<readonly [start: number, end: number]> => {
  const stretches: Array<[number, number]> = []
  const markers = new Markers(content)
  for (let at = markers.next(0); at < content.length;) {
    const found = escapeAt(content, at)
    if (found !== none) {
      const end = Math.min(content.length, at + lengthOf(found) + reach)
      const last = stretches.at(-1)
      if (last !== undefined && at - reach <= last[1]) last[1] = end
      else stretches.push([Math.max(0, at - reach), end])
    }
    // From its second unit on, an escape may be read as another one: `\\u0041`.
    at = markers.next(at + 1)
  }
  return stretches
}

/** True if the token at a marker may continue behind `end`: an escape, or the other half of a pair. */
const goesOn = (content: Content, at: number, end: number): boolean => {
  const found = escapeAt(content, at)
  return found === none || (codeOf(found) >= 0xd800 && codeOf(found) <= 0xdbff && at + 12 > end)
}

/** The start of an escape that is unfinished at `end`, where a text was cut; `end` if there is none. */
export const unfinishedEscape = (content: Content, end: number): number => {
  let start = end
  for (let at = end - 1; at >= Math.max(0, end - 12); at--) {
    if (isMarker(unitAt(content, at)) && goesOn(content, at, end)) start = at
  }
  return start
}

/** The length of a code point in UTF-8; half a pair has three, as if it could be written. */
const bytesOf = (code: number): number => code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4

const writeUtf8 = (units: Uint8Array, at: number, code: number, count: number): void => {
  if (count === 1) {
    units[at] = code
    return
  }
  for (let i = count - 1, rest = code; i > 0; i--, rest >>= 6) units[at + i] = 0x80 | rest & 0x3f
  units[at] = (0xf00 >> count & 0xff) | code >> 6 * (count - 1)
}

/** The content from `start` to `end`, as a view of the whole. */
export const viewOf = (content: Content, start: number, end: number): View => {
  const starts = new Uint32Array(end - start)
  const ends = new Uint32Array(end - start)
  for (let i = 0; i < starts.length; i++) {
    starts[i] = start + i
    ends[i] = start + i + 1
  }
  const units = typeof content === "string" ? content.slice(start, end) : content.subarray(start, end)
  return { units, starts, ends }
}

/** The view with one layer of escapes undone; `undefined` where there are none. `isBytes`: its units are bytes. */
export const unescaped = (view: View, isBytes: boolean): View | undefined => {
  const { ends, starts, units } = view
  const markers = new Markers(units)
  let marker = markers.next(0)
  while (marker < units.length && escapeAt(units, marker) === none) marker = markers.next(marker + 1)
  if (marker >= units.length) return undefined
  // No escape is shorter than what it stands for, in UTF-8 neither.
  const written = isBytes ? new Uint8Array(units.length) : new Uint16Array(units.length)
  const from = new Uint32Array(units.length)
  const to = new Uint32Array(units.length)
  let size = 0
  for (let at = 0; at < units.length;) {
    for (; at < units.length && at < marker; at++, size++) {
      written[size] = unitAt(units, at)
      from[size] = starts[at] as number
      to[size] = ends[at] as number
    }
    if (at >= units.length) break
    const found = escapeAt(units, at)
    const code = found === none ? unitAt(units, at) : codeOf(found)
    const length = found === none ? 1 : lengthOf(found)
    const first = starts[at] as number
    const last = ends[at + length - 1] as number
    const count = found === none ? 1 : isBytes ? bytesOf(code) : code > 0xffff ? 2 : 1
    if (written instanceof Uint8Array && found !== none) writeUtf8(written, size, code, count)
    else if (count === 2) {
      written[size] = 0xd800 + ((code - 0x10000) >> 10)
      written[size + 1] = 0xdc00 + ((code - 0x10000) & 0x3ff)
    } else written[size] = code
    for (let i = 0; i < count; i++, size++) {
      from[size] = first
      to[size] = last
    }
    at += length
    marker = markers.next(at)
  }
  return { units: written.subarray(0, size), starts: from, ends: to }
}

/** The number of backslashes directly before `at`. */
const backslashesBefore = (content: Content, at: number): number => {
  let count = 0
  while (count < at && unitAt(content, at - 1 - count) === backslash) count++
  return count
}

/** The start of the JSON escape that contains `at`; `at` itself if there is none. */
export const escapeStart = (content: Content, at: number): number => {
  if (backslashesBefore(content, at) % 2 === 1) return escapeAt(content, at - 1) === none ? at : at - 1
  for (let back = 2; back <= 5 && back <= at; back++) {
    const start = at - back
    if (unitAt(content, start) !== backslash || unitAt(content, start + 1) !== 0x75) continue
    return backslashesBefore(content, start) % 2 === 0 && hexAt(content, start + 2, 4) >= 0 ? start : at
  }
  return at
}

/** The end of the JSON escape that contains `at`; `at` itself if there is none. */
export const escapeEnd = (content: Content, at: number): number => {
  const start = escapeStart(content, at)
  return start === at ? at : Math.min(content.length, start + (unitAt(content, start + 1) === 0x75 ? 6 : 2))
}
