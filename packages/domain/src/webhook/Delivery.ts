/** A delivery: one message to one endpoint, with its attempts. Contract: sections 1 and 9. */
import { Schema } from "effect"

/**
 * The state of a delivery. `filtered`, `cancelled` and `held` ones are not attempted; of these, only `held` ones can
 * be sent again, by replay.
 */
export const DeliveryState = Schema.Literals(["pending", "delivered", "exhausted", "held", "filtered", "cancelled"])
export type DeliveryState = typeof DeliveryState.Type

/** The types of deliveries that no endpoint subscribes to: those that steps make, and test sends. */
export const exportType = "export"
export const postProcessingType = "postProcessing"
export const calloutType = "callout"
export const testType = "test"

export const AttemptView = Schema.Struct({
  /** The attempt, counted from 1, redeliveries and replays included. */
  number: Schema.Int,
  startedAt: Schema.String,
  durationMs: Schema.Finite,
  status: Schema.optionalKey(Schema.Int),
  error: Schema.optionalKey(Schema.Struct({ code: Schema.String, message: Schema.String })),
  /** The first 64 KiB of the answer's body as text; `body` is null where the bytes are no text. */
  response: Schema.optionalKey(Schema.Struct({
    status: Schema.Int,
    headers: Schema.Record(Schema.String, Schema.String),
    body: Schema.NullOr(Schema.String),
    bodyBase64: Schema.optionalKey(Schema.String),
    truncated: Schema.optionalKey(Schema.Boolean)
  }))
})
export type AttemptView = typeof AttemptView.Type

export const DeliverySummary = Schema.Struct({
  id: Schema.String,
  /** `webhook-id`: the same over attempts, endpoints, redelivery and replay. */
  messageId: Schema.String,
  sequence: Schema.Finite,
  /** Null for what a step sends. */
  endpointId: Schema.NullOr(Schema.String),
  type: Schema.String,
  orderId: Schema.optionalKey(Schema.String),
  /** The URL of a step's message. */
  url: Schema.optionalKey(Schema.String),
  state: DeliveryState,
  reason: Schema.optionalKey(Schema.String),
  /** The delivery of the same order and endpoint that has to end first. */
  blockedBy: Schema.optionalKey(Schema.String),
  nextAttemptAt: Schema.optionalKey(Schema.String),
  /** Why a pending delivery is not attempted at this moment, in words. */
  waitReason: Schema.optionalKey(Schema.String),
  attemptCount: Schema.Int,
  createdAt: Schema.String,
  finishedAt: Schema.optionalKey(Schema.String)
})
export type DeliverySummary = typeof DeliverySummary.Type

export const DeliveryView = Schema.Struct({
  ...DeliverySummary.fields,
  /** The id of the timeline entry that a message about an order tells of: `webhook-cause`. */
  cause: Schema.optionalKey(Schema.String),
  /** The request of the last attempt, or as it would be sent now; without secrets. `body` is JSON, or text that is none. */
  request: Schema.optionalKey(Schema.Struct({
    url: Schema.String,
    headers: Schema.Record(Schema.String, Schema.String),
    body: Schema.Json
  })),
  attempts: Schema.Array(AttemptView)
}).annotate({ identifier: "Delivery" })
export type DeliveryView = typeof DeliveryView.Type
