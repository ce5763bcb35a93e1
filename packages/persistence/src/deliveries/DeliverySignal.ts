/** Tells this process that deliveries were made here, after their commit, so that nobody has to look for them. */
import { Context, Effect, Latch, Layer } from "effect"

export class DeliverySignal extends Context.Service<DeliverySignal, {
  readonly publish: () => void
  /** Passes at the next `publish`, or at once where there was one since the last time that this passed. */
  readonly published: Effect.Effect<void>
}>()("@sluice/persistence/deliveries/DeliverySignal") {
  static readonly layer = Layer.sync(DeliverySignal, () => {
    const latch = Latch.makeUnsafe(false)
    return DeliverySignal.of({
      publish: () => {
        latch.openUnsafe()
      },
      published: Effect.andThen(latch.await, Effect.sync(() => latch.closeUnsafe()))
    })
  })
}
