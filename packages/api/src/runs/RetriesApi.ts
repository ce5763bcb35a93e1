/** Retries of one run, and steps resolved by hand. Contract: section 7. */
import { ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Finished, intakeHeaders, Receipt } from "../orders/OrdersApi.ts"
import { Authorization } from "../wire/Authorization.ts"
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
    }).annotateMerge(
      OpenApi.annotations({
        summary:
          "Settle a failed step by hand, and a retry goes on after it; or answer for the partner whose callback is waited for"
      })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Retries" }))
{}
