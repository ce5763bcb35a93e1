/** The webhooks of an order: the server's view, and the receivers'. */
import type { ApiClient } from "@sluice/api/ApiClient"
import { Effect, Schedule } from "effect"
import { webhookId, webhooksTo } from "./PartnerLog.ts"

/** The webhook endpoints of the demo's settings; each is played by the partner of its name. */
export const receivers = ["crm", "warehouse"] as const

/**
 * Waits until no delivery of the order is pending, and returns all of them. All messages of an order and its run are
 * stored with them, so a message that is missing from the list was never created.
 */
export const webhooksAbout = Effect.fnUntraced(
  function*(client: ApiClient["Service"], partnerLog: string, orderId: string) {
    const { items } = yield* Effect.repeat(client.deliveries.list({ query: { orderId } }), {
      until: ({ items }) => items.every(({ state }) => state !== "pending"),
      schedule: Schedule.spaced("250 millis")
    })
    const deliveries = yield* Effect.forEach(
      items.toSorted((a, b) => a.sequence - b.sequence || ((a.endpointId ?? "") < (b.endpointId ?? "") ? -1 : 1)),
      ({ id }) => client.deliveries.get({ params: { id } })
    )
    const heard = (yield* Effect.forEach(receivers, (name) => webhooksTo(partnerLog, name))).flat()
    const ids = new Set(deliveries.map(({ messageId }) => messageId))
    return { deliveries, heard: heard.filter((request) => ids.has(webhookId(request) ?? "")) }
  }
)
