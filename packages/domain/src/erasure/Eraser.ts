/**
 * Removes a person from texts and bytes: JSON, also within strings of JSON, forms, markup, and anything else as text.
 * Content without data of the person is returned unchanged.
 */
import * as Utf8 from "../json/Utf8.ts"
import { replaceStrings, type Visitor } from "./JsonStrings.ts"
import { isKeptMember } from "./PersonalMembers.ts"
import { erased, type PersonalValues } from "./PersonalValues.ts"

/** Values that are replaced by something else than `[erased]`: keys, which stay in force as their digest. */
export type Substitutes = ReadonlyMap<string, string>

export interface Eraser {
  /** Erases from JSON, or from any other text. */
  readonly text: (text: string) => string
  /** Erases from bytes, read as UTF-8 or else as ISO 8859-1. */
  readonly bytes: (bytes: Uint8Array) => Uint8Array
}

interface Sought {
  /** In lower case. */
  readonly text: string
  /** The index of its first letter or digit. */
  readonly offset: number
  readonly replacement: string
}

const word = /[\p{L}\p{N}]+/gu
const isLetterOrDigit = (character: string | undefined): boolean =>
  character !== undefined && /^[\p{L}\p{N}]$/u.test(character)

/** In lower case, unit by unit: every index stays where it is. */
const lowerCase = (text: string): string => {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  let out = ""
  for (const unit of text.split("")) out += unit.toLowerCase().length === 1 ? unit.toLowerCase() : unit
  return out
}

/** The forms in which a value stands in a text: as it is, and as URLs and forms write it. */
const spellings = (value: string): ReadonlyArray<string> => {
  const written = value.toWellFormed()
  const url = encodeURIComponent(written)
  return [...new Set([value, url, encodeURI(written), url.replaceAll("%20", "+"), url.replaceAll("%40", "@")])]
}

/** Finds values within texts: each is looked for at the words that it begins with. */
const makeSearch = (values: ReadonlyArray<readonly [value: string, replacement: string]>) => {
  const byWord = new Map<string, Array<Sought>>()
  for (const [value, replacement] of values) {
    for (const spelling of spellings(value)) {
      const text = lowerCase(spelling)
      const first = [...text.matchAll(word)][0]
      if (first === undefined) continue
      const sought = byWord.get(first[0]) ?? []
      sought.push({ text, offset: first.index, replacement })
      byWord.set(first[0], sought)
    }
  }
  for (const sought of byWord.values()) sought.sort((a, b) => b.text.length - a.text.length)

  return (text: string): string => {
    if (byWord.size === 0) return text
    const lower = lowerCase(text)
    let out = ""
    let written = 0
    for (const match of lower.matchAll(word)) {
      const found = byWord.get(match[0])?.find((sought) => {
        const start = match.index - sought.offset
        const end = start + sought.text.length
        return start >= written && lower.startsWith(sought.text, start)
          && !isLetterOrDigit(lower[start - 1]) && !isLetterOrDigit(lower[end])
      })
      if (found === undefined) continue
      const start = match.index - found.offset
      out += text.slice(written, start) + found.replacement
      written = start + found.text.length
    }
    return written === 0 ? text : out + text.slice(written)
  }
}

const formPattern = /^[^=&\s]+=[^&\s]*(&[^=&\s]+=[^&\s]*)*$/

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    return text
  }
}

/** Characters of a key that is sought outside of `externalId`. */
const shortestKey = 4

const looksLikeJson = (text: string): boolean => /^\s*[{["]/.test(text) || /^\s*,\s*"/.test(text)

export const makeEraser = ({ whole, within }: PersonalValues, substitutes: Substitutes = new Map()): Eraser => {
  // A short key is as good as any other word.
  const distinct = [...substitutes].filter(([value]) => value.length >= shortestKey)
  const replacements = new Map([...whole.map((value) => [value, erased] as const), ...distinct])
  const search = makeSearch([...within.map((value) => [value, erased] as const), ...distinct])

  const member = (name: string, value: string) => {
    const replacement = replacements.get(decoded(value))
    return replacement === undefined ? undefined : `${name}${encodeURIComponent(replacement)}`
  }
  const form = (text: string): string =>
    text.replaceAll(/([^=&?#]+=)([^&#]*)/g, (all, name: string, value: string) => member(name, value) ?? all)
  const markup = (text: string): string =>
    text.replaceAll(/([>"])([^<>"]+)(?=[<"])/g, (all, before: string, content: string) => {
      const replacement = replacements.get(content.trim())
      return replacement === undefined ? all : before + content.replace(content.trim(), () => replacement)
    })

  /** Erases values in a form, in the query of a URL and in markup; any other text stays as it is. */
  const structured = (value: string): string => {
    if (formPattern.test(value)) return form(value)
    const query = value.indexOf("?")
    if (query > 0 && /^https?:\/\//i.test(value)) return value.slice(0, query) + form(value.slice(query))
    return /^\s*</.test(value) ? markup(value) : value
  }

  const string = (value: string): string => {
    const replacement = replacements.get(value)
    if (replacement !== undefined) return replacement
    if (value.length > 2 && looksLikeJson(value)) return json(value)
    return search(structured(value))
  }

  const visitor: Visitor = {
    string: (value, { isName, isPersonal, member }) => {
      if (isName) return search(value)
      if (member === "externalId" || member === "ExternalId") return substitutes.get(value) ?? string(value)
      if (isPersonal) return value === "" ? value : erased
      return member !== undefined && isKeptMember(member) ? search(value) : string(value)
    }
  }
  const json = (text: string): string => replaceStrings(text, visitor)

  const text = (value: string): string => looksLikeJson(value) ? json(value) : string(value)

  const bytes = (given: Uint8Array): Uint8Array => {
    if (given.length === 0) return given
    const read = Utf8.decodeStrict(given)
    if (read === undefined) return latin1(given)
    const written = text(read)
    return written === read ? given : Utf8.encode(written)
  }

  const latin1 = (given: Uint8Array): Uint8Array => {
    let read = ""
    for (const byte of given) read += String.fromCharCode(byte)
    const written = text(read)
    return written === read ? given : Uint8Array.from(written, (character) => character.charCodeAt(0))
  }

  return { text, bytes }
}
