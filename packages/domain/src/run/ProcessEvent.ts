/** A process event: one run of a pipeline over an order. Contract: section 8. */
import { Schema } from "effect"
import { CalloutView } from "../callout/CalloutRecord.ts"

export const OpenRunState = Schema.Literals(["queued", "running", "waiting", "compensating"])
export const FinalRunState = Schema.Literals(["completed", "failed", "cancelled", "compensation-failed"])
export type FinalRunState = typeof FinalRunState.Type

export const RunState = Schema.Literals([...OpenRunState.literals, ...FinalRunState.literals])
export type RunState = typeof RunState.Type

export const isFinal = (state: RunState): state is FinalRunState =>
  (FinalRunState.literals as ReadonlyArray<string>).includes(state)

export const StepState = Schema.Literals([
  "pending",
  "running",
  "succeeded",
  "warning",
  "failed",
  "skipped",
  "cancelled"
])
export type StepState = typeof StepState.Type

export const StepPhase = Schema.Literals(["steps", "postProcessing", "compensation"])
export type StepPhase = typeof StepPhase.Type

/** A plugin's failure, by the plugin's name. */
export const PluginError = Schema.Struct({ name: Schema.String, message: Schema.String })
export type PluginError = typeof PluginError.Type

/** The typed error with which a step failed. Contract: section 6, "Custom plugins". */
export const StepErrorKind = Schema.Literals([
  "rejected",
  "timed-out",
  "unreachable",
  "invalid-response",
  "cancelled",
  "unprepared",
  "unknown",
  "defect"
])
export type StepErrorKind = typeof StepErrorKind.Type

/** A step's failure: the plugin's name, the typed error, and what happened. */
export const StepError = Schema.Struct({ name: Schema.String, kind: StepErrorKind, message: Schema.String })
export type StepError = typeof StepError.Type

export const StepView = Schema.Struct({
  id: Schema.String,
  index: Schema.Int,
  name: Schema.String,
  phase: StepPhase,
  critical: Schema.Boolean,
  state: StepState,
  reason: Schema.optionalKey(Schema.String),
  reusedFrom: Schema.optionalKey(Schema.String),
  startedAt: Schema.optionalKey(Schema.String),
  finishedAt: Schema.optionalKey(Schema.String),
  durationMs: Schema.optionalKey(Schema.Finite),
  output: Schema.optionalKey(Schema.Json),
  effects: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Json).annotate({
      description: "The results of effects that a custom plugin ran once, by name"
    })
  ),
  error: Schema.optionalKey(StepError),
  callouts: Schema.Array(CalloutView)
}).annotate({ identifier: "Step" })
export type StepView = typeof StepView.Type

const summaryFields = {
  id: Schema.String,
  eventId: Schema.String,
  orderId: Schema.String,
  pipeline: Schema.Struct({ name: Schema.String, version: Schema.Int }),
  shipmentId: Schema.optionalKey(Schema.String),
  state: RunState,
  reason: Schema.optionalKey(Schema.String),
  retryOf: Schema.optionalKey(Schema.String),
  fromStep: Schema.optionalKey(Schema.String),
  retryReason: Schema.optionalKey(Schema.String),
  requestedBy: Schema.optionalKey(Schema.String),
  createdAt: Schema.String,
  startedAt: Schema.optionalKey(Schema.String),
  finishedAt: Schema.optionalKey(Schema.String),
  durationMs: Schema.optionalKey(Schema.Finite),
  failedSteps: Schema.Int
}

/** The summary of a run in a list. */
export const ProcessEventSummary = Schema.Struct({
  ...summaryFields,
  failedStep: Schema.optionalKey(Schema.String.annotate({ description: "The id of the step that failed last" })),
  partner: Schema.optionalKey(
    Schema.String.annotate({ description: "The host of that step's last callout, as in a URL" })
  ),
  customerEmail: Schema.optionalKey(Schema.String.annotate({ description: "The order's, as it is now" })),
  externalId: Schema.optionalKey(Schema.String.annotate({ description: "The order's, as it is now" })),
  retriedBy: Schema.optionalKey(Schema.String.annotate({ description: "The newest retry of this process event" })),
  settled: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Of a run that ended badly: true once it was retried, resolved by hand, or its issue dealt with"
    })
  )
}).annotate({ identifier: "ProcessEventSummary" })
export type ProcessEventSummary = typeof ProcessEventSummary.Type

export const ProcessEvent = Schema.Struct({
  ...summaryFields,
  steps: Schema.Array(StepView),
  pluginErrorOutput: Schema.Array(PluginError)
}).annotate({ identifier: "ProcessEvent" })
export type ProcessEvent = typeof ProcessEvent.Type
