/**
 * Traces of delivery attempts, as a layer around the store: leave it out for no traces. Spans belong to the trace of
 * their order; a message without an order (`customer.created`) is a trace of its own. `sluice.cause.id` is the timeline
 * entry that the message tells of (`webhook-cause`). Ids: `TraceSpan`.
 */
import { ofOrder, partIdOf, spanIdOf, type TraceSpan } from "@sluice/domain/identity/TraceSpan"
import { Effect, Layer } from "effect"
import { type AttemptRecord, type ClaimedDelivery, DeliveryStore } from "./DeliveryStore.ts"

export type Tell = (span: TraceSpan) => void

const traceOf = ({ orderId, messageId }: ClaimedDelivery) => {
  if (orderId === undefined) return { traceId: messageId.replaceAll("-", "") }
  const { traceId, spanId } = ofOrder(orderId)
  return { traceId, parentSpanId: spanId }
}

const succeeded = ({ error, response }: AttemptRecord): boolean => error === undefined && response !== undefined

const attemptSpan = (delivery: ClaimedDelivery, attempt: AttemptRecord): TraceSpan => ({
  ...traceOf(delivery),
  spanId: attempt.number === 1 ? spanIdOf(delivery.id) : partIdOf(delivery.id, attempt.number - 1),
  name: `deliver ${delivery.type}`,
  kind: "client",
  startedAt: attempt.startedAt,
  finishedAt: attempt.startedAt + attempt.durationMs,
  attributes: {
    "http.request.method": delivery.target?.callout?.method ?? "POST",
    "http.response.status_code": attempt.response?.status,
    "http.request.resend_count": attempt.number - 1,
    "error.type": attempt.error?.code,
    "sluice.order.id": delivery.orderId,
    "sluice.delivery.id": `delivery-${delivery.id.replaceAll("-", "")}`,
    "sluice.cause.id": delivery.cause,
    "sluice.delivery.type": delivery.type,
    "sluice.delivery.endpoint": delivery.endpointId
  },
  ...(!succeeded(attempt)
    && { error: attempt.error?.message ?? `answered ${attempt.response?.status ?? "nothing"}` })
})

/** A store that emits a span for each recorded attempt. */
export const store = (tell: Tell): Layer.Layer<DeliveryStore, never, DeliveryStore> =>
  Layer.effect(
    DeliveryStore,
    Effect.map(DeliveryStore, (inner) =>
      DeliveryStore.of({
        ...inner,
        settle: (delivery, settlement) =>
          Effect.tap(inner.settle(delivery, settlement), () =>
            Effect.sync(() => {
              if (settlement._tag === "Attempted") tell(attemptSpan(delivery, settlement.attempt))
            }))
      }))
  )
