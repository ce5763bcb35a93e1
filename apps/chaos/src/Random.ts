/** Random numbers from a seed, in named streams: drawing one more number from a stream changes no other stream. */

export interface Random {
  /** From 0, below 1. */
  readonly next: () => number
  /** A whole number from `from` to `to`, both included. */
  readonly between: (from: number, to: number) => number
  readonly chance: (of: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
}

const hash = (text: string): number => {
  let h = 2166136261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619)
  return h >>> 0
}

/** A random number generator, Mulberry32: small, fast, and the same everywhere. */
export const make = (seed: number, stream: string): Random => {
  let state = (seed ^ hash(stream)) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    chance: (of) => next() < of,
    pick: (from) => {
      const picked = from[Math.floor(next() * from.length)]
      if (picked === undefined) throw new Error("nothing to pick from")
      return picked
    }
  }
}
