/** Deliveries: messages to endpoints, with their attempts. Contract: sections 7 and 9. */
import { DeliveryState, DeliverySummary, DeliveryView } from "@sluice/domain/webhook/Delivery"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

const params = { id: Schema.String }

export class DeliveriesApi extends HttpApiGroup.make("deliveries")
  .add(
    HttpApiEndpoint.get("list", "/v1/deliveries", {
      query: {
        ...pageQuery,
        endpointId: Schema.optionalKey(Schema.String),
        type: Schema.optionalKey(Schema.String),
        state: Schema.optionalKey(DeliveryState),
        orderId: Schema.optionalKey(Schema.String)
      },
      success: pageOf(DeliverySummary)
    }),
    HttpApiEndpoint.get("get", "/v1/deliveries/:id", { params, success: DeliveryView, error: Problems.NotFound }),
    HttpApiEndpoint.post("redeliver", "/v1/deliveries/:id/redeliver", {
      params,
      success: DeliveryView.pipe(HttpApiSchema.status(202)),
      error: [Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Send it again, now, under the same message id" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Deliveries" }))
{}
