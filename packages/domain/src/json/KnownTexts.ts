/**
 * Remembers the JSON texts of values. A large member of an order is written into the document, the callout's record and
 * the history; with this module it is serialised once.
 */
import { makePace, type Pace, type Steps } from "./Steps.ts"
import { isLight, weightOfText } from "./Weight.ts"

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

/** Joins many texts by commas, in portions, so that no step joins more than some thousands. */
export class Joined {
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

/** The text of a part that costs little; `undefined` where it is written in steps. */
const textAtOnce = (value: unknown, pace: Pace): string | undefined => {
  if (!isContainer(value)) {
    if (typeof value === "string") pace.spend(weightOfText(value))
    return JSON.stringify(value ?? null)
  }
  const known = texts.get(value)
  if (known !== undefined) return known
  return isRawJSON(value) || isLight(value, pace) ? JSON.stringify(value) : undefined
}

/** Levels that are walked: more than a document has. What is deeper is written at once, and refused where it is circular. */
const deepestWalked = 80

function* writtenSteps(value: object, pace: Pace, depth = 0): Steps<string> {
  if (depth === deepestWalked) return JSON.stringify(value)
  const parts = new Joined()
  if (Array.isArray(value)) {
    for (const item of value as ReadonlyArray<unknown>) {
      if (pace.isDue()) yield
      parts.add(textAtOnce(item, pace) ?? (yield* writtenSteps(item as object, pace, depth + 1)))
    }
    return `[${parts.text}]`
  }
  const object = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(object)) {
    if (pace.isDue()) yield
    const member = object[name]
    if (member === undefined) continue
    const text = textAtOnce(member, pace) ?? (yield* writtenSteps(member as object, pace, depth + 1))
    parts.add(`${JSON.stringify(name)}:${text}`)
  }
  return `{${parts.text}}`
}

/** The text of `JSON.stringify(value)`, made in steps: known texts are used at any depth. */
export function* textSteps(value: object): Steps<string> {
  const known = isRawJSON(value) ? JSON.stringify(value) : texts.get(value)
  return known ?? (yield* writtenSteps(value, makePace()))
}

/** The text of `JSON.stringify(value)`, put together from known texts of the value and its parts, down to a depth. */
export const textWithKnown = (value: object, depth = deepest): string => written(value, depth)
