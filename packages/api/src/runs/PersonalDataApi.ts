/** Everything that is held about a customer, and its erasure. Contract: section 7, `/v1/customers/{id}/{export,erase}`. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import * as Problems from "../wire/Problems.ts"
import { Job } from "./JobsApi.ts"

const path = {
  id: Schema.String.annotate({ description: "The customer's id; an e-mail address where no customer is stored" })
}

const documents = Schema.Array(Schema.Record(Schema.String, Schema.Json))

export const CustomerExport = Schema.Struct({
  customer: Schema.NullOr(Schema.Record(Schema.String, Schema.Json)),
  orders: documents.annotate({ description: "Each with versions and history" }),
  processEvents: documents.annotate({ description: "With the whole bodies of their callouts" }),
  deliveries: documents,
  subscriptions: documents,
  audit: documents.annotate({ description: "Acts on the orders" })
}).annotate({ identifier: "CustomerExport" })

export const EraseRequest = Schema.Struct({ reason: Schema.NonEmptyString })

export class PersonalDataApi extends HttpApiGroup.make("personalData")
  .add(
    HttpApiEndpoint.get("export", "/v1/customers/:id/export", {
      params: path,
      success: CustomerExport,
      error: [Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Everything that is held about a customer, streamed" })),
    HttpApiEndpoint.post("erase", "/v1/customers/:id/erase", {
      params: path,
      payload: EraseRequest,
      success: Job.pipe(HttpApiSchema.status(202)),
      error: [...Problems.withBody, Problems.NotFound, Problems.Conflict]
    }).annotateMerge(
      OpenApi.annotations({ summary: "Erase a customer, as a job whose items say what partners hold" })
    )
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Personal data" }))
{}
