/**
 * The causal record of an order: what happened, in the order of time, each entry with the one that it follows from.
 * Contract: section 7, `timeline` and `why`.
 */
import { Schema } from "effect"

export const TimelineKind = Schema.Literals([
  "submitted",
  "version",
  "run",
  "step",
  "callout",
  "probe",
  "callback",
  "compensation",
  "delivery",
  "attempt",
  "operator"
])
export type TimelineKind = typeof TimelineKind.Type

/** One entry. The members after `summary` name the resource that it tells of. */
export const TimelineEntry = Schema.Struct({
  id: Schema.String,
  /** ISO 8601, UTC, to the millisecond. */
  at: Schema.String,
  kind: TimelineKind,
  cause: Schema.optionalKey(
    Schema.String.annotate({
      description: "The id of the entry that it follows from; a submission and an act have none"
    })
  ),
  summary: Schema.String,
  durationMs: Schema.optionalKey(
    Schema.Finite.annotate({ description: "How long it took; absent of what is open, and of what takes no time" })
  ),
  version: Schema.optionalKey(Schema.Int),
  processEventId: Schema.optionalKey(Schema.String),
  stepId: Schema.optionalKey(Schema.String),
  calloutId: Schema.optionalKey(Schema.String),
  deliveryId: Schema.optionalKey(Schema.String),
  action: Schema.optionalKey(Schema.String),
  actor: Schema.optionalKey(Schema.String),
  reason: Schema.optionalKey(Schema.String),
  jobId: Schema.optionalKey(Schema.String.annotate({ description: "The job that acted for the actor" }))
}).annotate({ identifier: "TimelineEntry" })
export type TimelineEntry = typeof TimelineEntry.Type

/** A link of the chain from a member's value back to its origin. */
export const WhyLink = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals([...TimelineKind.literals, "setting"]),
  at: Schema.String,
  summary: Schema.String,
  /** The member's value on both sides of the change; absent where the member was absent. */
  before: Schema.optionalKey(Schema.Json),
  after: Schema.optionalKey(Schema.Json),
  href: Schema.String,
  name: Schema.optionalKey(Schema.String.annotate({ description: "Of a setting: the pipeline" })),
  version: Schema.optionalKey(Schema.Int),
  expression: Schema.optionalKey(
    Schema.String.annotate({ description: "Of a setting: the member or the expressions that the value comes from" })
  ),
  savedBy: Schema.optionalKey(Schema.String.annotate({ description: "Of a setting: who saved this version" })),
  jobId: Schema.optionalKey(Schema.String.annotate({ description: "Of an operator's act: the job that acted" }))
}).annotate({ identifier: "WhyLink" })
export type WhyLink = typeof WhyLink.Type

/** A delivery that was sent with the value in its body. */
export const Told = Schema.Struct({
  deliveryId: Schema.String,
  endpointId: Schema.NullOr(Schema.String),
  deliveredAt: Schema.optionalKey(Schema.String)
})
export type Told = typeof Told.Type

/** The explanation of a member's value: the version that brought it, and the chain of causes. */
export const Why = Schema.Struct({
  /** Absent where the member was removed. */
  value: Schema.optionalKey(Schema.Json),
  version: Schema.Int.annotate({ description: "The version that brought the value" }),
  chain: Schema.Array(WhyLink),
  toldTo: Schema.Array(Told)
}).annotate({ identifier: "Why" })
export type Why = typeof Why.Type
