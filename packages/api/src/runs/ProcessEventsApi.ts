/** Process events: what the runs did and are doing. Contract: sections 7 and 8. */
import { CalloutView } from "@sluice/domain/callout/CalloutRecord"
import { Outcome } from "@sluice/domain/callout/Outcome"
import { ProcessEvent, ProcessEventSummary, RunState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { Moment, pageOf, pageQuery, partOfId, walkedEmail } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

const path = { id: Schema.String }

/** The longest reason, in characters. */
export const maxReason = 1000

/** The body of `POST /v1/process-events/{id}/cancel`. */
export const CancelRequest = Schema.Struct({
  reason: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(maxReason)).annotate({ description: "Kept as the run's reason" })
  ),
  compensate: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Undo what was completed, last first; without it nothing more is sent" })
  )
}).annotate({ identifier: "CancelRequest" })

export class ProcessEventsApi extends HttpApiGroup.make("processEvents")
  .add(
    HttpApiEndpoint.get("list", "/v1/process-events", {
      query: {
        ...pageQuery,
        state: Schema.optionalKey(RunState),
        orderId: Schema.optionalKey(Schema.String),
        pipeline: Schema.optionalKey(Schema.String),
        errorsOnly: Schema.optionalKey(Schema.Literals(["true", "false"])),
        createdAfter: Schema.optionalKey(Moment),
        createdBefore: Schema.optionalKey(Moment),
        email: walkedEmail,
        q: partOfId,
        partner: Schema.optionalKey(Schema.NonEmptyString.annotate({
          description:
            "Runs whose failed step called this host last, or that wait for it; with its port unless it is the scheme's "
            + "own. A page may be short, or empty, although more follow: nextCursor says so"
        })),
        step: Schema.optionalKey(
          Schema.NonEmptyString.annotate({ description: "Runs in which this step failed last" })
        ),
        outcome: Schema.optionalKey(
          Outcome.annotate({ description: "Runs whose failed step's last callout had this outcome" })
        ),
        settled: Schema.optionalKey(
          Schema.Literals(["true", "false"]).annotate({
            description: "false: failed runs that were neither retried nor resolved; true: every other run that ended"
          })
        )
      },
      success: pageOf(ProcessEventSummary)
    }),
    HttpApiEndpoint.get("get", "/v1/process-events/:id", {
      params: path,
      success: ProcessEvent,
      error: Problems.NotFound
    }),
    HttpApiEndpoint.get("callout", "/v1/process-events/:id/callouts/:calloutId", {
      params: { id: Schema.String, calloutId: Schema.String },
      success: CalloutView,
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "One callout with its bodies, however large" })),
    HttpApiEndpoint.get("stream", "/v1/process-events/:id/stream", {
      params: path,
      success: HttpApiSchema.StreamSse({ data: ProcessEvent }),
      error: Problems.NotFound
    }).annotateMerge(
      OpenApi.annotations({ summary: "Server-sent events: the whole process event at once and after each change" })
    ),
    HttpApiEndpoint.post("cancel", "/v1/process-events/:id/cancel", {
      params: path,
      payload: CancelRequest,
      success: ProcessEvent,
      error: [...Problems.withBody, Problems.NotFound, Problems.Conflict]
    }).annotateMerge(
      OpenApi.annotations({ summary: "End the run: its call is aborted, and no later step starts" })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Process events" }))
{}
