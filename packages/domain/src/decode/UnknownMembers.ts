/**
 * Members that no decoder asks for: refused by name, with the nearest known one. Contract: section 4, "Nothing is
 * swallowed".
 */
import type { Fault } from "../order/Order.ts"
import { nearestOf } from "./DidYouMean.ts"
import type { JsonReader } from "./JsonReader.ts"
import { type MemberPath, pathText } from "./MemberPath.ts"

/** A member that is not known where it stands, and those that are. */
export interface UnknownMember {
  readonly path: MemberPath
  readonly known: ReadonlyArray<string>
}

/** Names of the user's own, which are free everywhere. */
export const isFree = (name: string): boolean => /^x-/i.test(name)

/** The members of an object that are neither known nor free, at `place`. */
export const unknownAmong = (
  names: Iterable<string>,
  known: ReadonlyArray<string>,
  place: MemberPath
): ReadonlyArray<UnknownMember> =>
  Array.from(names).filter((name) => !isFree(name) && !known.includes(name))
    .map((name) => ({ path: [...place, name], known }))

/** The members that the readers of a document were not asked for. Complete once the document is decoded. */
export const unknownMembers = (readers: ReadonlyArray<JsonReader>): ReadonlyArray<UnknownMember> =>
  readers.flatMap(({ known, place, source }) => unknownAmong(Object.keys(source), [...known], place))

/** `steps[0].critcal is not known: did you mean critical?` */
export const unknownFault = ({ known, path }: UnknownMember): Fault => {
  const text = pathText(path)
  const meant = nearestOf(String(path.at(-1)), known)
  return {
    path: text,
    message: `${text} is not known: ${meant === undefined ? "leave it out" : `did you mean ${meant}?`}`
  }
}
