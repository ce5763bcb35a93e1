/** Background work that leaves the database and the process to orders: it rests between its parts. */
import { Clock, Duration, Effect } from "effect"

/** Sleeps for `share` times the time since `begun` (epoch milliseconds), and for 5 ms at least. */
export const restSince = (begun: number, share = 1): Effect.Effect<void> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Effect.sleep(Duration.millis(Math.max(5, (now - begun) * share)))
  )

/** Runs a part of an erasure, then rests half as long as it took: not as long, because an operator waits for the end. */
export const paced = <A, E, R>(part: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeMillis, (begun) => Effect.tap(part, () => restSince(begun, 0.5)))
