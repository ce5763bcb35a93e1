/** Customers, which completed orders create and change. Contract: sections 7 and 9. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

export const StoredCustomer = Schema.Record(Schema.String, Schema.Json).annotate({ identifier: "Customer" })

export class CustomersApi extends HttpApiGroup.make("customers")
  .add(
    HttpApiEndpoint.get("list", "/v1/customers", { query: pageQuery, success: pageOf(StoredCustomer) }),
    HttpApiEndpoint.get("get", "/v1/customers/:id", {
      params: { id: Schema.String },
      success: StoredCustomer,
      error: Problems.NotFound
    })
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Customers" }))
{}
