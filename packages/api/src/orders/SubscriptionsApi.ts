/** Subscriptions, as completed orders left them. Contract: sections 7 and 9. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

export const StoredSubscription = Schema.Record(Schema.String, Schema.Json).annotate({ identifier: "Subscription" })

export class SubscriptionsApi extends HttpApiGroup.make("subscriptions")
  .add(
    HttpApiEndpoint.get("list", "/v1/subscriptions", { query: pageQuery, success: pageOf(StoredSubscription) }),
    HttpApiEndpoint.get("get", "/v1/subscriptions/:id", {
      params: { id: Schema.String },
      success: StoredSubscription,
      error: Problems.NotFound
    })
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Subscriptions" }))
{}
