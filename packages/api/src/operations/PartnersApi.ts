/** Partners: their health, the limits that an operator sets on them, and closing a circuit by hand. Contract: section 7. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

const milliseconds = Schema.NullOr(Schema.Finite)

export const PartnerView = Schema.Struct({
  /** The host as in a URL: lower case, with the port unless it is the scheme's default. */
  host: Schema.String,
  /** The state of its circuit breaker. `open`: runs are on hold. `half-open`: one of them is tried. */
  state: Schema.Literals(["closed", "open", "half-open"]),
  since: Schema.optionalKey(
    Schema.String.annotate({
      description: "Since when its circuit is open (half-open counts with it), or closed again"
    })
  ),
  failures: Schema.Int.annotate({ description: "Failures that were counted since it last answered" }),
  waiting: Schema.Int.annotate({ description: "Runs that wait for it" }),
  nextTryAt: Schema.optionalKey(Schema.String.annotate({ description: "When the next of them is tried" })),
  open: Schema.Int.annotate({ description: "Requests on the wire" }),
  maxConcurrent: Schema.optionalKey(Schema.Int.annotate({ description: "Requests that may be open at once" })),
  ratePerSecond: Schema.optionalKey(
    Schema.Finite.annotate({ description: "Requests that may begin in any span of a second" })
  ),
  paused: Schema.Boolean.annotate({ description: "Nothing is sent to it" }),
  reason: Schema.optionalKey(Schema.String),
  last10m: Schema.Struct({
    calls: Schema.Int,
    failures: Schema.Int.annotate({ description: "Without an answer, or answered 5xx" }),
    p50: milliseconds,
    p95: milliseconds
  })
}).annotate({ identifier: "Partner" })
export type PartnerView = typeof PartnerView.Type

/** The body of `PUT /v1/partners/{host}`: an absent member keeps its value, `null` removes the limit. */
export const PartnerRequest = Schema.Struct({
  maxConcurrent: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  ratePerSecond: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  paused: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  reason: Schema.optionalKey(Schema.NullOr(Schema.String))
}).annotate({ identifier: "PartnerRequest" })

const params = { host: Schema.String }

export class PartnersApi extends HttpApiGroup.make("partners")
  .add(
    HttpApiEndpoint.get("list", "/v1/partners", { query: pageQuery, success: pageOf(PartnerView) }).annotateMerge(
      OpenApi.annotations({ summary: "Every host that was called, by host" })
    ),
    HttpApiEndpoint.get("get", "/v1/partners/:host", { params, success: PartnerView, error: Problems.NotFound }),
    HttpApiEndpoint.put("put", "/v1/partners/:host", {
      params,
      payload: PartnerRequest,
      success: PartnerView,
      error: Problems.withBody
    }).annotateMerge(OpenApi.annotations({ summary: "Limit or pause a partner, over all processes, within a second" })),
    HttpApiEndpoint.post("reset", "/v1/partners/:host/reset", {
      params,
      success: PartnerView,
      error: Problems.NotFound
    }).annotateMerge(
      OpenApi.annotations({ summary: "Close the circuit of the partner, and release the runs on hold for it" })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Partners" }))
{}
