/** The cost of walking a value, estimated without walking all of it. */
import type { Pace } from "./Steps.ts"

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null

/** The characters of a string that cost as much as a member. */
const charactersPerMember = 64

/** The weight of a string: a member, and more for a long one. */
export const weightOfText = (text: string): number => 1 + Math.floor(text.length / charactersPerMember)

/**
 * The number of values in a JSON value, long strings counted as several. Gives up above `most`, and below `depth` levels,
 * with the weight `beyond` for what is deeper.
 */
export const weightOf = (value: unknown, most: number, depth: number, beyond: number): number => {
  if (typeof value === "string") return weightOfText(value)
  if (!isContainer(value)) return 1
  if (depth === 0) return beyond
  let weight = 1
  if (Array.isArray(value)) {
    if (value.length > most) return most + 1
    for (const item of value) {
      weight += weightOf(item, most - weight, depth - 1, beyond)
      if (weight > most) break
    }
    return weight
  }
  const names = Object.keys(value)
  if (names.length > most) return most + 1
  for (const name of names) {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    weight += weightOfText(name) + weightOf(member, most - weight, depth - 1, beyond)
    if (weight > most) break
  }
  return weight
}

/** The weight up to which a part of a document is handled by one native call rather than in steps. */
const lightWeight = 64

/** The levels below a part that are looked at: naming the members of a large object costs milliseconds each time. */
const lookedAt = 2

/**
 * True if a part of a document is light enough to be handled without a pause. Spends its weight from `pace`; a heavier one
 * makes a pause due, since finding that out took time.
 */
export const isLight = (value: unknown, pace: Pace): boolean => {
  const weight = weightOf(value, lightWeight, lookedAt, lightWeight + 1)
  pace.spend(weight <= lightWeight ? weight : Number.POSITIVE_INFINITY)
  return weight <= lightWeight
}
