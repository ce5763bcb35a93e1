/**
 * A clock that stands still until advanced, and on which no fiber waits: a wait of a day is over at once, a day later.
 */
import { type Clock, Duration, Effect } from "effect"

export interface SimulatedClock extends Clock.Clock {
  /** Epoch milliseconds; never backwards. */
  readonly advanceTo: (time: number) => void
}

export const make = (start: number): SimulatedClock => {
  let now = start
  const nanos = () => BigInt(Math.floor(now)) * 1_000_000n
  return {
    advanceTo: (time) => {
      now = Math.max(now, time)
    },
    currentTimeMillisUnsafe: () => now,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.sync(() => {
        now += Duration.toMillis(duration)
      })
  }
}
