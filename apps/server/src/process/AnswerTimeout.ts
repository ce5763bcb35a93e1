/**
 * A bound on waiting that holds whatever is waited for. `Effect.timeout` waits until what it interrupts has let go, and
 * a driver that is connecting to a silent database lets go when it has given up. Contract: section 7, "While the
 * database is away".
 */
import { type Duration, Effect, Fiber } from "effect"

/**
 * The effect's own end, or after `patience` that of `orElse`. What is left behind is interrupted and comes to its end
 * alone; so it is where the waiting itself is interrupted.
 */
export const atMost =
  <A2, E2, R2>(patience: Duration.Input, orElse: () => Effect.Effect<A2, E2, R2>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | A2, E | E2, R | R2> =>
    Effect.flatMap(Effect.forkDetach(effect), (fiber) => {
      const leave = Effect.sync(() => fiber.interruptUnsafe())
      return Fiber.join(fiber).pipe(
        Effect.onInterrupt(() => leave),
        Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.suspend(orElse) })
      )
    })
