/** Finds beginnings of patterns where a text was cut. */
import { type Content, unitAt } from "./Content.ts"
import type { Sought } from "./Sought.ts"

export interface Beginning<Pattern> {
  readonly index: number
  readonly pattern: Pattern
}

export interface PrefixSearch<Pattern> {
  /** The longest suffix of `content` before `end` that starts at `from` or later and is the beginning of a pattern. */
  readonly last: (content: Content, from: number, end: number) => Beginning<Pattern> | undefined
}

const begins = (content: Content, index: number, length: number, units: Content): boolean => {
  for (let i = 0; i < length; i++) if (unitAt(content, index + i) !== unitAt(units, i)) return false
  return true
}

const keyOf = (units: Content, at: number): number =>
  (unitAt(units, at) * 65_536 + unitAt(units, at + 1)) * 65_536 + unitAt(units, at + 2)

/**
 * Prepares the search for beginnings of `patterns`. `least`: the shortest beginning of a pattern that counts, in
 * units; at least 3.
 */
export const makePrefixSearch = <Pattern>(
  patterns: ReadonlyArray<Sought<Pattern>>,
  least: (pattern: Pattern) => number
): PrefixSearch<Pattern> => {
  const byStart = new Map<number, Array<Sought<Pattern>>>()
  let longest = 0
  for (const entry of patterns) {
    const key = keyOf(entry.units, 0)
    const entries = byStart.get(key)
    if (entries === undefined) byStart.set(key, [entry])
    else entries.push(entry)
    longest = Math.max(longest, entry.units.length)
  }
  return {
    last: (content, from, end) => {
      for (let index = Math.max(from, end - longest); index <= end - 3; index++) {
        const length = end - index
        const found = byStart.get(keyOf(content, index))?.find(({ pattern, units }) =>
          length >= least(pattern) && length < units.length && begins(content, index, length, units)
        )
        if (found !== undefined) return { index, pattern: found.pattern }
      }
      return undefined
    }
  }
}
