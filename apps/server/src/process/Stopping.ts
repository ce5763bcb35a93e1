/**
 * Signals that the process was asked to stop. First it drains: `/health/ready` reports it, and requests are served as
 * before (`SLUICE_DRAIN`). Then it stops: waits and streams on behalf of clients end, so that the listener can close;
 * runs have their own grace. Contract: section 2, and section 10, promise 5.
 */
import { Context, Deferred, Effect, Layer } from "effect"

export class Stopping extends Context.Service<Stopping, {
  /** Begins to drain: the process is no longer ready, and continues to serve. */
  readonly drain: Effect.Effect<void>
  /** True once `drain` or `begin` has been called. */
  readonly isDraining: () => boolean
  readonly begin: Effect.Effect<void>
  /** Passes once `begin` has been called. */
  readonly begun: Effect.Effect<void>
}>()("@sluice/server/Stopping") {
  static readonly layer: Layer.Layer<Stopping> = Layer.effect(
    Stopping,
    Effect.map(Deferred.make<void>(), (stop) => {
      let draining = false
      const drain = Effect.sync(() => {
        draining = true
      })
      return {
        drain,
        isDraining: () => draining,
        begin: Effect.andThen(drain, Effect.asVoid(Deferred.succeed(stop, undefined))),
        begun: Deferred.await(stop)
      }
    })
  )
}
