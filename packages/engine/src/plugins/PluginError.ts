/** The ways in which a step fails, each of its own type. Contract: section 5, last paragraph, and section 6. */
import { UnreachableCode } from "@sluice/domain/callout/Outcome"
import type { StepErrorKind } from "@sluice/domain/run/ProcessEvent"
import { Cause, Schema } from "effect"

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
  /** The run goes on, regardless of the step's policy (a workflow step whose connector is not found). */
  continues: Schema.optionalKey(Schema.Boolean)
}) {}

/** The plugin, its options or an adapter on the way to the partner threw. The engine makes it; a plugin has no need to. */
export class Defect extends Schema.TaggedError<Defect>()("Defect", { message: Schema.String }) {}

/** It is not known whether the call took effect, and the probe could not tell: the call is not repeated. */
export class Unknown extends Schema.TaggedError<Unknown>()("Unknown", { message: Schema.String }) {}

export type PluginError =
  | Rejected
  | TimedOut
  | Unreachable
  | InvalidResponse
  | Cancelled
  | Unprepared
  | Unknown
  | Defect

const classes = [Rejected, TimedOut, Unreachable, InvalidResponse, Cancelled, Unprepared, Unknown, Defect]

export const isPluginError = (error: unknown): error is PluginError =>
  classes.some((PluginErrorClass) => error instanceof PluginErrorClass)

const kinds: { readonly [Tag in PluginError["_tag"]]: StepErrorKind } = {
  Rejected: "rejected",
  TimedOut: "timed-out",
  Unreachable: "unreachable",
  InvalidResponse: "invalid-response",
  Cancelled: "cancelled",
  Unprepared: "unprepared",
  Unknown: "unknown",
  Defect: "defect"
}

/** The error's name in the API: `error.kind` of a step. */
export const kindOf = ({ _tag }: PluginError): StepErrorKind => kinds[_tag]

/** The `error.code` of an attempt that ended with a thrown value, in the plugin's `judge` or while sending. */
export const defectCode = "defect"

/** A thrown value as an error of the step. */
export const toDefect = (thrown: unknown): Defect => {
  // Schema says in its own words that a transformation threw; what it threw is the cause.
  if (thrown instanceof Error && Cause.isCause(thrown.cause)) return toDefect(Cause.squash(thrown.cause))
  if (thrown instanceof Error) return new Defect({ message: thrown.message || thrown.name })
  try {
    return new Defect({ message: String(thrown) })
  } catch {
    return new Defect({ message: "a value with no message was thrown" })
  }
}
