/** Subscriptions: created by completed orders, and changed by later ones. Contract: sections 7 and 9. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

export const SubscriptionStatus = Schema.Literals(["active", "cancelled"])

const sent = {
  id: Schema.String,
  status: SubscriptionStatus,
  version: Schema.Int.annotate({ description: "From 1, increased with each change" }),
  customerId: Schema.NullOr(Schema.String),
  cancelledAt: Schema.optionalKey(Schema.String),
  parentSubscriptionId: Schema.optionalKey(
    Schema.String.annotate({ description: "The subscription to which an ADD_OFFER order added this one" })
  )
}

/** A subscription as its webhooks carry it. */
export const Subscription = Schema.StructWithRest(Schema.Struct(sent), [Schema.Record(Schema.String, Schema.Json)])
  .annotate({ identifier: "Subscription", description: "The seed's subscription, with its status and version" })

export const Entitlement = Schema.Struct({
  id: Schema.String,
  product: Schema.Json,
  status: Schema.Literals(["Active", "Inactive"])
}).annotate({ identifier: "Entitlement" })

export const StoredSubscription = Schema.StructWithRest(
  Schema.Struct({
    ...sent,
    orderId: Schema.String.annotate({ description: "The order that created it" }),
    entitlements: Schema.Array(Entitlement),
    createdAt: Schema.String
  }),
  [Schema.Record(Schema.String, Schema.Json)]
).annotate({ identifier: "StoredSubscription" })

/** One version of a subscription, and the run that made it. */
export const SubscriptionVersion = Schema.Struct({
  version: Schema.Int,
  at: Schema.String,
  cause: Schema.Struct({
    orderId: Schema.String,
    processEventId: Schema.optionalKey(
      Schema.String.annotate({ description: "Absent where the run is no longer kept" })
    )
  }),
  before: Schema.NullOr(Subscription),
  after: Subscription
}).annotate({ identifier: "SubscriptionVersion" })

export class SubscriptionsApi extends HttpApiGroup.make("subscriptions")
  .add(
    HttpApiEndpoint.get("list", "/v1/subscriptions", {
      query: {
        ...pageQuery,
        customerId: Schema.optionalKey(Schema.NonEmptyString),
        status: Schema.optionalKey(SubscriptionStatus),
        orderId: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "The order that created it" }))
      },
      success: pageOf(StoredSubscription)
    }),
    HttpApiEndpoint.get("get", "/v1/subscriptions/:id", {
      params: { id: Schema.String },
      success: StoredSubscription,
      error: Problems.NotFound
    }),
    HttpApiEndpoint.get("history", "/v1/subscriptions/:id/history", {
      params: { id: Schema.String },
      query: pageQuery,
      success: pageOf(SubscriptionVersion),
      error: Problems.NotFound
    })
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Subscriptions" }))
{}
