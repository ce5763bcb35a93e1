/** The patterns to find in some content, and what is told of them. */
import type { Content } from "./Content.ts"

/** A pattern with its units, of which it has two or more. `kind`: occurrences of one kind stand for each other. */
export interface Sought<Pattern> {
  readonly pattern: Pattern
  readonly units: Content
  readonly kind: number
}

/** Told of an occurrence of `pattern`, `length` units long. */
export type Occurrence<Pattern> = (index: number, length: number, pattern: Pattern) => void
