/**
 * A JSON document as lines on a screen: which members are folded, what each line says, and which lines a search finds.
 * Pure, so that a document of any size costs what is shown of it.
 */
import { rawNumber } from "../api/ExactJson.ts"

export type Kind = "object" | "array" | "string" | "number" | "word" | "redacted"

export interface JsonLine {
  /**
   * The positions from the root to the value, `/3/0`; names are not used, since they may be as long as the document.
   */
  readonly place: string
  readonly depth: number
  /** The member's name, or its position in a list. */
  readonly name: string | undefined
  readonly kind: Kind
  /** The summary of a collapsed value: `"ada"`, `{3}`, `[12]`. */
  readonly text: string
  /** Tells whether the value can be opened, and whether it is open. */
  readonly fold: "none" | "open" | "closed"
}

/** The replacement for a secret. */
export const redacted = "[redacted]"

/** Longer strings are shown by their beginning; the copy has them whole. */
const longest = 2000

const step = (place: string, index: number): string => `${place}/${index}`

const isContainer = (value: unknown): value is object =>
  typeof value === "object" && value !== null && rawNumber(value) === undefined

const entriesOf = (value: object): ReadonlyArray<readonly [string, unknown]> =>
  Array.isArray(value) ? value.map((item, index) => [String(index), item] as const) : Object.entries(value)

const scalar = (value: unknown): { readonly kind: Kind; readonly text: string } => {
  if (typeof value === "string") {
    const shown = value.length > longest ? `${value.slice(0, longest)}…` : value
    return { kind: value === redacted ? "redacted" : "string", text: JSON.stringify(shown) }
  }
  const raw = rawNumber(value)
  if (raw !== undefined) return { kind: "number", text: raw }
  return { kind: typeof value === "number" ? "number" : "word", text: String(value) }
}

/** The number of levels that are open at first: all of a small document, the first ones of a large one. */
export const openDepth = (value: unknown): number => {
  const text = JSON.stringify(value) ?? ""
  return text.length < 4000 ? 32 : text.length < 40_000 ? 3 : 2
}

/** The visible lines of a JSON document. `isOpen`: by place and depth. */
export const jsonLines = (
  value: unknown,
  isOpen: (place: string, depth: number) => boolean
): ReadonlyArray<JsonLine> => {
  const lines: Array<JsonLine> = []
  const add = (value: unknown, place: string, depth: number, name: string | undefined): void => {
    if (!isContainer(value)) {
      lines.push({ place, depth, name, fold: "none", ...scalar(value) })
      return
    }
    const entries = entriesOf(value)
    const kind = Array.isArray(value) ? "array" : "object"
    const text = kind === "array" ? `[${entries.length}]` : `{${entries.length}}`
    const open = entries.length > 0 && isOpen(place, depth)
    lines.push({ place, depth, name, kind, text, fold: entries.length === 0 ? "none" : open ? "open" : "closed" })
    if (open) { for (const [index, [name, item]] of entries.entries()) add(item, step(place, index), depth + 1, name) }
  }
  add(value, "", 0, undefined)
  return lines
}

/** The places of all members whose name or value holds `query`, in the order of the document. */
export const search = (value: unknown, query: string): ReadonlyArray<string> => {
  const wanted = query.toLowerCase()
  if (wanted === "") return []
  const found: Array<string> = []
  const look = (value: unknown, place: string, name: string | undefined): void => {
    const text = isContainer(value) ? "" : typeof value === "string" ? value : scalar(value).text
    if (name?.toLowerCase().includes(wanted) === true || text.toLowerCase().includes(wanted)) found.push(place)
    if (isContainer(value)) {
      for (const [index, [name, item]] of entriesOf(value).entries()) look(item, step(place, index), name)
    }
  }
  look(value, "", undefined)
  return found
}

/** The places of all containers of a member, which must be open for it to be visible. */
export const around = (place: string): ReadonlyArray<string> =>
  place.split("/").slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join("/"))

/** The JSON Pointer (RFC 6901) of a line, by the names on the way to its place. */
export const pointerOf = (value: unknown, place: string): string => {
  let here = value
  let pointer = ""
  for (const position of place.split("/").slice(1)) {
    const entry = isContainer(here) ? entriesOf(here)[Number(position)] : undefined
    if (entry === undefined) return pointer
    pointer += `/${entry[0].replaceAll("~", "~0").replaceAll("/", "~1")}`
    here = entry[1]
  }
  return pointer
}
