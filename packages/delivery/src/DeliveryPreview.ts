/**
 * The request of a delivery as it would be sent now: shown before it is sent, and given to receivers that pull the
 * feed. Contract: section 7, deliveries and feed.
 */
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

/** A message as an endpoint gets it, signed at this moment. */
export type FeedMessage =
  | { readonly _tag: "Message"; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
  /** The endpoint's filter leaves it out. */
  | { readonly _tag: "Filtered" }
  /** The endpoint's filter, template or secret cannot be used. */
  | { readonly _tag: "Unprepared"; readonly message: string }

export class DeliveryPreview extends Context.Service<DeliveryPreview, {
  /**
   * The request of a delivery; `undefined` where nothing would be sent: the endpoint was deleted, or its filter or
   * template leaves the message out.
   */
  readonly request: (delivery: ClaimedDelivery) => Effect.Effect<ShownRequest | undefined>
  /** The message with its headers that begin with `webhook-`. */
  readonly message: (delivery: ClaimedDelivery) => Effect.Effect<FeedMessage>
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
    message: (delivery) => Effect.map(requestOf(delivery), messageOf),
    redacted: (body) => destinations.redactor().bytes(body)
  })
})

const messageOf = (made: DeliveryRequest.DeliveryRequest): FeedMessage => {
  switch (made._tag) {
    case "Ready": {
      const { body, headers } = made.request
      return { _tag: "Message", headers: webhookHeaders(headers), body }
    }
    case "Filtered":
      return { _tag: "Filtered" }
    case "Unprepared":
      return { _tag: "Unprepared", message: made.message }
    case "EndpointUnknown":
      return { _tag: "Unprepared", message: "the endpoint is not known here yet" }
  }
}

const webhookHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("webhook-")))
