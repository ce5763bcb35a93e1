/**
 * The Platform Event `i42as__OrderEvent__e` of an order: its fields, named and bounded as the platform has them (Limio:
 * "Platform Events Definitions"; Salesforce ends the names of custom fields in `__c`). Contract: section 6.
 *
 * A text that is too long is never cut: Salesforce would refuse the event (`STRING_TOO_LONG`), so no request is made.
 */
import { isObject, type Json } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { textOf } from "../JsonAnswer.ts"
import { fieldName, limitOf, platformName } from "./EventFields.ts"
import { limioOrder } from "./LimioOrder.ts"
import type { SalesforceOptions } from "./SalesforceOptions.ts"

/** Salesforce takes a date with a time. */
const dateTime = (order: Order): string => {
  const date = textOf(order.orderDate)
  if (date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(date)) return `${date}T00:00:00.000Z`
  return date !== undefined && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(date) ? date : order.createdAt
}

const zuoraSubscription = (order: Order): string | undefined => {
  const ids = Array.isArray(order.externalIds) ? order.externalIds : []
  return textOf(ids.filter(isObject).find(({ providerName }) => providerName === "ZuoraSubscription")?.id)
}

/** The event fields taken from the order itself; the rest comes from `fields`. */
const fromOrder = (order: Order): Readonly<Record<string, string | undefined>> => {
  const source = textOf(order.source)
  return {
    OrderType: order.orderType,
    OrderNumber: textOf(order.orderNumber) ?? order.id,
    PurchaseDate: dateTime(order),
    EffectiveDate: dateTime(order),
    SubscriptionId: textOf(order.forSubscription) ?? zuoraSubscription(order),
    Source: "Limio",
    InitiatedSource: source,
    OrderSource: source,
    InitiatedByLimioId: textOf(order.customerId)
  }
}

export type OrderEvent =
  | { readonly body: string }
  /** The fields that are too long, in words. */
  | { readonly tooLong: string }

export const orderEvent = (options: SalesforceOptions, order: Order): OrderEvent => {
  const event = new Map<string, Json>()
  const set = (name: string | undefined, value: Json | undefined) => {
    if (name === undefined || value === undefined) return
    // An empty text says that there is no value: the way for an expression to leave a field out.
    if (value === "") event.delete(name)
    else event.set(name, value)
  }
  for (const [field, value] of Object.entries(fromOrder(order))) set(platformName(field), value)
  if (options.sendWholeOrder === true) {
    set(platformName("LimioOrder"), limioOrder(order, options.orderDataOptions))
  }
  for (const [written, value] of Object.entries(options.fields ?? {})) set(fieldName(written), value)
  const tooLong = [...event].flatMap(([name, value]) => {
    const limit = limitOf(name)
    const { length } = typeof value === "string" ? value : JSON.stringify(value)
    if (limit === undefined || length <= limit) return []
    const mend = name === platformName("LimioOrder") ? "; keep less with orderDataOptions.fieldsToKeep" : ""
    return [`${name} has ${length} characters, and the platform takes ${limit}${mend}`]
  })
  return tooLong.length > 0 ? { tooLong: tooLong.join("; ") } : { body: JSON.stringify(Object.fromEntries(event)) }
}
