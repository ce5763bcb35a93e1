/**
 * The body of Zuora's "Create an account" (`POST /v1/accounts`). Zuora requires a name, a currency and a contact;
 * values that the step's options omit are taken from the order.
 */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { textOf } from "../JsonAnswer.ts"
import type { ZuoraOptions } from "./ZuoraOptions.ts"

const member = (value: Json | undefined, ...path: ReadonlyArray<string>): string | undefined =>
  textOf(path.reduce<Json | undefined>((inner, name) => isObject(inner) ? inner[name] : undefined, value))

const present = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const nameOf = (order: Order): { readonly firstName?: string; readonly lastName?: string } => {
  const firstName = member(order, "customerDetails", "firstName") ?? member(order, "billingDetails", "firstName")
  const lastName = member(order, "customerDetails", "lastName") ?? member(order, "billingDetails", "lastName")
  if (firstName !== undefined && lastName !== undefined) return { firstName, lastName }
  const words = textOf(order.customerName)?.trim().split(/\s+/) ?? []
  const last = words.pop()
  return last === undefined ? {} : { firstName: words.join(" ") || last, lastName: last }
}

const currencyOf = (order: Order): string | undefined => {
  const [item] = Array.isArray(order.orderItems) ? order.orderItems : []
  return member(order, "total", "currency") ?? member(order, "orderForm", "currency")
    ?? member(item, "price", "currency")
}

const contactOf = (order: Order): JsonObject | undefined => {
  const address: JsonObject | undefined = [order.billingAddress, order.billingDetails, order.shippingAddress]
    .find((one): one is JsonObject => isObject(one) && (one.countryCode ?? one.country ?? one.line1) !== undefined)
  const contact = present({
    ...nameOf(order),
    workEmail: textOf(order.customerEmail) ?? member(order, "customerDetails", "email"),
    address1: member(address, "line1") ?? member(address, "address1"),
    city: member(address, "city"),
    state: member(address, "state"),
    zipCode: member(address, "postalCode"),
    country: member(address, "countryCode") ?? member(address, "country")
  })
  return Object.keys(contact).length === 0 ? undefined : contact as JsonObject
}

/** The exact text of the request's body. */
export const accountBody = ({ account = {}, accountNumber }: ZuoraOptions, order: Order): string => {
  const { firstName, lastName } = nameOf(order)
  const fullName = [firstName, lastName].filter((part) => part !== undefined).join(" ")
  return JSON.stringify(present({
    name: textOf(order.customerName) ?? textOf(fullName) ?? textOf(order.customerEmail) ?? accountNumber,
    currency: currencyOf(order),
    // True needs a payment method, which only the options can bring.
    autoPay: false,
    billToContact: contactOf(order),
    ...account,
    ...(accountNumber !== undefined && { accountNumber })
  }))
}
