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
 * Null means "not given" and is dropped.
 */
export const camelCased = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null).map(([name, value]) => [lowerFirst(name), value])
  )

/** A place in a document that is being read, and what has been found in the document so far. */
export interface Place {
  readonly path: string
  /** `path` as names and positions. */
  readonly place: MemberPath
  readonly faults: Array<Fault>
  /** Every reader of the document. */
  readonly readers: Array<JsonReader>
}

export const rootPlace = (faults: Array<Fault> = []): Place => ({ path: "", place: [], faults, readers: [] })

/** A place below another one. */
export const placeIn = ({ faults, path, place, readers }: Place, ...tokens: MemberPath): Place => ({
  path: tokens.reduce<string>(
    (text, token) => typeof token === "number" ? `${text}[${token}]` : join(text, token),
    path
  ),
  place: [...place, ...tokens],
  faults,
  readers
})

/**
 * A member is known where a decoder asks for it: the decoders are the one description of what a document may hold, and
 * what no reader of a document was asked for is unknown (`UnknownMembers`).
 */
export class JsonReader implements Place {
  readonly source: JsonObject
  readonly path: string
  readonly faults: Array<Fault>
  readonly place: MemberPath
  readonly readers: Array<JsonReader>
  /** The names that were asked for, in that order. */
  readonly known = new Set<string>()

  constructor(
    source: JsonObject,
    path: string,
    faults: Array<Fault>,
    place: MemberPath = path === "" ? [] : [path],
    readers: Array<JsonReader> = []
  ) {
    this.source = source
    this.path = path
    this.faults = faults
    this.place = place
    this.readers = readers
    readers.push(this)
  }

  static at(source: JsonObject, { faults, path, place, readers }: Place): JsonReader {
    return new JsonReader(source, path, faults, place, readers)
  }

  /** The reader of a member that is an object; `undefined` where it is not given. */
  inner(name: string): JsonReader | undefined {
    const source = this.object(name)
    return source === undefined ? undefined : JsonReader.at(source, placeIn(this, name))
  }

  /** Makes names known that are read elsewhere, or only with some values of another member. */
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

  /** A string that has to be there and to say something. `example` shows what. */
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

/** Members of an object that are given: what `exactOptionalPropertyTypes` wants of optional ones. */
export const given = <Members extends Readonly<Record<string, unknown>>>(
  members: Members
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>
  }
