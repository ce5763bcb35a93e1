/** The options of the `salesforceV3` step. Contract: section 6. */
import { isRawNumber } from "@sluice/domain/json/Json"
import { Schema } from "effect"
import { namesFault } from "./EventFields.ts"

const Names = Schema.Array(Schema.NonEmptyString)
const Milliseconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400_000 }))

/** A number of any digits: an expression passes on those that a double does not hold. */
const FieldNumber = Schema.Json.check(
  Schema.makeFilter((value) => typeof value === "number" || isRawNumber(value) || "a number", {
    toJsonSchema: () => ({ type: "number" })
  })
)

/** The options for the JSON string of the whole order, see `LimioOrder`. */
export const OrderDataOptions = Schema.Struct({
  /** Replaces the default list of the order's own members. */
  fieldsToKeep: Schema.optionalKey(Names),
  /** Added to the members of each item that are kept. */
  itemFields: Schema.optionalKey(Names),
  /** Added to the members of each product that are kept. */
  productDataFields: Schema.optionalKey(Names),
  /** Added to the members of each offer's `data` that are kept. */
  offerDataFields: Schema.optionalKey(Names)
})
export type OrderDataOptions = typeof OrderDataOptions.Type

export const SalesforceOptions = Schema.Struct({
  /** The org's own host, `https://acme.my.salesforce.com`. */
  instanceUrl: Schema.NonEmptyString,
  apiVersion: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^\d{2,3}\.\d$/, { expected: "an API version such as 62.0" }))
  ),
  /** Order types that make an event; the twelve of the platform where absent. */
  orderTypes: Schema.optionalKey(Names),
  sendWholeOrder: Schema.optionalKey(Schema.Boolean),
  orderDataOptions: Schema.optionalKey(OrderDataOptions),
  /**
   * Values by event field (`ContactId`, `i42as__ContactId`, `i42as__ContactId__c`, or a field of the org's own,
   * `…__c`).
   */
  fields: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Union([Schema.String, FieldNumber, Schema.Boolean])).check(
      Schema.makeFilter((fields) => namesFault(Object.keys(fields)))
    )
  ),
  /** Milliseconds; default 30 s. */
  timeoutValue: Schema.optionalKey(Milliseconds.check(Schema.isGreaterThan(0))),
  /** Attempts after the first, each so many milliseconds after the one before. Default 1 s, 5 s, 15 s. */
  retry: Schema.optionalKey(Schema.Struct({ delaysMs: Schema.Array(Milliseconds) }))
})
export type SalesforceOptions = typeof SalesforceOptions.Type

/** The order types for which the platform has an event. */
export const platformOrderTypes: ReadonlyArray<string> = [
  "NEW_ORDER",
  "CHANGE_OFFER",
  "CANCEL_REQUEST",
  "ADD_OFFER",
  "CHANGE_PAYMENT_REQUEST",
  "NEW_GIFT_ORDER",
  "REFUND",
  "REQUEST_RENEWAL",
  "CHANGED_DELIVERY_ADDRESS",
  "UPDATE_CUSTOMER",
  "UPDATE_SUBSCRIPTION",
  "DATA_CAPTURE"
]
