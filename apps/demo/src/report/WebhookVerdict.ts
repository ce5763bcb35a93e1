/**
 * Checks that all webhooks of an order were sent: compares what its end implies (contract, section 9) with the
 * deliveries, and these with what the receivers verified; each difference is a sentence.
 */
import type { DeliveryView } from "@sluice/domain/webhook/Delivery"
import type { EndedRun } from "../observation/EndedRun.ts"
import { type SeenRequest, webhookId } from "../observation/PartnerLog.ts"

/** The requests of a delivery in the receiver's own log. */
export const heardOf = (
  { endpointId, messageId }: DeliveryView,
  heard: ReadonlyArray<SeenRequest>
): ReadonlyArray<SeenRequest> =>
  heard.filter((request) => request.partner === endpointId && webhookId(request) === messageId)

/** The verdict on a delivery: `verified` if the receiver verified every request, or else its objection. */
export const finding = (delivery: DeliveryView, heard: ReadonlyArray<SeenRequest>): string => {
  const requests = heardOf(delivery, heard)
  return requests.length === 0
    ? "never received"
    : requests.find(({ finding }) => finding !== "verified")?.finding ?? "verified"
}

/** `crm` subscribes to all of these, `warehouse` to new orders. A customer is created by one order, and updated by the others. */
const due = ({ scenario: { expected } }: EndedRun): ReadonlyArray<string> => [
  "order.submitted to crm",
  "order.submitted to warehouse",
  ...(expected.state === "completed"
    ? ["customer to crm", "subscription.created to crm", "entitlements.updated to crm"]
    : []),
  ...((expected.pluginErrors ?? []).length > 0 ? ["error to crm"] : [])
]

const named = ({ endpointId, type }: DeliveryView): string =>
  `${type.startsWith("customer.") ? "customer" : type} to ${endpointId ?? "a step's address"}`

/** A warehouse is busy the first time. */
const statusesDue = ({ endpointId }: DeliveryView): string => endpointId === "warehouse" ? "503, 204" : "204"

const list = (texts: ReadonlyArray<string>): string => texts.toSorted().join(", ")

const deliveryDifferences = (delivery: DeliveryView, { heard }: EndedRun): ReadonlyArray<string> => {
  const what = `webhook ${named(delivery)}`
  const requests = heardOf(delivery, heard)
  const recorded = delivery.attempts.map(({ error, status }) => status ?? error?.code ?? "nothing").join(", ")
  const answered = requests.map(({ answered }) => answered ?? "nothing").join(", ")
  const found = finding(delivery, heard)
  return [
    ...(delivery.state === "delivered" ? [] : [`${what}: expected delivered, found ${delivery.state}`]),
    ...(recorded === statusesDue(delivery)
      ? []
      : [`${what}, attempts: expected ${statusesDue(delivery)}, found ${recorded}`]),
    ...(answered === recorded ? [] : [`${what}: recorded ${recorded}, and its receiver answered ${answered}`]),
    ...(found === "verified" ? [] : [`${what}: its receiver says: ${found}`]),
    ...(requests.every(({ bodyBytes }) => bodyBytes === requests[0]?.bodyBytes)
      ? []
      : [`${what}: the body's bytes change between attempts`])
  ]
}

/** The differences between the webhooks of the order and those that it should have; empty if there are none. */
export const webhookDifferences = (ended: EndedRun): ReadonlyArray<string> => {
  const [expected, found] = [list(due(ended)), list(ended.deliveries.map(named))]
  return [
    ...(expected === found ? [] : [`webhooks: expected ${expected}; found ${found || "none"}`]),
    ...ended.deliveries.flatMap((delivery) => deliveryDifferences(delivery, ended))
  ]
}
