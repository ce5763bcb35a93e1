/**
 * Parses JSON that Sluice has stored, piece by piece: a record with the members that a patch has changed has several
 * mebibytes, and nothing in it may take longer than a turn. The text must be well-formed; anything else is undefined.
 */
import { type Json, parseOwn } from "./Json.ts"
import { valueEnd } from "./JsonText.ts"
import { largeLength } from "./LargeText.ts"
import { setMember } from "./ObjectMembers.ts"
import type { Steps } from "./Steps.ts"

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** The index of the first character that is not blank. */
const begin = (text: string): number => {
  let at = 0
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/**
 * The content of an object or list in pieces at its own commas, each at least `largeLength` long but for the last. A member
 * or item that is longer is a piece of its own.
 */
function* pieces(text: string, from: number): Generator<string> {
  let start = from
  for (let at = from;;) {
    const end = valueEnd(text, at)
    if (end - at > largeLength && at > start) {
      yield text.slice(start, at - 1)
      start = at
    }
    const isLast = text.charCodeAt(end) !== 0x2c
    if (isLast || end - start > largeLength) {
      yield text.slice(start, end)
      start = end + 1
    }
    if (isLast) return
    at = end + 1
  }
}

/** The first member of a piece of an object: its name, and the text of its value, which is all that follows. */
const memberOf = (piece: string): readonly [name: string, value: string] => {
  const quote = piece.indexOf("\"")
  let end = quote + 1
  while (piece.charCodeAt(end) !== 0x22) end += piece.charCodeAt(end) === 0x5c ? 2 : 1
  return [JSON.parse(piece.slice(quote, end + 1)) as string, piece.slice(piece.indexOf(":", end) + 1)]
}

const isOne = (piece: string, from = 0): boolean => valueEnd(piece, from) === piece.length

/** `Json.parseOwn` in steps, each over some 64 KiB. */
export function* parseStored(text: string): Steps<Json> {
  if (text.length <= 2 * largeLength) return parseOwn(text)
  const start = begin(text)
  const opened = text.charCodeAt(start)
  if (opened === 0x5b) {
    const list: Array<Json> = []
    for (const piece of pieces(text, start + 1)) {
      yield
      if (piece.length > 2 * largeLength && isOne(piece)) list.push(yield* parseStored(piece))
      else for (const item of parseOwn(`[${piece}]`) as ReadonlyArray<Json>) list.push(item)
    }
    return list
  }
  if (opened !== 0x7b) return parseOwn(text)
  const object: Record<string, Json> = {}
  for (const piece of pieces(text, start + 1)) {
    yield
    if (piece.length > 2 * largeLength && isOne(piece)) {
      const [name, value] = memberOf(piece)
      setMember(object, name, yield* parseStored(value))
      continue
    }
    const some = parseOwn(`{${piece}}`) as Readonly<Record<string, Json>>
    for (const name of Object.keys(some)) setMember(object, name, some[name] as Json)
  }
  return object
}
