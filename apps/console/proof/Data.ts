/** What the server is given to show: pipelines of every temper, orders that end in every way, and ten thousand more. */
import { until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

const callout = (id: string, endpoint: string, options: object = {}, step: object = {}) => ({
  name: "calloutPlugin",
  id,
  ...step,
  options: { endpoint, ...options }
})

const pipelines = (partner: string): Readonly<Record<string, object>> => ({
  "well": {
    match: { orderTypes: ["NEW_ORDER"] },
    completedStatus: "Active",
    steps: [callout("provision", `${partner}/ok`)]
  },
  "failing": {
    match: { orderTypes: ["REFUND"] },
    steps: [
      callout("first", `${partner}/ok`),
      callout("billing", `${partner}/fail`, { shouldRejectOn: { status: [500] } }, { critical: true }),
      callout("after", `${partner}/ok`)
    ]
  },
  "hanging": {
    match: { orderTypes: ["REQUEST_RENEWAL"] },
    steps: [callout("slow", `${partner}/never`, { timeoutValue: 600_000 }, { critical: true })]
  },
  "patching": {
    match: { orderTypes: ["UPDATE_CUSTOMER"] },
    steps: [{
      name: "WebhookWorkflowStep",
      id: "validate",
      Connector: "Webhook",
      Properties: [{ Key: "Host", Value: `${partner}/patch` }]
    }]
  },
  "large": {
    match: { orderTypes: ["DATA_CAPTURE"] },
    steps: Array.from({ length: 100 }, (_, n) => callout(`call${n}`, `${partner}/large`))
  },
  "many": { match: { orderTypes: ["CHANGE_OFFER"] }, steps: [] }
})

export interface Shown {
  readonly well: string
  readonly failed: string
  readonly patched: string
  readonly large: string
  readonly delivery: string
  /** A record of the audit with something before and after. */
  readonly change: string
  /** The issue of the failed run. */
  readonly issue: string
  /** The host of the partner. */
  readonly partner: string
}

/** Submits an order and waits for its end; gives the process event's id. */
export const submit = async (sluice: Sluice, order: object): Promise<string> => {
  const answer = await sluice.request("POST", "/v1/orders", order, { prefer: "wait=60" })
  return answer.processEvent?.id ?? answer.processEventId
}

/** Submits an order whose run hangs until it is cancelled. */
export const submitHanging = async (sluice: Sluice): Promise<string> =>
  (await sluice.request("POST", "/v1/orders", { orderType: "REQUEST_RENEWAL" })).processEventId

export const fill = async (sluice: Sluice, partner: string, many: number): Promise<Shown> => {
  for (const [name, definition] of Object.entries(pipelines(partner))) {
    await sluice.request("PUT", `/v1/pipelines/${name}`, definition)
  }
  await sluice.request("PUT", "/v1/webhook-endpoints/proof", { url: `${partner}/hook`, types: ["order.submitted"] })
  await sluice.request("PUT", "/v1/webhook-endpoints/dead", { url: `${partner}/fail`, types: ["order.submitted"] })
  for (let from = 0; from < many; from += 200) {
    await Promise.all(
      Array.from(
        { length: Math.min(200, many - from) },
        () => sluice.request("POST", "/v1/orders", { orderType: "CHANGE_OFFER", customerEmail: "grace@example.com" })
      )
    )
  }
  const well = await submit(sluice, {
    orderType: "NEW_ORDER",
    externalId: "web-1001",
    customerId: "ada",
    customerEmail: "Ada@example.com",
    customerName: "Ada Lovelace",
    orderItems: [{ id: "i1", name: "Magazine", quantity: 1 }]
  })
  const failed = await submit(sluice, { orderType: "REFUND", id: "order-of-the-failed" })
  const patched = await submit(sluice, { orderType: "UPDATE_CUSTOMER", id: "order-of-the-patch" })
  const large = await submit(sluice, { orderType: "DATA_CAPTURE" })
  const delivered = () => sluice.request("GET", "/v1/deliveries?endpointId=proof&state=delivered&limit=1")
  await until("a webhook is delivered", async () => (await delivered()).items.length > 0)
  const delivery = (await delivered()).items[0].id
  await sluice.request("PUT", "/v1/pipelines/many", { match: { orderTypes: ["CHANGE_OFFER"] }, steps: [], priority: 1 })
  const change = (await sluice.request("GET", "/v1/audit?action=pipeline.update&limit=1")).items[0].id
  const issues = () => sluice.request("GET", "/v1/issues?pipeline=failing&limit=1")
  await until("the failed run is grouped", async () => (await issues()).items.length > 0)
  const issue = (await issues()).items[0].id
  const { host } = new URL(partner)
  await until("the partner is listed", async () => (await sluice.request("GET", "/v1/partners")).items.length > 0)
  return { well, failed, patched, large, delivery, change, issue, partner: host }
}
