/**
 * The description of every webhook type: when it is sent, its body's schema, and an example. The documentation, the
 * `webhooks` of `/openapi.json`, `GET /v1/event-types`, the client's `verifyWebhook` and test sends are made from it.
 * Contract: sections 7 and 9.
 */
import type { Json } from "@sluice/domain/json/Json"
import { type WebhookType, webhookTypes } from "@sluice/domain/webhook/WebhookType"
import { Schema } from "effect"
import * as Bodies from "./Bodies.ts"
import * as Samples from "./Samples.ts"

interface Description {
  /** The occasion on which the type is sent, as a sentence. */
  readonly description: string
  readonly body: Schema.Top
  readonly example: Json
}

const submitted = (what: string, orderType: string): Description => ({
  description: `${what} Sent with the order's submission, whatever its run does later.`,
  body: Bodies.OrderBody,
  example: Samples.order(orderType)
})

const reported = (what: string, type: string): Description => ({
  description: `${what} Sent when a client reports it with POST /v1/events.`,
  body: Bodies.ReportedBody,
  example: Samples.reported(type)
})

const descriptions: Readonly<Record<WebhookType, Description>> = {
  "order.submitted": submitted("A new order, or a new gift order.", "NEW_ORDER"),
  "order.address_change": submitted("A changed delivery or billing address.", "CHANGED_DELIVERY_ADDRESS"),
  "order.payment_method_change": submitted("A changed payment method.", "CHANGE_PAYMENT_REQUEST"),
  "order.subscription_offer_change": submitted("Another offer for a subscription.", "CHANGE_OFFER"),
  "order.subscription_offer_addition": submitted("A further offer beside a subscription.", "ADD_OFFER"),
  "order.subscription_cancellation": submitted("The cancellation of a subscription.", "CANCEL_REQUEST"),
  "order.customer_details_update": submitted("Changed details of a customer.", "UPDATE_CUSTOMER"),
  "order.subscription_update": submitted("A changed subscription.", "UPDATE_SUBSCRIPTION"),
  "subscription.created": {
    description: "A subscription was created by the completed run of an order: one per item.",
    body: Bodies.SubscriptionBody,
    example: Samples.subscription
  },
  "subscription.updated": {
    description: "A subscription got a new version by the completed run of an order that names it.",
    body: Bodies.SubscriptionBody,
    example: { ...Samples.subscription, quantity: 2, version: 2 }
  },
  "subscription.cancelled": {
    description: "A subscription was cancelled by the completed run of a CANCEL_REQUEST order.",
    body: Bodies.SubscriptionBody,
    example: { ...Samples.subscription, status: "cancelled", version: 2, cancelledAt: Samples.later }
  },
  "customer.created": {
    description: "A customer was seen for the first time in a completed order.",
    body: Bodies.CustomerBody,
    example: Samples.customer
  },
  "customer.updated": {
    description: "A completed order changed a customer.",
    body: Bodies.CustomerBody,
    example: { ...Samples.customer, version: 2, updatedAt: Samples.later }
  },
  "entitlements.updated": {
    description: "The entitlements of a subscription were created, or one of them changed; lists all of them.",
    body: Bodies.EntitlementsBody,
    example: Samples.entitlements
  },
  error: {
    description: "A run ended in which a plugin failed, critical or not.",
    body: Bodies.ErrorBody,
    example: Samples.error
  },
  "order.updated": {
    description: "An order got a new version: for every version but the first.",
    body: Bodies.OrderUpdateBody,
    example: Samples.orderUpdate
  },
  "order.status_changed": {
    description: "An order got a new version with another status; after order.updated, with the same body.",
    body: Bodies.OrderUpdateBody,
    example: Samples.orderUpdate
  },
  "order.completed": {
    description: "A run of an order completed. The body is the order as it then is.",
    body: Bodies.OrderBody,
    example: { ...Samples.order("NEW_ORDER"), status: "Completed", version: 2 }
  },
  "order.failed": {
    description: "A run of an order failed, or its compensation did. The body is the order as it then is.",
    body: Bodies.OrderBody,
    example: { ...Samples.order("NEW_ORDER"), status: "Failed", version: 2 }
  },
  "order.cancelled": {
    description: "A run of an order was cancelled. The body is the order as it then is.",
    body: Bodies.OrderBody,
    example: Samples.order("NEW_ORDER")
  },
  "partner.down": {
    description: "The circuit breaker of a partner's host opened; once over all processes.",
    body: Bodies.PartnerBody,
    example: Samples.partner("its circuit breaker opened after 5 failures in a row")
  },
  "partner.up": {
    description: "The circuit breaker of a partner's host closed again, or a pause was lifted.",
    body: Bodies.PartnerBody,
    example: Samples.partner("it answered again")
  },
  "partner.paused": {
    description: "An operator paused a partner's host.",
    body: Bodies.PartnerBody,
    example: Samples.partner("maintenance on Sunday")
  },
  "run.waiting": {
    description: "A run waits for a partner; once per hold.",
    body: Bodies.RunBody,
    example: Samples.run("step provision waits until its partner is up again", "provision")
  },
  "run.compensation_failed": {
    description: "A run ended compensation-failed.",
    body: Bodies.RunBody,
    example: Samples.run("answered 500", "provision_compensation")
  },
  "endpoint.disabled": {
    description: "A webhook endpoint was disabled: by hand, by a 410, or after five days of failures.",
    body: Bodies.EndpointBody,
    example: {
      at: Samples.at,
      reason: "it answered 410 Gone",
      endpointId: "crm",
      url: "https://crm.example.com/hooks"
    }
  },
  "delivery.exhausted": {
    description: "The last attempt of a delivery failed.",
    body: Bodies.DeliveryBody,
    example: {
      at: Samples.at,
      reason: "answered 500, and only 2xx counts",
      deliveryId: "delivery-01a2051ef87474639902dcdafaca2563",
      endpointId: "crm",
      type: "order.submitted",
      orderId: "ORD-1001"
    }
  },
  "issue.opened": {
    description: "A kind of failure was seen for the first time, or again after it had been resolved.",
    body: Bodies.IssueBody,
    example: {
      at: Samples.at,
      reason: "a run failed in a way that no open issue has",
      issueId: "issue-01a2051ee54176a8ad24916f81e63c28",
      pipeline: "new-order",
      stepId: "provision",
      outcome: "rejected",
      message: "callout plugin failed due to response status: [500]"
    }
  },
  "checkout.initiated": reported("A customer began a checkout.", "checkout.initiated"),
  "cancel.attempted": reported("A customer began to cancel a subscription.", "cancel.attempted"),
  "payment_method.added": reported("A customer added a payment method.", "payment_method.added"),
  "address.added": reported("A customer added an address.", "address.added")
}

export interface EventTypeView {
  readonly type: WebhookType
  readonly description: string
  /** JSON Schema, draft 2020-12, self-contained. */
  readonly schema: Schema.Json
  readonly example: Json
}

const schemaOf = (body: Schema.Top): Schema.Json => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(body)
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...schema,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions })
  } as Schema.Json
}

/** Every type that an endpoint can subscribe to. */
export const eventTypes: ReadonlyArray<EventTypeView> = webhookTypes.map((type) => {
  const { body, description, example } = descriptions[type]
  return { type, description, schema: schemaOf(body), example }
})

/** The schema of a type's body. */
export const bodyOf = (type: WebhookType): Schema.Top => descriptions[type].body
