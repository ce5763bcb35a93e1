/**
 * Pipelines and their steps, as they are run: names resolved, defaults filled, members camelCase.
 * How a settings document becomes one of these is in `PipelineDocument`. Contract: section 4.
 */
import { Schema } from "effect"

const Strings = Schema.Array(Schema.String)

/** The orders that a pipeline accepts. All given conditions must hold. */
export const Match = Schema.Struct({
  orderTypes: Schema.optionalKey(Strings),
  statuses: Schema.optionalKey(Strings),
  marketIds: Schema.optionalKey(Strings),
  /** JSONata over `{ order }`. */
  when: Schema.optionalKey(Schema.String)
})
export type Match = typeof Match.Type

/** The markets and stores of a step. Disabled wins over enabled. */
export const Scope = Schema.Struct({
  enabledForMarkets: Schema.optionalKey(Strings),
  disabledForMarkets: Schema.optionalKey(Strings),
  enabledForStores: Schema.optionalKey(Strings),
  disabledForStores: Schema.optionalKey(Strings)
})
export type Scope = typeof Scope.Type

/** The options of a callout beside the step's own: its compensation (`compensate`), or its `probe`. */
export const CalloutOptions = Schema.Struct({
  endpoint: Schema.String,
  method: Schema.optionalKey(Schema.String),
  /** Milliseconds, above 0. */
  timeoutValue: Schema.optionalKey(Schema.Number),
  shouldRejectOn: Schema.optionalKey(Schema.Struct({ status: Schema.Array(Schema.Int) })),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  body: Schema.optionalKey(Schema.Json),
  /** `whsec_…`: signs the request. */
  signingSecret: Schema.optionalKey(Schema.String),
  /** The reason why a secret of the callout cannot be read: nothing is sent. */
  unreadable: Schema.optionalKey(Schema.String)
})
export type CalloutOptions = typeof CalloutOptions.Type

export const StepId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*$/, { expected: "a letter or _ followed by letters, digits and _" })
)

export const Step = Schema.Struct({
  /** The plugin's name. */
  name: Schema.String,
  service: Schema.optionalKey(Schema.String),
  /** Unique over `steps` and `postProcessing`. */
  id: StepId,
  active: Schema.Boolean,
  /** Absent: the plugin's own default. */
  critical: Schema.optionalKey(Schema.Boolean),
  /** JSONata; false or empty skips the step. */
  when: Schema.optionalKey(Schema.String),
  /** JSON Schema of the expected body. */
  responseSchema: Schema.optionalKey(Schema.Json),
  compensate: Schema.optionalKey(CalloutOptions),
  probe: Schema.optionalKey(CalloutOptions),
  onUnavailable: Schema.optionalKey(Schema.Literals(["fail", "hold"])),
  /** False where the run does not wait for the step's call: it is sent as a delivery. Absent: true. */
  blocking: Schema.optionalKey(Schema.Boolean),
  /**
   * Present where a 2xx only acknowledges the request, and the answer comes later to the callback URL that the request
   * carries.
   */
  awaitCallback: Schema.optionalKey(Schema.Struct({
    /** Milliseconds from the 2xx, above 0. */
    timeout: Schema.Number
  })),
  scope: Scope,
  /** The plugin's configuration: `options`, or for workflow steps the step's own members. */
  options: Schema.Record(Schema.String, Schema.Json),
  /** The reason why a secret of the step cannot be read: the step fails, with nothing sent. */
  unreadable: Schema.optionalKey(Schema.String)
})
export type Step = typeof Step.Type

export const Pipeline = Schema.Struct({
  name: Schema.String,
  version: Schema.Int,
  match: Match,
  priority: Schema.Number,
  /** The order's status when a critical plugin failed. */
  failedStatus: Schema.String,
  completedStatus: Schema.optionalKey(Schema.String),
  /** Milliseconds from the run's start. */
  deadlineMs: Schema.optionalKey(Schema.Number),
  steps: Schema.Array(Step),
  postProcessing: Schema.Array(Step)
})
export type Pipeline = typeof Pipeline.Type
