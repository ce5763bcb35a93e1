/** Request and answer of `POST /v1/pipelines/{name}/simulate`. Contract: section 7. */
import { FinalRunState, StepPhase, StepState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"

/** The number of runs simulated by default, and the largest. */
export const defaultRuns = 100
export const mostRuns = 10_000
/** The largest number of orders in one request. */
export const mostOrders = 1000

export const SimulationRequest = Schema.Struct({
  /** A pipeline; absent: the stored one. */
  definition: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  /** Ids of orders: the last run of each is simulated. */
  orders: Schema.optionalKey(
    Schema.Array(Schema.NonEmptyString).check(
      Schema.isMaxLength(mostOrders, { expected: `at most ${mostOrders} orders` })
    )
  ),
  /** The number of the pipeline's last runs to simulate, unless `orders` names some. */
  lastRuns: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostRuns }, { expected: `1 to ${mostRuns}` }))
  ),
  /** Instead of recorded runs, an order as it would be submitted: its requests are planned. */
  order: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  /** Instead of recorded runs, the id of a stored order: its requests are planned. */
  orderId: Schema.optionalKey(Schema.NonEmptyString)
}).annotate({ identifier: "SimulationRequest" })
export type SimulationRequest = typeof SimulationRequest.Type

export const StepDifference = Schema.Struct({
  stepId: Schema.String,
  kind: Schema.Literals(["added", "removed", "request", "outcome"]),
  before: Schema.optionalKey(Schema.Json),
  after: Schema.optionalKey(Schema.Json)
}).annotate({ identifier: "StepDifference" })

export const PlannedRequest = Schema.Struct({
  method: Schema.String,
  endpoint: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String),
  body: Schema.Json,
  /** True if an answer to it is on record. */
  answered: Schema.Boolean,
  /** True if the request would be queued as a delivery, without the run waiting for it. */
  delivery: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "PlannedRequest" })

export const PlannedStep = Schema.Struct({
  stepId: Schema.String,
  name: Schema.String,
  phase: StepPhase,
  /** `unknown`: depends on an answer that was never recorded. */
  state: Schema.Union([StepState, Schema.Literal("unknown")]),
  reason: Schema.String,
  error: Schema.optionalKey(Schema.String),
  /** First attempts, in the order in which they would leave, redacted. */
  requests: Schema.Array(PlannedRequest),
  /** The ids of the steps whose answers this step's requests are built from. */
  dependsOn: Schema.optionalKey(Schema.Array(Schema.String))
}).annotate({ identifier: "PlannedStep" })

const Ended = Schema.Struct({ state: FinalRunState })

export const SimulatedRun = Schema.Struct({
  orderId: Schema.String,
  processEventId: Schema.optionalKey(Schema.String),
  /** True if nothing would differ and every request had a recorded answer. */
  same: Schema.Boolean,
  before: Schema.optionalKey(Ended),
  after: Ended,
  differences: Schema.Array(StepDifference),
  /** The ids of steps with a request without a recorded answer, which was assumed to succeed. */
  unanswered: Schema.Array(Schema.String),
  /** With `order` or `orderId`: the requests of each step. */
  plan: Schema.optionalKey(Schema.Array(PlannedStep))
}).annotate({ identifier: "SimulatedRun" })
export type SimulatedRun = typeof SimulatedRun.Type

export const SimulationAnswer = Schema.Struct({ items: Schema.Array(SimulatedRun) })
