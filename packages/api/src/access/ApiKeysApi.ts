/** API keys that are managed over the API. Contract: section 2, "Roles". */
import { ApiKeyRequest, StoredApiKey } from "@sluice/domain/access/ApiKey"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

/** A key that was just made: the only time that it is shown. */
export const CreatedApiKey = Schema.Struct({ ...StoredApiKey.fields, key: Schema.String }).annotate({
  identifier: "CreatedApiKey"
})

const path = "/v1/api-keys"

export class ApiKeysApi extends HttpApiGroup.make("apiKeys")
  .add(
    HttpApiEndpoint.get("list", path, { query: pageQuery, success: pageOf(StoredApiKey) }).annotateMerge(
      OpenApi.annotations({ summary: "The stored keys, newest first, without the keys themselves" })
    ),
    HttpApiEndpoint.post("create", path, {
      payload: ApiKeyRequest,
      success: CreatedApiKey.pipe(HttpApiSchema.status(201)),
      error: [...Problems.withBody, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({
      summary: "Make a key; the answer holds it, once. From the first stored key on every request needs one"
    })),
    HttpApiEndpoint.delete("remove", `${path}/:id`, {
      params: { id: Schema.String },
      success: HttpApiSchema.NoContent,
      error: [Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Delete a key; no process takes it from then on" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "API keys" }))
{}
