/**
 * Derives numbers and dice from a seed and the requests, so that two runs of the same tests get the same answers, and
 * another seed gives others.
 */

/** The default seed, with which numbers start at 1. */
export const defaultSeed = 1

const span = 1_000_000

/** A sequence of numbers: 1, 2, 3 … for the default seed; another seed starts elsewhere. */
export const numbersFrom = (seed: number): () => number => {
  let last = (seed - 1) * span
  return () => ++last
}

/** A number from 0 to 99, determined by the seed and the words (FNV-1a). */
export const dice = (seed: number, ...words: ReadonlyArray<string | number>): number => {
  let hash = 0x811c9dc5
  for (const char of [seed, ...words].join("\u0000")) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  // FNV's low bits are weak: mix before the last digits are taken.
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8) % 100
}
