/**
 * The data that the server is given to show: pipelines of every kind, orders that end in every way, and ten thousand
 * more.
 */
import { until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

const callout = (id: string, endpoint: string, options: object = {}, step: object = {}) => ({
  name: "calloutPlugin",
  id,
  ...step,
  options: { endpoint, ...options }
})

/** A partner to which nothing is sent, because it is paused before the first request. */
const pausedHost = "127.0.0.9:9"

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
  "approval": {
    match: { orderTypes: ["APPROVED_ORDER"] },
    completedStatus: "Approved",
    steps: [
      { ...callout("approve", `${partner}/ok`, {}, { critical: true }), awaitCallback: { timeout: "2.00:00:00" } },
      callout("book", `${partner}/ok`)
    ]
  },
  "held": { match: { orderTypes: ["HELD_ORDER"] }, steps: [callout("reserve", `http://${pausedHost}/reserve`)] },
  "retried": {
    match: { orderTypes: ["RETRIED_ORDER"] },
    steps: [callout("charge", `${partner}/fail`, { shouldRejectOn: { status: [500] } }, { critical: true })]
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
  /** The run that waits for an approval. */
  readonly approval: string
  /** A run that is held for `heldFor`, which is paused. */
  readonly held: string
  readonly heldFor: string
  /** The job that retried two runs, in vain. */
  readonly job: string
}

/** Submits an order and waits for its end; gives the process event's id. */
export const submit = async (sluice: Sluice, order: object): Promise<string> => {
  const answer = await sluice.request("POST", "/v1/orders", order, { prefer: "wait=60" })
  return answer.processEvent?.id ?? answer.processEventId
}

/** Submits an order whose run hangs until it is cancelled. */
export const submitHanging = async (sluice: Sluice): Promise<string> =>
  (await sluice.request("POST", "/v1/orders", { orderType: "REQUEST_RENEWAL" })).processEventId

/** Submits an order whose run waits for an approval; gives the process event's id. */
export const submitForApproval = async (sluice: Sluice): Promise<string> => {
  const { processEventId } = await sluice.request("POST", "/v1/orders", { orderType: "APPROVED_ORDER" })
  const run = () => sluice.request("GET", `/v1/process-events/${processEventId}`)
  await until("the run waits for an approval", async () => (await run()).state === "waiting")
  return processEventId
}

/** A run that is held for a paused partner. */
const submitHeld = async (sluice: Sluice): Promise<string> => {
  await sluice.request("PUT", `/v1/partners/${pausedHost}`, { paused: true, reason: "maintenance until 06:00" })
  const { processEventId } = await sluice.request("POST", "/v1/orders", {
    orderType: "HELD_ORDER",
    customerEmail: "grace@example.com"
  })
  const run = () => sluice.request("GET", `/v1/process-events/${processEventId}`)
  await until("the run is held", async () => (await run()).state === "waiting")
  return processEventId
}

/** A job that has ended. */
const retryMany = async (sluice: Sluice): Promise<string> => {
  await submit(sluice, { orderType: "RETRIED_ORDER" })
  await submit(sluice, { orderType: "RETRIED_ORDER" })
  const { id } = await sluice.request("POST", "/v1/process-events/retry", {
    filter: { pipeline: "retried" },
    reason: "the bank says that it is back"
  })
  await until("the job ends", async () => (await sluice.request("GET", `/v1/jobs/${id}`)).state === "completed")
  return id
}

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
  return {
    well,
    failed,
    patched,
    large,
    delivery,
    change,
    issue,
    partner: host,
    approval: await submitForApproval(sluice),
    held: await submitHeld(sluice),
    heldFor: pausedHost,
    job: await retryMany(sluice)
  }
}
