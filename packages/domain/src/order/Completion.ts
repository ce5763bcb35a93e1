/** The customer and the subscriptions derived from a completed run, by the type of its order. Contract: section 9. */
import { type CustomerChange, customerOf } from "./Customer.ts"
import type { Order } from "./Order.ts"
import { type NewSubscription, subscriptionFault, subscriptionsOf } from "./Subscription.ts"

export interface Completion {
  readonly customer?: CustomerChange
  /** A customer that is not there yet is made. */
  readonly createsCustomer: boolean
  readonly subscriptions: ReadonlyArray<NewSubscription>
}

const isNewOrder = ({ orderType }: Order): boolean => orderType === "NEW_ORDER" || orderType === "NEW_GIFT_ORDER"

/**
 * The reason for which a completed run of the order leaves less behind than the order asks for; `undefined` if it does
 * not.
 */
export const completionFault = (order: Order): string | undefined =>
  isNewOrder(order) ? subscriptionFault(order) : undefined

/**
 * The customer and the subscriptions that a completed run of the order leaves behind; `undefined` if there are none.
 * `newId` gives UUIDv7s.
 */
export const completionOf = (order: Order, newId: () => string): Completion | undefined => {
  const isNew = isNewOrder(order)
  if (!isNew && order.orderType !== "UPDATE_CUSTOMER") return undefined
  const customer = customerOf(order)
  const subscriptions = isNew ? subscriptionsOf(order, newId) : []
  return customer === undefined && subscriptions.length === 0
    ? undefined
    : { ...(customer !== undefined && { customer }), createsCustomer: isNew, subscriptions }
}
