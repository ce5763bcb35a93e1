/** The customer and the subscriptions derived from a completed run, by the type of its order. Contract: section 9. */
import { type CustomerChange, customerOf } from "./Customer.ts"
import type { Order } from "./Order.ts"
import { type NewSubscription, subscriptionFault, subscriptionsOf } from "./Subscription.ts"

export interface Completion {
  readonly customer?: CustomerChange
  /** True if the customer is created where none is stored. */
  readonly createsCustomer: boolean
  readonly subscriptions: ReadonlyArray<NewSubscription>
}

const isNewOrder = ({ orderType }: Order): boolean => orderType === "NEW_ORDER" || orderType === "NEW_GIFT_ORDER"

/**
 * The reason why a completed run of the order creates less than the order asks for; `undefined` if it creates all of
 * it.
 */
export const completionFault = (order: Order): string | undefined =>
  isNewOrder(order) ? subscriptionFault(order) : undefined

/**
 * The customer and the subscriptions that a completed run of the order creates or changes; `undefined` if there are
 * none. `newId` gives UUIDv7s.
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
