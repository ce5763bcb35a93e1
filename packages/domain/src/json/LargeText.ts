/**
 * Work on large documents in turns. One step over a document of a mebibyte takes some tens of milliseconds (parsing it,
 * merging it, writing it), and a run takes several: between them the process serves other fibers. Contract: section 3,
 * "Limits".
 */
import { Effect } from "effect"
import type { Steps } from "./Steps.ts"

declare const setImmediate: ((callback: () => void) => unknown) | undefined
declare const setTimeout: (callback: () => void, ms: number) => unknown

/**
 * Characters of a document above which work on it is done in turns. Work on a smaller one takes a few milliseconds.
 */
export const largeLength = 65_536

/** Those that wait for their turn, in the order in which they came. */
const waiting = new Set<() => void>()

const soon = (callback: () => void): unknown =>
  typeof setImmediate === "undefined" ? setTimeout(callback, 0) : setImmediate(callback)

/** One turn for each round of the event loop, so that input, output and timers come between two of them. */
const next = (): void => {
  const [resume] = waiting
  if (resume === undefined) return
  waiting.delete(resume)
  if (waiting.size > 0) soon(next)
  resume()
}

/** Waits until no other fiber works on a large text and all others had a chance to run. Interruptible. */
export const turn: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const take = () => resume(Effect.void)
  waiting.add(take)
  if (waiting.size === 1) soon(next)
  return Effect.sync(() => {
    waiting.delete(take)
  })
})

/** Performs work on a large document: each of its steps waits for a turn. */
export const inTurns = <A>(steps: Steps<A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const { done, value } = steps.next()
    return done === true ? Effect.succeed(value) : Effect.andThen(turn, inTurns(steps))
  })

/**
 * Waits for a turn if a document of `length` characters or bytes is large; passes at once otherwise, as for nearly all.
 */
export const turnFor = (length: number): Effect.Effect<void> => length < largeLength ? Effect.void : turn

const large = new WeakSet<object>()

/** Remembers the length of the text from which a value was parsed, for callers that have only the value. */
export const measured = <Value>(value: Value, length: number): Value => {
  if (length >= largeLength && typeof value === "object" && value !== null) large.add(value)
  return value
}

export const isLarge = (value: unknown): boolean => typeof value === "object" && value !== null && large.has(value)

/** Waits for a turn if the value is known to be large. */
export const turnOf = (value: unknown): Effect.Effect<void> => isLarge(value) ? turn : Effect.void
