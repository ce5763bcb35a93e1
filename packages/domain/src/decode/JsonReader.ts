/**
 * Reads the members of a settings object, collecting what is wrong with them under a path such as
 * `steps[0].options.endpoint`. Contract: sections 4 and 7.
 */
import { isObject, type Json, type JsonObject } from "../json/Json.ts"
import { type Fault, isStorable } from "../order/Order.ts"
import type { MemberPath } from "./MemberPath.ts"

export const join = (path: string, name: string): string => path === "" ? name : `${path}.${name}`

export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/**
 * The object with its own members' names in camelCase: they are read without regard to the case of the first letter.
 * Null means "not given" and is dropped. `at`, if given, collects the dropped names and the members that are given
 * twice; `ignored` members are left out.
 */
export const camelCased = (object: JsonObject, at?: Place, ignored?: ReadonlySet<string>): JsonObject => {
  const written = new Map<string, string>()
  const members: Array<readonly [string, Json]> = []
  for (const [name, value] of Object.entries(object)) {
    const known = lowerFirst(name)
    if (ignored?.has(known) === true) continue
    if (value === null) {
      at?.nulls.push([...at.place, known])
      continue
    }
    const before = written.get(known)
    if (before !== undefined) {
      at?.faults.push({ path: join(at.path, known), message: `is given twice, as ${before} and as ${name}` })
    }
    written.set(known, name)
    members.push([known, value])
  }
  return Object.fromEntries(members)
}

/** A position in a document that is being read, with the findings about the document so far. */
export interface Place {
  readonly path: string
  /** The position as names and indices; `path` is its text. */
  readonly place: MemberPath
  readonly faults: Array<Fault>
  /** Every reader of the document. */
  readonly readers: Array<JsonReader>
  /** Members that were written as null. */
  readonly nulls: Array<MemberPath>
}

export const rootPlace = (faults: Array<Fault> = []): Place => ({
  path: "",
  place: [],
  faults,
  readers: [],
  nulls: []
})

/** The position that `tokens` lead to from another one, such as `"steps", 0`. Both collect findings in the same lists. */
export const placeIn = ({ faults, nulls, path, place, readers }: Place, ...tokens: MemberPath): Place => ({
  path: tokens.reduce<string>(
    (text, token) => typeof token === "number" ? `${text}[${token}]` : join(text, token),
    path
  ),
  place: [...place, ...tokens],
  faults,
  readers,
  nulls
})

/**
 * Reads the members of one object. A member is known if a decoder asks for it: the decoders are the only description of
 * what a document may hold, and a member for which no reader was asked is unknown (`UnknownMembers`).
 */
export class JsonReader implements Place {
  readonly source: JsonObject
  readonly path: string
  readonly faults: Array<Fault>
  readonly place: MemberPath
  readonly readers: Array<JsonReader>
  readonly nulls: Array<MemberPath>
  /** The names that were asked for, in the order of asking. */
  readonly known = new Set<string>()

  constructor(
    source: JsonObject,
    path: string,
    faults: Array<Fault>,
    place: MemberPath = path === "" ? [] : [path],
    readers: Array<JsonReader> = [],
    nulls: Array<MemberPath> = []
  ) {
    this.source = source
    this.path = path
    this.faults = faults
    this.place = place
    this.readers = readers
    this.nulls = nulls
    readers.push(this)
  }

  static at(source: JsonObject, { faults, nulls, path, place, readers }: Place): JsonReader {
    return new JsonReader(source, path, faults, place, readers, nulls)
  }

  /** The reader of a member that is an object; `undefined` where it is not given. */
  inner(name: string): JsonReader | undefined {
    const source = this.object(name)
    return source === undefined ? undefined : JsonReader.at(source, placeIn(this, name))
  }

  /** Declares names as known that are read elsewhere, or only with some values of another member. */
  knows(...names: ReadonlyArray<string>): void {
    for (const name of names) this.known.add(name)
  }

  fault(name: string, message: string): undefined {
    this.faults.push({ path: join(this.path, name), message })
    return undefined
  }

  /** The member, or `undefined` where it is not given; inherited names are no members. */
  raw(name: string): Json | undefined {
    this.known.add(name)
    const value = Object.hasOwn(this.source, name) ? this.source[name] : undefined
    return value === null ? undefined : value
  }

  private read<A>(name: string, expected: string, accept: (value: Json) => A | undefined): A | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : accept(value) ?? this.fault(name, `must be ${expected}`)
  }

  string(name: string): string | undefined {
    const value = this.read(name, "a string", (value) => typeof value === "string" ? value : undefined)
    if (value === undefined || isStorable(value)) return value
    return this.fault(name, "must not hold a NUL character or half of a surrogate pair")
  }

  /** Reads a string that must be present and not empty. `example` shows a valid value. */
  required(name: string, example: string): string | undefined {
    const value = this.raw(name)
    if (value === undefined) return this.fault(name, `is missing: give ${example}`)
    return value === "" ? this.fault(name, `is empty: give ${example}`) : this.string(name)
  }

  boolean(name: string): boolean | undefined {
    return this.read(name, "true or false", (value) => typeof value === "boolean" ? value : undefined)
  }

  number(name: string): number | undefined {
    return this.read(name, "a number", (value) => typeof value === "number" ? value : undefined)
  }

  /** Reads a number above 0, up to `most`. */
  positive(name: string, most: number): number | undefined {
    const value = this.number(name)
    if (value === undefined) return undefined
    if (value <= 0) return this.fault(name, "must be above 0")
    return value > most ? this.fault(name, `must be at most ${most}`) : value
  }

  strings(name: string): ReadonlyArray<string> | undefined {
    return this.read(
      name,
      "a list of strings",
      (value) =>
        Array.isArray(value) && value.every((item: Json) => typeof item === "string")
          ? value as ReadonlyArray<string>
          : undefined
    )
  }

  object(name: string): JsonObject | undefined {
    return this.read(name, "an object", (value) => isObject(value) ? value : undefined)
  }

  /** One of a few words. */
  oneOf<const Word extends string>(name: string, words: ReadonlyArray<Word>): Word | undefined {
    return this.read(
      name,
      words.map((word) => `"${word}"`).join(" or "),
      (value) => words.find((word) => word === value)
    )
  }

  /** Reads an absolute `http:` or `https:` URL, checked without parsing it. */
  url(name: string, example: string): string | undefined {
    const value = this.required(name, example)
    if (value === undefined || /^https?:\/\/[^\s/?#]+/i.test(value)) return value
    return this.fault(name, `must be an http: or https: URL such as ${example}`)
  }
}

/** An object without its `undefined` members, as `exactOptionalPropertyTypes` requires of optional ones. */
export const given = <Members extends Readonly<Record<string, unknown>>>(
  members: Members
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>
  }
