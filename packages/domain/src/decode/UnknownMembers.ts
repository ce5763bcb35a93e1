/**
 * Members that no decoder asks for: refused by name, with the nearest known one. Contract: section 4, "Nothing is
 * swallowed".
 */
import { isObject, type JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"
import { nearestOf } from "./DidYouMean.ts"
import type { JsonReader, Place } from "./JsonReader.ts"
import { withChanges } from "./MemberChanges.ts"
import { type MemberPath, pathText } from "./MemberPath.ts"

/** A member that is not known at its place, and the members that are. */
export interface UnknownMember {
  readonly path: MemberPath
  readonly known: ReadonlyArray<string>
}

/** True for names that are reserved for users and therefore allowed everywhere: those that begin with `x-`. */
export const isFree = (name: string): boolean => /^x-/i.test(name)

/** The members of an object that are neither known nor free, at `place`. */
export const unknownAmong = (
  names: Iterable<string>,
  known: ReadonlyArray<string>,
  place: MemberPath
): ReadonlyArray<UnknownMember> =>
  Array.from(names).filter((name) => !isFree(name) && !known.includes(name))
    .map((name) => ({ path: [...place, name], known }))

/** The members of one object of a document that were written as null, and the reader of that object. */
interface NullsAt {
  readonly place: MemberPath
  readonly names: Array<string>
  readonly reader: JsonReader | undefined
}

type Read = Pick<Place, "nulls" | "readers">

const nullsByPlace = ({ nulls, readers }: Read): ReadonlyArray<NullsAt> => {
  if (nulls.length === 0) return []
  const readerAt = new Map(readers.map((reader) => [pathText(reader.place), reader]))
  const found = new Map<string, NullsAt>()
  for (const path of nulls) {
    const place = path.slice(0, -1)
    const text = pathText(place)
    const at = found.get(text) ?? { place, names: [], reader: readerAt.get(text) }
    found.set(text, at)
    at.names.push(String(path.at(-1)))
  }
  return [...found.values()]
}

/**
 * The members for which no reader of a document was asked, including those that are null. Complete once the document is
 * decoded.
 */
export const unknownMembers = (read: Read): ReadonlyArray<UnknownMember> => [
  ...read.readers.flatMap(({ known, place, source }) => unknownAmong(Object.keys(source), [...known], place)),
  ...nullsByPlace(read).flatMap(({ names, place, reader }) =>
    reader === undefined ? [] : unknownAmong(names, [...reader.known], place)
  )
]

/** The document with its objects at some places changed. */
const withObjects = (
  document: JsonObject,
  changes: ReadonlyArray<{ readonly place: MemberPath; readonly change: (object: JsonObject) => JsonObject }>
): JsonObject =>
  withChanges(
    document,
    changes.map(({ change, place }) => ({ path: place, change: (value) => isObject(value) ? change(value) : value }))
  ) as JsonObject

/**
 * The document with its unknown members that are null: they must not vanish before they have been judged, by a plugin
 * too.
 */
export const withUnknownNulls = (document: JsonObject, read: Read): JsonObject =>
  withObjects(
    document,
    nullsByPlace(read).flatMap(({ names, place, reader }) => {
      const unknown = names.filter((name) => !isFree(name) && reader?.known.has(name) !== true)
      return unknown.length === 0
        ? []
        : [{
          place,
          change: (object) => ({ ...object, ...Object.fromEntries(unknown.map((name) => [name, null])) })
        }]
    })
  )

/** The document without its nulls, but for those in `kept`. */
export const withoutNulls = (
  document: JsonObject,
  nulls: ReadonlyArray<MemberPath>,
  kept: ReadonlyArray<UnknownMember>
): JsonObject => {
  const keeps = new Set(kept.map(({ path }) => pathText(path)))
  const dropped = nulls.filter((path) => !keeps.has(pathText(path)))
  return withObjects(
    document,
    nullsByPlace({ nulls: dropped, readers: [] }).map(({ names, place }) => {
      const gone = new Set(names)
      return {
        place,
        change: (object) => Object.fromEntries(Object.entries(object).filter(([name]) => !gone.has(name)))
      }
    })
  )
}

/** The fault of an unknown member: `steps[0].critcal is not known: did you mean critical?` */
export const unknownFault = ({ known, path }: UnknownMember): Fault => {
  const text = pathText(path)
  const meant = nearestOf(String(path.at(-1)), known)
  return {
    path: text,
    message: `${text} is not known: ${meant === undefined ? "leave it out" : `did you mean ${meant}?`}`
  }
}

/** Unknown members that are told of one document: each is compared with all that could be meant. */
const mostTold = 50

/** The faults of the first unknown members; a last one counts those that are left out. */
export const unknownFaults = (unknown: ReadonlyArray<UnknownMember>): ReadonlyArray<Fault> => {
  const faults = unknown.slice(0, mostTold).map(unknownFault)
  const more = unknown.length - faults.length
  return more === 0 ? faults : [...faults, { path: "", message: `has ${more} more members that are not known` }]
}
