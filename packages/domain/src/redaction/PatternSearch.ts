/**
 * Finds any of many patterns in one pass, by Wu and Manber's method: two units are read at a time, and most of what is
 * searched is skipped. Secrets are sought in everything that is recorded, and nearly always there is none.
 */

/** Text as UTF-16 code units, or bytes. */
export interface Units {
  readonly length: number
  readonly at: (index: number) => number
}

export const unitsOf = (content: string | Uint8Array): Units => ({
  length: content.length,
  at: typeof content === "string" ? (index) => content.charCodeAt(index) : (index) => content[index] as number
})

export interface Found<Pattern> {
  readonly index: number
  readonly length: number
  readonly pattern: Pattern
}

export interface PatternSearch<Pattern> {
  /** The first occurrence at or after `from`; of several at one place the longest. */
  readonly first: (content: Units, from: number) => Found<Pattern> | undefined
}

const tableSize = 1 << 14

/** Which place of the table two neighbouring units have. */
const place = (first: number, second: number): number => (first << 7 ^ second) & (tableSize - 1)

const standsAt = (content: Units, index: number, units: Units): boolean => {
  if (index + units.length > content.length) return false
  for (let i = 0; i < units.length; i++) if (content.at(index + i) !== units.at(i)) return false
  return true
}

/** Patterns, each with its units, of which it has two or more. */
export const makePatternSearch = <Pattern>(
  patterns: ReadonlyArray<{ readonly pattern: Pattern; readonly units: Units }>
): PatternSearch<Pattern> => {
  if (patterns.length === 0) return { first: () => undefined }
  const window = patterns.reduce((shortest, { units }) => Math.min(shortest, units.length), 255)
  /** By the last two units of a window: how far the next window is that could begin a pattern. */
  const shifts = new Uint8Array(tableSize).fill(window - 1)
  const candidates = new Map<number, Array<(typeof patterns)[number]>>()
  for (const entry of patterns.toSorted((a, b) => b.units.length - a.units.length)) {
    for (let end = 1; end < window; end++) {
      const key = place(entry.units.at(end - 1), entry.units.at(end))
      shifts[key] = Math.min(shifts[key] as number, window - 1 - end)
      if (end === window - 1) candidates.set(key, [...candidates.get(key) ?? [], entry])
    }
  }
  const first = (content: Units, from: number): Found<Pattern> | undefined => {
    let end = from + window - 1
    while (end < content.length) {
      const key = place(content.at(end - 1), content.at(end))
      const shift = shifts[key] as number
      if (shift > 0) {
        end += shift
        continue
      }
      const index = end - window + 1
      const found = candidates.get(key)?.find(({ units }) => standsAt(content, index, units))
      if (found !== undefined) return { index, length: found.units.length, pattern: found.pattern }
      end++
    }
    return undefined
  }
  return { first }
}
