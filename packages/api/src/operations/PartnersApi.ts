/** The health of partners, and closing a circuit by hand. Contract: section 4, `onUnavailable`. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

export const PartnerView = Schema.Struct({
  /** The host as in a URL: lower case, with the port unless it is the scheme's default. */
  host: Schema.String,
  /** The state of its circuit breaker. `open`: runs are on hold. `half-open`: one of them is tried. */
  state: Schema.Literals(["closed", "open", "half-open"]),
  /** Since when it is open (half-open counts with it), or closed again. */
  since: Schema.String,
  /** Failures that were counted since it last answered. */
  failures: Schema.Int,
  /** Runs that are held for it. */
  waiting: Schema.Int
}).annotate({ identifier: "Partner" })
export type PartnerView = typeof PartnerView.Type

export class PartnersApi extends HttpApiGroup.make("partners")
  .add(
    HttpApiEndpoint.get("list", "/v1/partners", { query: pageQuery, success: pageOf(PartnerView) }).annotateMerge(
      OpenApi.annotations({ summary: "The partners that were ever unwell, by host" })
    ),
    HttpApiEndpoint.post("reset", "/v1/partners/:host/reset", {
      params: { host: Schema.String },
      success: PartnerView,
      error: Problems.NotFound
    }).annotateMerge(
      OpenApi.annotations({ summary: "Close the circuit of the partner, and release the runs on hold for it" })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Partners" }))
{}
