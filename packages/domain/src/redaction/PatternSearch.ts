/**
 * Finds all of many patterns in one pass, by Wu and Manber's method: two units are read at a time, and most of what is
 * searched is skipped. Secrets are sought in everything that is recorded, and nearly always there is none.
 *
 * What looks like a pattern everywhere (`aaaa…`) would be compared at every place. Where that has cost too much, the rest
 * is searched with an automaton, which reads each unit once.
 */
import { type Content, unitAt } from "./Content.ts"
import { type Automaton, automatonOf } from "./PatternAutomaton.ts"
import type { Occurrence, Sought } from "./Sought.ts"

export interface PatternSearch<Pattern> {
  /**
   * Calls `found` with occurrences that together cover every unit that belongs to any occurrence, for each kind of
   * pattern.
   */
  readonly each: (content: Content, found: Occurrence<Pattern>) => void
}

const tableSize = 1 << 14

/** The slot of two neighbouring units in the table. */
const place = (first: number, second: number): number => (first << 7 ^ second) & (tableSize - 1)

/** The number of units of the pattern that match at `index`: all of them, or those before the first difference. */
const standing = (content: Content, index: number, units: Content): number => {
  const length = Math.min(units.length, content.length - index)
  let same = 0
  while (same < length && unitAt(content, index + same) === unitAt(units, same)) same++
  return same
}

/** Comparisons for each unit of the content, above which the automaton goes on. */
const patience = 2

export const makePatternSearch = <Pattern>(patterns: ReadonlyArray<Sought<Pattern>>): PatternSearch<Pattern> => {
  if (patterns.length === 0) return { each: () => {} }
  const window = patterns.reduce((shortest, { units }) => Math.min(shortest, units.length), 255)
  /** By the last two units of a window: the distance to the next window in which a pattern could begin. */
  const shifts = new Uint8Array(tableSize).fill(window - 1)
  const candidates = new Map<number, Array<Sought<Pattern>>>()
  for (const entry of patterns) {
    for (let end = 1; end < window; end++) {
      const key = place(unitAt(entry.units, end - 1), unitAt(entry.units, end))
      shifts[key] = Math.min(shifts[key] as number, window - 1 - end)
      if (end !== window - 1) continue
      const known = candidates.get(key)
      if (known === undefined) candidates.set(key, [entry])
      else known.push(entry)
    }
  }
  let automaton: Automaton<Pattern> | undefined
  const each: PatternSearch<Pattern>["each"] = (content, found) => {
    let left = 1000 + patience * content.length
    for (let end = window - 1; end < content.length;) {
      const key = place(unitAt(content, end - 1), unitAt(content, end))
      const shift = shifts[key] as number
      if (shift > 0) {
        end += shift
        continue
      }
      const index = end - window + 1
      for (const { pattern, units } of candidates.get(key) ?? []) {
        const same = standing(content, index, units)
        left -= same + 1
        if (same === units.length) found(index, units.length, pattern)
      }
      end++
      if (left < 0) return (automaton ??= automatonOf(patterns))(content, index + 1, found)
    }
  }
  return { each }
}
