/** Issues: failures grouped by what went wrong. Contract: section 7. */
import { Issue, IssueState } from "@sluice/domain/run/Issue"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"
import { Job } from "./JobsApi.ts"

const params = { id: Schema.String }

/** The body of a request that acts on an issue. */
export const IssueRequest = Schema.Struct({ reason: Schema.optionalKey(Schema.String) })
  .annotate({ identifier: "IssueRequest" })

const act = { params, payload: IssueRequest, error: [...Problems.withBody, Problems.NotFound] }

export class IssuesApi extends HttpApiGroup.make("issues")
  .add(
    HttpApiEndpoint.get("list", "/v1/issues", {
      query: {
        ...pageQuery,
        state: Schema.optionalKey(IssueState),
        pipeline: Schema.optionalKey(Schema.String)
      },
      success: pageOf(Issue)
    }).annotateMerge(OpenApi.annotations({ summary: "Failures grouped by pipeline, step, outcome and message" })),
    HttpApiEndpoint.get("get", "/v1/issues/:id", { params, success: Issue, error: Problems.NotFound }),
    HttpApiEndpoint.post("acknowledge", "/v1/issues/:id/acknowledge", { ...act, success: Issue }).annotateMerge(
      OpenApi.annotations({ summary: "Say that it is known: its runs are settled, and further failures leave it so" })
    ),
    HttpApiEndpoint.post("resolve", "/v1/issues/:id/resolve", { ...act, success: Issue }).annotateMerge(
      OpenApi.annotations({ summary: "Say that it is mended: its runs are settled, and a further failure reopens it" })
    ),
    HttpApiEndpoint.post("retry", "/v1/issues/:id/retry", { ...act, success: Job.pipe(HttpApiSchema.status(202)) })
      .annotateMerge(OpenApi.annotations({ summary: "Retry its runs that were not put right, as a job" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Issues" }))
{}
