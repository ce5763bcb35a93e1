/**
 * Notifies this process of deliveries that it stored, after the commit, so that it need not poll for them, and tells a
 * statement beforehand how many of them this process claims.
 */
import type { ClaimedDelivery, ClaimRequest } from "@sluice/delivery/DeliveryStore"
import { newUuidUnsafe } from "@sluice/domain/internal/identity/UuidV7"
import { Context, Effect, Latch, Layer, type Scope } from "effect"

/** The deliveries of a statement that this process claims, under this mark, with its commit. */
export interface Offer {
  /** A UUID. */
  readonly mark: string
  readonly room: ClaimRequest
  /** Called once the result of the statement is known. */
  readonly taken: (deliveries: ReadonlyArray<ClaimedDelivery>) => void
}

export interface Taker {
  readonly room: () => ClaimRequest
  readonly start: (mark: string, deliveries: ReadonlyArray<ClaimedDelivery>) => void
}

const nothing: Offer = {
  mark: "00000000-0000-0000-0000-000000000000",
  room: { room: new Map(), otherwise: 0, total: 0 },
  taken: () => {}
}

/** Longer than a statement may take. */
const patience = "6 seconds"

export class DeliverySignal extends Context.Service<DeliverySignal, {
  readonly publish: () => void
  /** Passes at the next `publish`, or at once if there was one since it last passed. */
  readonly published: Effect.Effect<void>
  /** The offer for a statement that makes deliveries. */
  readonly offer: () => Offer
  /**
   * Registers the sender of this process until the scope is closed, which waits for open statements. At most one at a
   * time.
   */
  readonly receive: (taker: Taker) => Effect.Effect<void, never, Scope.Scope>
}>()("@sluice/persistence/deliveries/DeliverySignal") {
  static readonly layer = Layer.sync(DeliverySignal, () => {
    const latch = Latch.makeUnsafe(false)
    const settled = Latch.makeUnsafe(true)
    let taker: Taker | undefined
    let open = 0

    const offer = (): Offer => {
      if (taker === undefined) return nothing
      const { room, start } = taker
      const mark = newUuidUnsafe()
      let isOpen = true
      open++
      settled.closeUnsafe()
      return {
        mark,
        room: room(),
        taken: (deliveries) => {
          if (!isOpen) return
          isOpen = false
          if (deliveries.length > 0) start(mark, deliveries)
          if (--open === 0) settled.openUnsafe()
        }
      }
    }

    return DeliverySignal.of({
      publish: () => {
        latch.openUnsafe()
      },
      published: Effect.andThen(latch.await, Effect.sync(() => latch.closeUnsafe())),
      offer,
      receive: (its) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            taker = its
          }),
          () =>
            Effect.andThen(
              Effect.sync(() => {
                taker = undefined
              }),
              Effect.timeoutOption(settled.await, patience)
            )
        )
    })
  })
}
