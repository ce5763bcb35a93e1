/**
 * Texts of values that were written before. A large member of an order is written into the document, the record of a
 * callout and the history; with this it becomes text once.
 */
import { makePace, type Pace, type Steps } from "./Steps.ts"

/** `JSON.isRawJSON` (ECMAScript 2026) is in Node 24, and not yet in `lib`. */
const { isRawJSON } = JSON as typeof JSON & { isRawJSON(value: unknown): boolean }

const texts = new WeakMap<object, string>()

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null

/** Remembers that `text` is the JSON text of an object or a list. */
export const remember = (value: unknown, text: string): void => {
  if (isContainer(value)) texts.set(value, text)
}

export const isKnown = (value: unknown): boolean => isContainer(value) && texts.has(value)

/** Objects within lists within objects: as far down as a record has members of an order. */
const deepest = 3

const written = (value: unknown, depth: number): string => {
  if (!isContainer(value)) return JSON.stringify(value)
  const known = texts.get(value)
  if (known !== undefined) return known
  if (depth === 0 || isRawJSON(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => written(item ?? null, depth - 1)).join(",")}]`
  const members: Array<string> = []
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${written(member, depth - 1)}`)
  }
  return `{${members.join(",")}}`
}

/** The texts of some thousands of members or items become one. */
class Joined {
  readonly #joined: Array<string> = []
  #texts: Array<string> = []

  add(text: string): void {
    if (this.#texts.push(text) === 4096) this.#join()
  }

  #join(): void {
    this.#joined.push(this.#texts.join(","))
    this.#texts = []
  }

  get text(): string {
    if (this.#texts.length > 0) this.#join()
    return this.#joined.join(",")
  }
}

function* writtenSteps(value: unknown, depth: number, pace: Pace): Steps<string> {
  if (!isContainer(value) || depth === 0 || texts.has(value) || isRawJSON(value)) return written(value, depth)
  const parts = new Joined()
  if (Array.isArray(value)) {
    for (const item of value as ReadonlyArray<unknown>) {
      if (pace.isDue()) yield
      parts.add(isContainer(item) ? yield* writtenSteps(item, depth - 1, pace) : JSON.stringify(item ?? null))
    }
    return `[${parts.text}]`
  }
  const object = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(object)) {
    if (pace.isDue()) yield
    const member = object[name]
    if (member === undefined) continue
    const text = isContainer(member) ? yield* writtenSteps(member, depth - 1, pace) : JSON.stringify(member)
    parts.add(`${JSON.stringify(name)}:${text}`)
  }
  return `{${parts.text}}`
}

/** The work of `textWithKnown` in steps, for values that may have many thousands of members or items. */
export const textSteps = (value: object): Steps<string> => writtenSteps(value, deepest, makePace())

/** The text of `JSON.stringify(value)`, put together from known texts of the value and its parts, down to a depth. */
export const textWithKnown = (value: object, depth = deepest): string => written(value, depth)
