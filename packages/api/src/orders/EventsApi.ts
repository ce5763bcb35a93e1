/**
 * Events that are reported from outside: what a customer began, or added to an account. Contract: sections 7 and 9.
 */
import { eventTypes } from "@sluice/domain/webhook/WebhookType"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import * as Problems from "../wire/Problems.ts"

export const EventRequest = Schema.Struct({
  type: Schema.Literals(eventTypes),
  /** Its members become the message's, beside `id`, `type` and `createdAt`. */
  data: Schema.Record(Schema.String, Schema.Json)
})

export class EventsApi extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.post("report", "/v1/events", {
      headers: {
        "idempotency-key": Schema.optionalKey(
          Schema.String.annotate({ description: "The same key with the same body answers the same event, once stored" })
        )
      },
      payload: EventRequest,
      success: Schema.Struct({ eventId: Schema.String }).pipe(HttpApiSchema.status(202)),
      error: [...Problems.withBody, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Report an event; 202 means that it is stored" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Events" }))
{}
