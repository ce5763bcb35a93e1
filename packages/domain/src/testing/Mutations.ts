/** Seeded inputs for decoders: valid documents and texts, changed at random places into what a hostile sender would send. */
import type { Json, JsonObject } from "../json/Json.ts"

export interface Random {
  readonly below: (limit: number) => number
  readonly one: <A>(of: ReadonlyArray<A>) => A
}

/** A linear congruential generator: the inputs are the same in every run. */
export const randomOf = (seed: number): Random => {
  let state = Math.imul(seed, 2_654_435_761) >>> 0
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * limit)
  }
  return { below, one: <A>(of: ReadonlyArray<A>) => of[below(of.length)] as A }
}

const nested = (depth: number): Json => depth === 0 ? [] : [nested(depth - 1)]

const strings = [
  "",
  " ",
  "\0",
  "\ud800",
  "\u2028",
  "constructor",
  "__proto__",
  "[redacted]",
  "{% %}",
  "{% order. %}",
  "%00%ff",
  "http://a@b:99999/",
  "http://[::",
  "00:00:30",
  "-1.23:59:59.9999999",
  "9".repeat(400),
  "1e400",
  "a".repeat(5000),
  "\r\nSet-Cookie: a",
  "Wed, 99 Foo 20000 99:99:99 GMT",
  "(a+)+$"
]
const leaves: ReadonlyArray<Json> = [
  ...strings,
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  [null],
  { env: "HOME" },
  { env: 1 },
  nested(70),
  Array.from({ length: 300 }, (_, i) => i)
]
const names = [
  "",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "Key",
  "Value",
  "KeyGroup",
  "env",
  "path",
  "id",
  "x-free",
  "\0"
]

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const renamed = (random: Random, name: string): string => {
  switch (random.below(5)) {
    case 0:
      return random.one(names)
    case 1:
      return name.toUpperCase()
    case 2:
      return name.slice(1)
    case 3:
      return name + name
    default:
      return name.charAt(0).toUpperCase() + name.slice(1)
  }
}

/** The value with one change somewhere in it. */
export const mutated = (random: Random, value: Json): Json => {
  const descends = random.below(4) > 0
  if (Array.isArray(value) && value.length > 0 && descends) {
    const at = random.below(value.length)
    const items: Array<Json> = [...value as ReadonlyArray<Json>]
    const kind = random.below(4)
    if (kind === 0) items.splice(at, 1)
    else if (kind === 1) items.splice(at, 0, items[at] as Json)
    else items[at] = mutated(random, items[at] as Json)
    return items
  }
  if (isObject(value) && Object.keys(value).length > 0 && descends) {
    const name = random.one(Object.keys(value))
    const members = Object.entries(value)
    const at = members.findIndex(([one]) => one === name)
    const kind = random.below(5)
    if (kind === 0) members.splice(at, 1)
    else if (kind === 1) members[at] = [renamed(random, name), value[name] as Json]
    else if (kind === 2) members.push([renamed(random, name), random.one(leaves)])
    else members[at] = [name, mutated(random, value[name] as Json)]
    // Not an assignment: a member named `__proto__` is a member.
    return JSON.parse(`{${members.map(([one, held]) => `${JSON.stringify(one)}:${JSON.stringify(held)}`).join(",")}}`)
  }
  return random.one(leaves)
}

/** The text with some characters changed. */
export const garbled = (random: Random, text: string): string => {
  let out = text
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(out.length + 1)
    const rest = out.slice(at + random.below(3))
    const piece = random.below(3) === 0
      ? ""
      : random.below(2) === 0
      ? String.fromCharCode(random.below(random.below(4) === 0 ? 65_536 : 128))
      : random.one(strings).slice(0, 50)
    out = out.slice(0, at) + piece + rest
  }
  return out
}
