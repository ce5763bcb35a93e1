/**
 * Signals that the process was asked to stop: waits and streams on behalf of clients end now, so that the listener can
 * close; runs have their own grace. Contract: section 10, promise 5.
 */
import { Context, Deferred, Effect, Layer } from "effect"

export class Stopping extends Context.Service<Stopping, {
  readonly begin: Effect.Effect<void>
  /** Passes once `begin` has been called. */
  readonly begun: Effect.Effect<void>
}>()("@sluice/server/Stopping") {
  static readonly layer: Layer.Layer<Stopping> = Layer.effect(
    Stopping,
    Effect.map(Deferred.make<void>(), (stop) => ({
      begin: Effect.asVoid(Deferred.succeed(stop, undefined)),
      begun: Deferred.await(stop)
    }))
  )
}
