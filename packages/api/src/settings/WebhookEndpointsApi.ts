/** Webhook endpoints: destinations, message types and delivery options. Contract: sections 4, 7 and 9. */
import { DeliveryState, DeliveryView } from "@sluice/domain/webhook/Delivery"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { missingCells, Moment } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"
import * as Endpoints from "./SettingsEndpoints.ts"

const path = "/v1/webhook-endpoints"
const params = { id: Schema.String }

/** The scope of a replay: the endpoint's deliveries made in the interval, in these states, of these types. */
export const ReplayRequest = Schema.Struct({
  since: Moment,
  until: Schema.optionalKey(Moment),
  states: Schema.optionalKey(Schema.Array(DeliveryState)),
  types: Schema.optionalKey(Schema.Array(Schema.String))
})

/** A replay and how far it has come. */
export const ReplayView = Schema.Struct({
  id: Schema.String,
  endpointId: Schema.String,
  since: Schema.String,
  until: Schema.String,
  states: Schema.Array(DeliveryState),
  types: Schema.optionalKey(Schema.Array(Schema.String)),
  state: Schema.Literals(["running", "completed", "cancelled"]),
  /** Deliveries that are to be sent again by now. */
  replayed: Schema.Int,
  /** The number of deliveries that the replay has not processed yet. */
  remaining: Schema.Int,
  createdAt: Schema.String,
  finishedAt: Schema.optionalKey(Schema.String),
  missingCells
}).annotate({ identifier: "Replay" })

/** A message as the endpoint gets it. */
export const FeedItem = Schema.Struct({
  sequence: Schema.Int.annotate({ description: "webhook-sequence" }),
  id: Schema.String.annotate({ description: "webhook-id: the same as in a request" }),
  type: Schema.String,
  body: Schema.String.annotate({ description: "The exact text that the signature is over" }),
  headers: Schema.Record(Schema.String, Schema.String).annotate({
    description: "Those that begin with webhook-, signed when they are read"
  })
}).annotate({ identifier: "FeedItem" })

/** A page of an endpoint's messages, in order of their sequence. */
export const FeedPage = Schema.Struct({
  items: Schema.Array(FeedItem),
  next: Schema.Int.annotate({ description: "What `after` takes to go on" })
}).annotate({ identifier: "FeedPage" })

const feedQuery = {
  after: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
      description: "Messages above this sequence; absent: from the beginning"
    })
  ),
  wait: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 })).annotate({
      description: "Seconds to wait for a message, at most 60; 0 if absent"
    })
  )
}

export class WebhookEndpointsApi extends HttpApiGroup.make("webhookEndpoints")
  .add(
    Endpoints.list(path),
    HttpApiEndpoint.post("create", path, {
      query: Endpoints.writeQuery,
      payload: Endpoints.SettingsDocument,
      success: Endpoints.StoredSettings.pipe(HttpApiSchema.status(201)),
      error: [...Problems.withBody, Problems.Conflict, Problems.VersionMismatch, Problems.SettingsRefuse]
    }).annotateMerge(OpenApi.annotations({ summary: "Create an endpoint; the answer holds its secret, once" })),
    Endpoints.get(path),
    Endpoints.put(path),
    Endpoints.remove(path),
    HttpApiEndpoint.post("rotateSecret", `${path}/:id/rotate-secret`, {
      params,
      success: Endpoints.StoredSettings,
      error: [Problems.NotFound, Problems.VersionMismatch, Problems.SettingsRefuse]
    }).annotateMerge(
      OpenApi.annotations({ summary: "A new secret, shown once; for 24 hours the old one signs too" })
    ),
    HttpApiEndpoint.post("test", `${path}/:id/test`, {
      params,
      success: DeliveryView.pipe(HttpApiSchema.status(202)),
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "Send a message of type test" })),
    HttpApiEndpoint.post("replay", `${path}/:id/replay`, {
      params,
      payload: ReplayRequest,
      success: ReplayView.pipe(HttpApiSchema.status(202)),
      error: [...Problems.withBody, Problems.NotFound, Problems.Conflict]
    }).annotateMerge(OpenApi.annotations({ summary: "Send again what the endpoint was sent, or was to be sent" })),
    HttpApiEndpoint.get("feed", `${path}/:id/feed`, {
      params,
      query: feedQuery,
      success: FeedPage,
      error: [Problems.NotFound, Problems.Conflict]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Pull the endpoint's messages: the same bytes, in order of webhook-sequence, 100 at most"
      })
    ),
    HttpApiEndpoint.get("getReplay", `${path}/:id/replays/:replayId`, {
      params: { id: Schema.String, replayId: Schema.String },
      success: ReplayView,
      error: Problems.NotFound
    }),
    HttpApiEndpoint.post("cancelReplay", `${path}/:id/replays/:replayId/cancel`, {
      params: { id: Schema.String, replayId: Schema.String },
      success: ReplayView,
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "Replay no more; what is queued by now is sent" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Webhook endpoints" }))
{}
