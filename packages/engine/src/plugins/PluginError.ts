/** The ways in which a step fails, each of its own type. Contract: section 5, last paragraph, and section 6. */
import { UnreachableCode } from "@sluice/domain/callout/Outcome"
import { Schema } from "effect"

/** The partner said no: by status, by `CancelWorkflow`, by `success: false`. */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  message: Schema.String,
  /** `CancelWorkflow` of a workflow step: the partner's own decision, not a fault of its system. */
  byPartner: Schema.optionalKey(Schema.Boolean)
}) {}

export class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", { message: Schema.String }) {}

export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  message: Schema.String,
  code: UnreachableCode
}) {}

/** An answer came that does not say what it must. */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  message: Schema.String
}) {}

/** An operator's cancel ended the call. */
export class Cancelled extends Schema.TaggedError<Cancelled>()("Cancelled", { message: Schema.String }) {}

/** No request could be made: an expression yields nothing, or no connector matches. Nothing was sent. */
export class Unprepared extends Schema.TaggedError<Unprepared>()("Unprepared", {
  message: Schema.String,
  /** The run goes on whatever the step's policy (a workflow step whose connector is not found). */
  continues: Schema.optionalKey(Schema.Boolean)
}) {}

export type PluginError = Rejected | TimedOut | Unreachable | InvalidResponse | Cancelled | Unprepared
