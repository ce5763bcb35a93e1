/**
 * A JSON parser that keeps numbers which a double cannot hold. `JSON.parse` with a reviver does the same at thirty times
 * the cost, since it calls the reviver for every value; this parser's cost is proportional to the text.
 */
import { setMember } from "./ObjectMembers.ts"

/** `JSON.rawJSON` (ECMAScript 2026) is in Node 24, and not yet in `lib`. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(source: string): unknown }

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** The index after the digits that begin at `at`. */
const digitsEnd = (text: string, at: number): number => {
  let end = at
  while (isDigit(text.charCodeAt(end))) end++
  return end
}

/**
 * A number's sign, digits without outer zeros, and power of ten: `-1.50e3` and `-1500` give the same text. A source that
 * is no JSON number is returned as it is.
 */
export const significant = (source: string): string => {
  const from = source.charCodeAt(0) === 0x2d ? 1 : 0
  const wholeEnd = digitsEnd(source, from)
  const hasFraction = source.charCodeAt(wholeEnd) === 0x2e
  const fractionEnd = hasFraction ? digitsEnd(source, wholeEnd + 1) : wholeEnd
  const hasExponent = (source.charCodeAt(fractionEnd) | 0x20) === 0x65
  if (wholeEnd === from || (hasFraction && fractionEnd === wholeEnd + 1)) return source
  if (hasExponent ? !/^[+-]?\d+$/.test(source.slice(fractionEnd + 1)) : fractionEnd !== source.length) return source
  const fraction = hasFraction ? source.slice(wholeEnd + 1, fractionEnd) : ""
  const digits = source.slice(from, wholeEnd) + fraction
  let first = 0
  while (digits.charCodeAt(first) === 0x30) first++
  if (first === digits.length) return "0"
  let last = digits.length
  while (digits.charCodeAt(last - 1) === 0x30) last--
  const exponent = hasExponent ? Number(source.slice(fractionEnd + 1)) : 0
  const power = exponent - fraction.length + (digits.length - last)
  return `${from === 1 ? "-" : ""}${digits.slice(first, last)}e${power}`
}

/** A decimal of no more digits than this comes back from a double as it went in. */
const safeDigits = 15

/** The number that `source` writes, as a double where that holds it. */
const numberOf = (source: string, hasExponent: boolean): unknown => {
  const value = Number(source)
  if (!hasExponent && source.length <= safeDigits) return value
  const written = String(value)
  return written === source || (Number.isFinite(value) && significant(source) === significant(written))
    ? value
    : rawJSON(source)
}

/** Numbers that may need care: nearly no text has one, and the test is one native scan. Strings are looked into too. */
const suspicious = /\d[\d.]{15,}|\d[eE][+-]?\d{2,}/

/** True if `text` may hold a number that a double cannot. */
export const needsCare = (text: string): boolean => suspicious.test(text) && hasLongNumber(text)

/** True if a number outside of strings has an exponent, or more digits than every double holds. */
const hasLongNumber = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++
    } else if (isDigit(code)) {
      const from = at
      while (isDigit(text.charCodeAt(at)) || text.charCodeAt(at) === 0x2e) at++
      if (at - from > safeDigits || (text.charCodeAt(at) | 0x20) === 0x65) return true
      at--
    }
  }
  return false
}

/** The text is no JSON: the platform's parser has the words for it. */
class NotJson extends Error {}

const escapes: Readonly<Record<string, string>> = {
  "\"": "\"",
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t"
}

class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** Skips blanks; returns the code of the next character, NaN at the end. */
  next(): number {
    let code = this.text.charCodeAt(this.at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.text.charCodeAt(++this.at)
    return code
  }

  value(): unknown {
    const code = this.next()
    switch (code) {
      case 0x22:
        return this.string()
      case 0x7b:
        return this.object()
      case 0x5b:
        return this.list()
      case 0x74:
        return this.word("true", true)
      case 0x66:
        return this.word("false", false)
      case 0x6e:
        return this.word("null", null)
      default:
        return this.number(code)
    }
  }

  word<Value>(written: string, value: Value): Value {
    if (!this.text.startsWith(written, this.at)) throw new NotJson()
    this.at += written.length
    return value
  }

  number(code: number): unknown {
    const { text } = this
    const from = this.at
    const whole = code === 0x2d ? from + 1 : from
    let end = digitsEnd(text, whole)
    if (end === whole || (text.charCodeAt(whole) === 0x30 && end > whole + 1)) throw new NotJson()
    if (text.charCodeAt(end) === 0x2e) {
      const fraction = end + 1
      end = digitsEnd(text, fraction)
      if (end === fraction) throw new NotJson()
    }
    const hasExponent = (text.charCodeAt(end) | 0x20) === 0x65
    if (hasExponent) {
      const sign = text.charCodeAt(end + 1)
      const exponent = sign === 0x2b || sign === 0x2d ? end + 2 : end + 1
      end = digitsEnd(text, exponent)
      if (end === exponent) throw new NotJson()
    }
    this.at = end
    return numberOf(text.slice(from, end), hasExponent)
  }

  string(): string {
    const { text } = this
    let from = ++this.at
    let read = ""
    for (;;) {
      const code = text.charCodeAt(this.at)
      if (code === 0x22) {
        const rest = text.slice(from, this.at++)
        return read === "" ? rest : read + rest
      }
      // A control character, or (NaN) the end.
      if (!(code >= 0x20)) throw new NotJson()
      if (code === 0x5c) {
        read += text.slice(from, this.at) + this.escape()
        from = this.at
      } else this.at++
    }
  }

  /** The character that the escape sequence at the current position stands for. */
  escape(): string {
    const kind = this.text.charAt(this.at + 1)
    if (kind === "u") {
      const hex = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new NotJson()
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const character = escapes[kind]
    if (character === undefined) throw new NotJson()
    this.at += 2
    return character
  }

  list(): unknown {
    const items: Array<unknown> = []
    this.at++
    if (this.next() === 0x5d) {
      this.at++
      return items
    }
    for (;;) {
      items.push(this.value())
      const code = this.next()
      this.at++
      if (code === 0x5d) return items
      if (code !== 0x2c) throw new NotJson()
    }
  }

  object(): unknown {
    const members: Record<string, unknown> = {}
    this.at++
    if (this.next() === 0x7d) {
      this.at++
      return members
    }
    for (;;) {
      if (this.next() !== 0x22) throw new NotJson()
      const name = this.string()
      if (this.next() !== 0x3a) throw new NotJson()
      this.at++
      const value = this.value()
      setMember(members, name, value)
      const code = this.next()
      this.at++
      if (code === 0x7d) return members
      if (code !== 0x2c) throw new NotJson()
    }
  }
}

/** Parses `text`. Throws the platform's `SyntaxError` for what is no JSON. */
export const parseLossless = (text: string): unknown => {
  const reader = new Reader(text)
  try {
    const value = reader.value()
    if (Number.isNaN(reader.next())) return value
  } catch (cause) {
    if (!(cause instanceof NotJson)) throw cause
  }
  return JSON.parse(text)
}
