/** Orders: submit, read, change, process again. Contract: sections 3 and 7. */
import { TimelineEntry, Why } from "@sluice/domain/internal/order/Timeline"
import { HistoryEntry } from "@sluice/domain/order/History"
import { ProcessEvent, RunState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization } from "../wire/Authorization.ts"
import { OrderMembers } from "../wire/OrderMembers.ts"
import { Moment, pageOf, pageQuery, partOfId, walkedEmail } from "../wire/Paging.ts"
import * as Problems from "../wire/Problems.ts"

/** Any JSON object; the members that are known and their types are in section 3 of the contract. */
export const OrderDocument = Schema.Record(Schema.String, Schema.Json).annotate({
  identifier: "OrderDocument",
  description: "An order: open JSON. `orderType` is required; unknown members are kept and returned as they came."
})

/** A stored order, at one of its versions. */
export const StoredOrder = OrderMembers.annotate({ identifier: "Order" })

/** An order in a list, with its newest run. */
export const ListedOrder = Schema.StructWithRest(
  Schema.Struct({
    ...StoredOrder.schema.fields,
    lastRun: Schema.optionalKey(Schema.Struct({
      processEventId: Schema.String,
      state: RunState,
      settled: Schema.optionalKey(
        Schema.Boolean.annotate({
          description: "Of a run that ended badly: true once it was resolved by hand, or its issue dealt with"
        })
      )
    }))
  }),
  [Schema.Record(Schema.String, Schema.Json)]
).annotate({ identifier: "ListedOrder" })

/** The order and its run are stored, and the run will end. */
export const Receipt = Schema.Struct({
  orderId: Schema.String,
  eventId: Schema.String,
  processEventId: Schema.String,
  state: RunState
}).annotate({ identifier: "Receipt" })

/** The answer to `Prefer: wait` if the run ended in time, in any final state. */
export const Finished = Schema.Struct({ order: StoredOrder, processEvent: ProcessEvent }).annotate({
  identifier: "Finished"
})

export const intakeHeaders = {
  prefer: Schema.optionalKey(
    Schema.String.annotate({ description: "wait=<seconds>, 0 to 60: answer when the run has ended" })
  ),
  "idempotency-key": Schema.optionalKey(
    Schema.String.annotate({ description: "The same key with the same body answers the same order, once stored" })
  )
}

const ifMatch = {
  "if-match": Schema.optionalKey(Schema.String.annotate({ description: "\"<version>\"" }))
}

const shipmentId = Schema.optionalKey(
  Schema.NonEmptyString.annotate({ description: "The run is about this shipment of the order" })
)

const orderPath = { id: Schema.String }

const receipts = [Receipt.pipe(HttpApiSchema.status(202)), Finished] as const

const intakeProblems = [
  ...Problems.withBody,
  Problems.Conflict,
  Problems.NoPipeline,
  Problems.PipelineMatchFailed,
  Problems.QueueFull
] as const

/** The body of `POST /v1/orders/{id}/process`. */
export const ProcessRequest = Schema.Struct({
  pipeline: Schema.optionalKey(Schema.NonEmptyString),
  shipmentId
})

export class OrdersApi extends HttpApiGroup.make("orders")
  .add(
    HttpApiEndpoint.post("submit", "/v1/orders", {
      query: { shipmentId },
      headers: intakeHeaders,
      payload: OrderDocument,
      success: receipts,
      error: intakeProblems
    }).annotateMerge(OpenApi.annotations({ summary: "Submit an order; 202 means that it is stored" })),
    HttpApiEndpoint.get("list", "/v1/orders", {
      query: {
        ...pageQuery,
        orderType: Schema.optionalKey(Schema.String),
        status: Schema.optionalKey(Schema.String),
        externalId: Schema.optionalKey(Schema.String),
        createdAfter: Schema.optionalKey(Moment),
        createdBefore: Schema.optionalKey(Moment),
        email: walkedEmail,
        q: partOfId
      },
      success: pageOf(ListedOrder)
    }),
    HttpApiEndpoint.get("get", "/v1/orders/:id", {
      params: orderPath,
      success: StoredOrder,
      error: Problems.NotFound
    }),
    HttpApiEndpoint.patch("edit", "/v1/orders/:id", {
      params: orderPath,
      headers: ifMatch,
      payload: OrderDocument,
      success: StoredOrder,
      error: [...Problems.withBody, Problems.NotFound, Problems.ReadOnly, Problems.VersionMismatch]
    }).annotateMerge(OpenApi.annotations({ summary: "Merge an OrderPatch onto the order; starts no workflow" })),
    HttpApiEndpoint.get("history", "/v1/orders/:id/history", {
      params: orderPath,
      query: pageQuery,
      success: pageOf(HistoryEntry),
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "The history of the order, oldest first" })),
    HttpApiEndpoint.get("timeline", "/v1/orders/:id/timeline", {
      params: orderPath,
      query: pageQuery,
      success: pageOf(TimelineEntry),
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({
      summary: "What happened to the order, oldest first, each entry with the one that it follows from"
    })),
    HttpApiEndpoint.get("why", "/v1/orders/:id/why", {
      params: orderPath,
      query: {
        path: Schema.String.annotate({ description: "A JSON Pointer (RFC 6901) to a member of the order: /status" }),
        version: Schema.optionalKey(
          Schema.String.annotate({ description: "The version to explain; the newest where it is absent" })
        )
      },
      success: Why,
      error: Problems.NotFound
    }).annotateMerge(OpenApi.annotations({ summary: "Why a member of the order has its value, and who was told it" })),
    HttpApiEndpoint.get("version", "/v1/orders/:id/versions/:version", {
      params: { id: Schema.String, version: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)) },
      success: StoredOrder,
      error: Problems.NotFound
    }),
    HttpApiEndpoint.post("process", "/v1/orders/:id/process", {
      params: orderPath,
      headers: intakeHeaders,
      payload: ProcessRequest,
      success: receipts,
      error: [...intakeProblems, Problems.NotFound, Problems.SettingsRefuse]
    }).annotateMerge(OpenApi.annotations({ summary: "Run a pipeline over a stored order" }))
  )
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Orders" }))
{}
