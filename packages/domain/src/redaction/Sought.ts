/** A pattern to search for, and the callback that receives its occurrences. */
import type { Content } from "./Content.ts"

/**
 * A pattern of two or more units. `kind`: where occurrences of patterns of one kind overlap, reporting one of them is
 * enough.
 */
export interface Sought<Pattern> {
  readonly pattern: Pattern
  readonly units: Content
  readonly kind: number
}

/** Receives an occurrence of `pattern`, `length` units long, at `index`. */
export type Occurrence<Pattern> = (index: number, length: number, pattern: Pattern) => void
