/**
 * The loops that a process runs in the background, each counted by name in `sluice_background_loops{loop}`, so that one
 * that was built twice, or has ended, shows. Contract: section 7, `/metrics`.
 */
import { Cause, Effect, Metric, type Scope } from "effect"

const running = (loop: string) =>
  Metric.gauge("sluice_background_loops", {
    description: "Background loops that run in this process, by name; each is there once.",
    attributes: { loop }
  })

/** The pause of a loop after a failure. */
const pause = "1 second"

/**
 * Forks `body` until the scope closes, and counts it under `name`. A failure or a defect is logged, and `body` begins
 * again after a second; where it succeeds, the loop is over.
 */
export const fork = <E, R>(
  name: string,
  body: Effect.Effect<unknown, E, R>
): Effect.Effect<void, never, R | Scope.Scope> => {
  const gauge = running(name)
  const supervised: Effect.Effect<void, never, R> = Effect.catchCause(
    Effect.asVoid(body),
    (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logError(`background loop ${name}: it failed, and begins again`, cause).pipe(
          Effect.andThen(Effect.sleep(pause)),
          Effect.andThen(Effect.suspend(() => supervised))
        )
  )
  return Effect.acquireRelease(Metric.modify(gauge, 1), () => Metric.modify(gauge, -1)).pipe(
    Effect.andThen(Effect.forkScoped(supervised)),
    Effect.asVoid
  )
}
