/** The body of Zuora's "Create an order" (`POST /v1/orders`), and the results of its answer for later steps. */
import { isObject, type JsonObject } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { textOf } from "../JsonAnswer.ts"
import type { ZuoraOptions } from "./ZuoraOptions.ts"

const evergreen = { initialTerm: { termType: "EVERGREEN" } }

/** The date of an order, `yyyy-mm-dd`: its own date, else the day on which it was submitted (UTC). */
export const orderDate = (order: Order): string =>
  /^\d{4}-\d{2}-\d{2}/.exec(textOf(order.orderDate) ?? "")?.[0] ?? order.createdAt.slice(0, 10)

/** The exact text of the request's body. */
export const orderBody = ({ subscriptions }: ZuoraOptions, accountNumber: string, order: Order): string => {
  const triggerDate = orderDate(order)
  return JSON.stringify({
    description: `Order ${order.id}`,
    existingAccountNumber: accountNumber,
    orderDate: triggerDate,
    subscriptions: subscriptions.map(({ productRatePlanId, terms = evergreen }) => ({
      orderActions: [{
        type: "CreateSubscription",
        triggerDates: [{ name: "ContractEffective", triggerDate }],
        createSubscription: { terms, subscribeToRatePlans: [{ productRatePlanId }] }
      }]
    }))
  })
}

/** Both forms in which Zuora names the subscriptions: `subscriptionNumbers`, and `subscriptions[].subscriptionNumber`. */
const subscriptionNumbersOf = (answer: JsonObject): ReadonlyArray<string> => {
  const numbers = Array.isArray(answer.subscriptionNumbers)
    ? answer.subscriptionNumbers
    : Array.isArray(answer.subscriptions)
    ? answer.subscriptions.map((one) => isObject(one) ? one.subscriptionNumber : undefined)
    : []
  return numbers.map(textOf).filter((number) => number !== undefined)
}

export interface ZuoraNumbers extends JsonObject {
  readonly accountNumber: string
  readonly subscriptionNumbers: ReadonlyArray<string>
  readonly orderNumber: string
}

/** The step's output for later steps. */
export const numbersOf = (accountNumber: string, answer: JsonObject): ZuoraNumbers => ({
  accountNumber,
  subscriptionNumbers: subscriptionNumbersOf(answer),
  orderNumber: textOf(answer.orderNumber) ?? ""
})

/** An OrderPatch that adds Zuora's numbers to the order's external ids. */
export const externalIdsPatch = ({ accountNumber, orderNumber, subscriptionNumbers }: ZuoraNumbers): JsonObject => ({
  externalIds: [
    { providerName: "ZuoraAccount", id: accountNumber },
    ...subscriptionNumbers.map((id) => ({ providerName: "ZuoraSubscription", id })),
    { providerName: "ZuoraOrder", id: orderNumber }
  ]
})
