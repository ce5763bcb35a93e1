/**
 * A bound on waiting that holds for any effect. `Effect.timeout` waits until the interrupted effect has stopped, and a
 * driver that is connecting to a silent database stops only when it gives up. Contract: section 7, "While the database
 * is away".
 */
import { type Duration, Effect, Fiber } from "effect"

/** Runs the effect; after `patience`, interrupts it in the background and runs `orElse`. */
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
