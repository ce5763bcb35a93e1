/**
 * Texts of values that were written before. A large member of an order is written into the document, the record of a
 * callout and the history; with this it becomes text once.
 */

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

/** `JSON.stringify(value)`, made from the texts that are known of it and of its parts, down to a depth. */
export const textWithKnown = (value: object, depth = deepest): string => written(value, depth)
