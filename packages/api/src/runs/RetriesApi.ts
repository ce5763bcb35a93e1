/** Retries: of one run, of many, and steps settled by hand. Contract: section 7. */
import { FinalRunState, ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Finished, intakeHeaders, Receipt } from "../orders/OrdersApi.ts"
import { Authorization } from "../wire/Authorization.ts"
import { Moment } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

const path = { id: Schema.String }

/** The body of `POST /v1/process-events/{id}/retry`; every member is optional. */
export const RetryRequest = Schema.Struct({
  from: Schema.optionalKey(
    Schema.String.annotate({ description: "The step to go on at; absent: where the run stopped" })
  ),
  pipeline: Schema.optionalKey(Schema.Literals(["original", "current"])),
  reason: Schema.optionalKey(Schema.String),
  newKey: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Send under a new Idempotency-Key although the outcome of the earlier request is unknown"
    })
  )
})

export const ResolveRequest = Schema.Struct({
  output: Schema.optionalKey(Schema.Json.annotate({ description: "What later steps see as the step's output" })),
  reason: Schema.NonEmptyString
})

/** Selects ended runs that were not retried yet and match all members given. */
export const RetryFilter = Schema.Struct({
  state: Schema.optionalKey(FinalRunState),
  orderId: Schema.optionalKey(Schema.String),
  pipeline: Schema.optionalKey(Schema.String),
  errorsOnly: Schema.optionalKey(Schema.Boolean),
  createdAfter: Schema.optionalKey(Moment),
  createdBefore: Schema.optionalKey(Moment),
  failedStep: Schema.optionalKey(Schema.String.annotate({ description: "Runs in which the step of this id failed" }))
}).annotate({ identifier: "RetryFilter" })

export const BulkRetryRequest = Schema.Struct({ filter: RetryFilter, reason: Schema.NonEmptyString })

/** A job that retries many runs. */
export const Job = Schema.Struct({
  id: Schema.String,
  state: Schema.Literals(["queued", "running", "completed", "cancelled"]),
  filter: RetryFilter,
  reason: Schema.String,
  requestedBy: Schema.optionalKey(Schema.String),
  total: Schema.optionalKey(Schema.Int.annotate({ description: "Runs that matched when the job began" })),
  done: Schema.Int.annotate({ description: "Retried, and the retry completed or still goes on" }),
  failed: Schema.Int.annotate({ description: "Retried, and the retry ended otherwise" }),
  skipped: Schema.Int.annotate({ description: "Not retried: open meanwhile, or impossible" }),
  createdAt: Schema.String,
  startedAt: Schema.optionalKey(Schema.String),
  finishedAt: Schema.optionalKey(Schema.String),
  problems: Schema.Array(Schema.Struct({
    processEventId: Schema.String,
    retry: Schema.optionalKey(Schema.String),
    outcome: Schema.Literals(["done", "failed", "skipped"]),
    message: Schema.optionalKey(Schema.String)
  })).annotate({ description: "The first 20 that failed again or were skipped, and why" })
}).annotate({ identifier: "Job" })

export class RetriesApi extends HttpApiGroup.make("retries")
  .add(
    HttpApiEndpoint.post("retry", "/v1/process-events/:id/retry", {
      params: path,
      headers: intakeHeaders,
      payload: RetryRequest,
      success: [Receipt.pipe(HttpApiSchema.status(202)), Finished],
      error: [...Problems.withBody, Problems.NotFound, Problems.Conflict, Problems.RetryRefused, Problems.QueueFull]
    }).annotateMerge(
      OpenApi.annotations({ summary: "Go on with a run that has ended, in a new one that reuses the records before" })
    ),
    HttpApiEndpoint.post("resolve", "/v1/process-events/:id/steps/:stepId/resolve", {
      params: { id: Schema.String, stepId: Schema.String },
      payload: ResolveRequest,
      success: ProcessEvent,
      error: [...Problems.withBody, Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Settle a failed step by hand; a retry goes on after it" })),
    HttpApiEndpoint.post("retryMany", "/v1/process-events/retry", {
      payload: BulkRetryRequest,
      success: Job.pipe(HttpApiSchema.status(202)),
      error: Problems.withBody
    }).annotateMerge(OpenApi.annotations({ summary: "Retry every run that matches, oldest first, as a job" })),
    HttpApiEndpoint.get("job", "/v1/jobs/:id", { params: path, success: Job, error: Problems.NotFound }),
    HttpApiEndpoint.post("cancelJob", "/v1/jobs/:id/cancel", {
      params: path,
      success: Job,
      error: [Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Take up no further run; those that are retried go on" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Retries" }))
{}
