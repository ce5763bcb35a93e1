/** Background work that leaves the database and the process to orders: it rests between its parts. */
import { Clock, Duration, Effect } from "effect"

/** Rests in proportion to the time since `begun`, epoch milliseconds: as long, unless `share` says otherwise; at least 5 ms. */
export const restSince = (begun: number, share = 1): Effect.Effect<void> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Effect.sleep(Duration.millis(Math.max(5, (now - begun) * share)))
  )

/** Does a part of an erasure, and rests half as long as it took: an operator waits for its end. */
export const paced = <A, E, R>(part: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeMillis, (begun) => Effect.tap(part, () => restSince(begun, 0.5)))
