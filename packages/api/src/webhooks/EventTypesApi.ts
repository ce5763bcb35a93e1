/** `GET /v1/event-types`: the webhook types, with the schemas of their bodies. Contract: section 7. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { pageOf, pageQuery } from "../wire/Paging.ts"

export const EventTypeItem = Schema.Struct({
  type: Schema.String,
  description: Schema.String,
  schema: Schema.Json.annotate({ description: "The JSON Schema of the body, draft 2020-12" }),
  example: Schema.Json
}).annotate({ identifier: "EventType" })

export class EventTypesApi extends HttpApiGroup.make("eventTypes")
  .add(HttpApiEndpoint.get("list", "/v1/event-types", { query: pageQuery, success: pageOf(EventTypeItem) }))
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Event types" }))
{}
