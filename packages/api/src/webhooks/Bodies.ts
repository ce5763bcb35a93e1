/** The bodies of webhook messages: the object itself, not an envelope. Contract: section 9. */
import { Schema } from "effect"
import { OrderMembers } from "../wire/OrderMembers.ts"

const open = Schema.Record(Schema.String, Schema.Json)

/** The order at the time of the event. Members that are not listed are as they were submitted. */
export const OrderBody = OrderMembers

const Value = Schema.Json

export const OrderUpdateBody = Schema.Struct({
  order: OrderBody,
  before: Schema.Int.annotate({ description: "The version before" }),
  after: Schema.Int.annotate({ description: "The version that the message tells of" }),
  changes: Schema.Array(Schema.Struct({
    path: Schema.String.annotate({ description: "A JSON Pointer; a list counts as a whole" }),
    before: Value.annotate({ description: "Null where the member was absent" }),
    after: Value.annotate({ description: "Null where the member is absent" })
  })),
  cause: Schema.NullOr(Schema.String).annotate({
    description: "The timeline entry that the version follows from: a callout, the run, or an operator's act"
  })
})

export const SubscriptionBody = Schema.StructWithRest(
  Schema.Struct({
    id: Schema.String,
    name: Schema.Json,
    offer: Schema.Json,
    quantity: Schema.Json,
    price: Schema.Json,
    status: Schema.Literals(["active", "cancelled"]),
    version: Schema.Int,
    customerId: Schema.NullOr(Schema.String),
    cancelledAt: Schema.optionalKey(Schema.String),
    parentSubscriptionId: Schema.optionalKey(Schema.String)
  }),
  [open]
)

export const CustomerBody = Schema.StructWithRest(
  Schema.Struct({
    id: Schema.String,
    version: Schema.Int,
    createdAt: Schema.String,
    updatedAt: Schema.String
  }),
  [open]
)

export const EntitlementsBody = Schema.Struct({
  subscriptionId: Schema.String,
  customerId: Schema.NullOr(Schema.String),
  entitlements: Schema.Array(Schema.Struct({
    id: Schema.String,
    product: Schema.Json,
    status: Schema.Literals(["Active", "Inactive"])
  }))
})

export const ErrorBody = Schema.Struct({
  eventId: Schema.String,
  processEventId: Schema.String,
  event: OrderBody.annotate({ description: "Version 1 of the order" }),
  pluginErrorOutput: Schema.Array(Schema.Struct({ name: Schema.String, message: Schema.String }))
})

/** The event that a client reported with `POST /v1/events`. */
export const ReportedBody = Schema.StructWithRest(
  Schema.Struct({ id: Schema.String, type: Schema.String, createdAt: Schema.String }),
  [open]
)

const operational = { at: Schema.String, reason: Schema.NonEmptyString }

export const PartnerBody = Schema.Struct({ ...operational, host: Schema.String })

export const RunBody = Schema.Struct({
  ...operational,
  processEventId: Schema.String,
  orderId: Schema.String,
  pipeline: Schema.String,
  stepId: Schema.optionalKey(Schema.String),
  host: Schema.optionalKey(Schema.String)
})

export const EndpointBody = Schema.Struct({ ...operational, endpointId: Schema.String, url: Schema.String })

export const DeliveryBody = Schema.Struct({
  ...operational,
  deliveryId: Schema.String,
  endpointId: Schema.NullOr(Schema.String).annotate({ description: "Null for the message of a step" }),
  type: Schema.String,
  orderId: Schema.optionalKey(Schema.String)
})

export const IssueBody = Schema.Struct({
  ...operational,
  issueId: Schema.String,
  pipeline: Schema.String,
  stepId: Schema.String,
  outcome: Schema.String,
  message: Schema.String
})
