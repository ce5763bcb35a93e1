/** `trigger`: makes an example event, for those who build a receiver or a pipeline. */
import { ApiClient } from "@sluice/api/ApiClient"
import {
  type EventType,
  eventTypes,
  isWebhookType,
  webhookTypeOf,
  webhookTypes
} from "@sluice/domain/webhook/WebhookType"
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { opened, waitFlag } from "../commands/Orders.ts"
import { usage } from "../terminal/Failure.ts"
import { given, textFlag, writtenObject } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"

/** Order types by the webhook that their submission makes; of several, the first. */
const orderTypes = [
  "NEW_ORDER",
  "CHANGED_DELIVERY_ADDRESS",
  "CHANGE_PAYMENT_REQUEST",
  "CHANGE_OFFER",
  "ADD_OFFER",
  "CANCEL_REQUEST",
  "UPDATE_CUSTOMER",
  "UPDATE_SUBSCRIPTION"
]

/** The messages that the completed run of a new order makes. Errors, and the state of other systems, are not made on purpose. */
const ofCompletion = ["subscription.created", "customer.created", "customer.updated", "order.completed"]

/** The order type whose example leads to a message of `type`; for an order type, that type itself. */
export const orderTypeFor = (type: string): string | undefined => {
  if (!isWebhookType(type) && /^[A-Z][A-Z0-9_]*$/.test(type)) return type
  const made = orderTypes.find((orderType) => webhookTypeOf(orderType) === type)
  return made ?? (ofCompletion.includes(type) ? "NEW_ORDER" : undefined)
}

const customer = { customerEmail: "ada@example.com", customerName: "Ada Example" }

/** An order of `orderType` with a customer, an address and an item, so that most pipelines have what they ask for. */
export const exampleOrder = (orderType: string) => ({
  orderType,
  source: "sluice trigger",
  ...customer,
  shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", city: "Stockholm", countryCode: "SE" },
  orderItems: [{ name: "Example", quantity: 1, price: { amount: 10, currency: "SEK" } }]
})

const isEvent = (type: string): type is EventType => eventTypes.some((one) => one === type)

export const trigger = Command.make(
  "trigger",
  {
    type: Argument.String("type").pipe(
      Argument.withDescription("An order type (NEW_ORDER), a webhook's type (order.submitted), or test")
    ),
    endpoint: textFlag("endpoint", "Of test: the webhook endpoint"),
    data: textFlag("data", "Of an event like checkout.initiated: its members, as JSON, a JSON file, or -"),
    idempotencyKey: textFlag("idempotency-key", "Of an event: the same key with the same data is the same event"),
    wait: waitFlag
  },
  Effect.fnUntraced(function*({ data, endpoint, idempotencyKey, type, wait }) {
    const client = yield* ApiClient
    const output = yield* Output
    if (type === "test") {
      if (Option.isNone(endpoint)) return yield* usage("Say to which webhook endpoint: --endpoint <id>")
      const sent = yield* client.webhookEndpoints.test({ params: { id: endpoint.value } })
      return yield* output.result(sent, () => [`${sent.state}: ${sent.id}`])
    }
    if (isEvent(type)) {
      const made = yield* client.events.report({
        payload: { type, data: Option.isSome(data) ? yield* writtenObject(data.value) : customer },
        headers: given("idempotency-key", idempotencyKey)
      })
      return yield* output.result(made, () => [`stored: ${made.eventId}`])
    }
    if (Option.isSome(data)) {
      return yield* usage(`--data is for ${eventTypes.join(", ")}; sluice submit takes an order of your own`)
    }
    const orderType = orderTypeFor(type)
    if (orderType === undefined) {
      return yield* usage(
        `${type} cannot be triggered: use an order type like NEW_ORDER, test, or one of ${
          webhookTypes.filter((one) => isEvent(one) || orderTypeFor(one) !== undefined).join(", ")
        }`
      )
    }
    const receipt = yield* client.orders.submit({ payload: exampleOrder(orderType), headers: {}, query: {} })
    if ("processEvent" in receipt) return
    yield* opened(receipt, wait)
  })
).pipe(
  Command.withDescription("Make an example: an order of a type, the message of a webhook's type, or a test message"),
  Command.withExamples([
    { command: "sluice trigger order.submitted", description: "An order whose submission makes that message" },
    { command: "sluice trigger test --endpoint shop", description: "A message to one endpoint" }
  ])
)
