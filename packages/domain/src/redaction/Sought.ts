/** The content to search, and the patterns to find in it. */

/** Text as UTF-16 code units, or bytes. */
export interface Units {
  readonly length: number
  readonly at: (index: number) => number
}

export const unitsOf = (content: string | Uint8Array): Units => ({
  length: content.length,
  at: typeof content === "string" ? (index) => content.charCodeAt(index) : (index) => content[index] as number
})

/** A pattern with its units, of which it has two or more. `kind`: occurrences of one kind stand for each other. */
export interface Sought<Pattern> {
  readonly pattern: Pattern
  readonly units: Units
  readonly kind: number
}

/** Told of an occurrence of `pattern`, `length` units long. */
export type Occurrence<Pattern> = (index: number, length: number, pattern: Pattern) => void
