/**
 * Parses JSON piece by piece: a document of a mebibyte takes a tenth of a second where it holds many thousands of
 * objects or members, and nothing may take longer than a turn. Contract: section 3, "Limits".
 *
 * The text is cut at commas of its own, and each piece is parsed in the brackets of the whole. If every piece is JSON
 * and only commas were taken out between them, then the whole is JSON: nothing else is assumed of the text.
 */
import { checkDepth, type Json, parse, parseOwn, unreadable } from "./Json.ts"
import { stringEnd, valueEnd } from "./JsonText.ts"
import { largeLength } from "./LargeText.ts"
import { setMember } from "./ObjectMembers.ts"
import type { Steps } from "./Steps.ts"

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** The index of the first character at or after `from` that is not blank. */
const afterBlanks = (text: string, from: number): number => {
  let at = from
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/** A part of the content of an object or list: whole members or items. */
interface Piece {
  readonly text: string
  /** The index of what follows the piece. */
  readonly end: number
  /** The piece is a single member or item. */
  readonly isOne: boolean
}

/**
 * The content of an object or list in pieces at its own commas, each at least `largeLength` long but for the last. A
 * member or item that is longer is a piece of its own.
 */
function* pieces(text: string, from: number): Generator<Piece> {
  let start = from
  for (let at = from;;) {
    const end = valueEnd(text, at)
    if (end - at > largeLength && at > start) {
      yield { text: text.slice(start, at - 1), end: at - 1, isOne: false }
      start = at
    }
    const isLast = text.charCodeAt(end) !== 0x2c
    if (isLast || end - start > largeLength) {
      yield { text: text.slice(start, end), end, isOne: start === at }
      start = end + 1
    }
    if (isLast) return
    at = end + 1
  }
}

const malformed = (message: string): SyntaxError => new SyntaxError(message)

/** The member that a piece of an object is: its name, and the text of its value, which is all that follows. */
const memberOf = (piece: string): readonly [name: string, value: string] => {
  const quote = afterBlanks(piece, 0)
  const end = stringEnd(piece, quote + 1)
  const colon = afterBlanks(piece, end + 1)
  if (piece.charCodeAt(quote) !== 0x22 || piece.charCodeAt(colon) !== 0x3a) {
    throw malformed("Expected a name in double quotes and a colon in JSON")
  }
  return [JSON.parse(piece.slice(quote, end + 1)) as string, piece.slice(colon + 1)]
}

function* listOf(text: string, start: number): Steps<{ readonly value: Json; readonly end: number }> {
  const list: Array<Json> = []
  let end = start
  for (const piece of pieces(text, start)) {
    yield
    end = piece.end
    if (piece.isOne && piece.text.length > 2 * largeLength) list.push(yield* parseOwnSteps(piece.text))
    else for (const item of itemsOf(piece, list.length === 0 && text.charCodeAt(end) === 0x5d)) list.push(item)
  }
  return { value: list, end }
}

/** A blank piece is JSON only where there is no other. */
const itemsOf = ({ text }: Piece, mayBeBlank: boolean): ReadonlyArray<Json> => {
  const items = parseOwn(`[${text}]`) as ReadonlyArray<Json>
  if (items.length === 0 && !mayBeBlank) throw malformed("Unexpected comma in JSON")
  return items
}

function* objectOf(text: string, start: number): Steps<{ readonly value: Json; readonly end: number }> {
  const object: Record<string, Json> = {}
  let end = start
  let isEmpty = true
  for (const piece of pieces(text, start)) {
    yield
    end = piece.end
    if (piece.isOne && piece.text.length > 2 * largeLength) {
      const [name, value] = memberOf(piece.text)
      setMember(object, name, yield* parseOwnSteps(value))
    } else {
      const some = parseOwn(`{${piece.text}}`) as Readonly<Record<string, Json>>
      const names = Object.keys(some)
      if (names.length === 0 && !(isEmpty && text.charCodeAt(end) === 0x7d)) throw malformed("Unexpected comma in JSON")
      for (const name of names) setMember(object, name, some[name] as Json)
    }
    isEmpty = false
  }
  return { value: object, end }
}

/** Parses trusted JSON, as `Json.parseOwn`, in steps of some 64 KiB each. Throws `SyntaxError`. */
export function* parseOwnSteps(text: string): Steps<Json> {
  const start = afterBlanks(text, 0)
  const opened = text.charCodeAt(start)
  if (text.length <= 2 * largeLength || (opened !== 0x5b && opened !== 0x7b)) return parseOwn(text)
  const { end, value } = yield* opened === 0x5b ? listOf(text, start + 1) : objectOf(text, start + 1)
  if (text.charCodeAt(end) !== opened + 2) throw malformed("Unexpected end of JSON input")
  if (afterBlanks(text, end + 1) < text.length) throw malformed("Unexpected character after JSON")
  return value
}

/** Parses JSON, as `Json.parse`, in steps. Throws `JsonUnreadable`. */
export function* parseSteps(text: string): Steps<Json> {
  if (text.length <= 2 * largeLength) return parse(text)
  checkDepth(text)
  yield
  try {
    return yield* parseOwnSteps(text)
  } catch (cause) {
    throw unreadable(cause)
  }
}
