/** The customer described by an order. Contract: section 9. */
import { isObject, type Json } from "../json/Json.ts"
import { isStorable, longestIndexed, type Order } from "./Order.ts"

/** Members of an order that describe the customer, and that a stored customer has under the same names. */
export const customerMembers = [
  "customerId",
  "customerEmail",
  "customerName",
  "customerPhone",
  "customerType",
  "customerDetails",
  "billingAddress",
  "shippingAddress"
] as const
export type CustomerMember = (typeof customerMembers)[number]

/** An order's customer: found by `customerId`, else by the address, and changed in the members that are given. */
export interface CustomerChange {
  readonly customerId?: string
  /** The e-mail address in lower case. */
  readonly email?: string
  readonly members: Readonly<Partial<Record<CustomerMember, Json>>>
}

/** A text by which a customer can be found: an index has to hold it. */
const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= longestIndexed && isStorable(value) ? value : undefined

/** The customer of the order; `undefined` if the order names none. */
export const customerOf = (order: Order): CustomerChange | undefined => {
  const details = order["customerDetails"]
  const customerId = text(order["customerId"])
  const given = text(order["customerEmail"]) ??
    (details !== undefined && isObject(details) ? text(details["email"]) : undefined)
  if (customerId === undefined && given === undefined) return undefined
  const members: Partial<Record<CustomerMember, Json>> = given === undefined ? {} : { customerEmail: given }
  for (const name of customerMembers) {
    const value = order[name]
    if (value !== undefined && value !== null && value !== "") members[name] = value
  }
  return {
    ...(customerId !== undefined && { customerId }),
    ...(given !== undefined && { email: given.toLowerCase() }),
    members
  }
}
