/**
 * That the process has been told to stop: what waits or watches on behalf of a client ends now, so that the listener can
 * close; what is being executed has its own grace. Contract: section 10, promise 5.
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
