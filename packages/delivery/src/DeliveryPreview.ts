/** The request of a delivery that was not sent yet, as it would be sent now. Contract: section 7, deliveries. */
import type { Signature } from "@sluice/http-client/Signature"
import { Context, Effect, Layer } from "effect"
import * as DeliveryRequest from "./DeliveryRequest.ts"
import type { ClaimedDelivery } from "./DeliveryStore.ts"
import { Destinations } from "./Destinations.ts"
import type { MessageExpressions } from "./MessageExpressions.ts"

/** A request as it may be shown: without secrets. */
export interface ShownRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export class DeliveryPreview extends Context.Service<DeliveryPreview, {
  /** `undefined` where nothing would be sent: the endpoint is gone, or its filter or template says so. */
  readonly request: (delivery: ClaimedDelivery) => Effect.Effect<ShownRequest | undefined>
  /** Hides every configured secret in a body that was sent. */
  readonly redacted: (body: Uint8Array) => Uint8Array
}>()("@sluice/delivery/DeliveryPreview") {
  static readonly layer: Layer.Layer<DeliveryPreview, never, Destinations | MessageExpressions | Signature> = Layer
    .effect(DeliveryPreview, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const destinations = yield* Destinations
  const requestOf = yield* DeliveryRequest.make
  return DeliveryPreview.of({
    request: (delivery) =>
      Effect.map(requestOf(delivery), (made) => {
        if (made._tag !== "Ready") return undefined
        const redactor = destinations.redactor()
        return { ...DeliveryRequest.shown(made.request, redactor), body: redactor.bytes(made.request.body) }
      }),
    redacted: (body) => destinations.redactor().bytes(body)
  })
})
