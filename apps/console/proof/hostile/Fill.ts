/** Orders, customers, settings, issues, jobs, keys and an audit that hold hostile strings, and the pages that show them. */
import { submit } from "../Data.ts"
import { patienceMs, until } from "../Report.ts"
import type { Sluice } from "../Sluice.ts"
import { documentText, hostile, names } from "./Strings.ts"

const at = encodeURIComponent

/** The server, asked again where it says that it is too busy. Whatever may have been stored can be stored twice here. */
const patient = (sluice: Sluice): Sluice => ({
  ...sluice,
  request: async (...asked) => {
    const begun = performance.now()
    for (;;) {
      try {
        return await sluice.request(...asked)
      } catch (error) {
        if (!/: 503 /.test(String(error)) || performance.now() - begun > patienceMs) throw error
      }
    }
  }
})

/** False where the API refuses a name: kinds of settings allow different names, and one that is refused is on no page. */
const unlessRefused = (saved: Promise<unknown>): Promise<boolean> =>
  saved.then(() => true, (error: unknown) => {
    if (/: 4(00|09|22) /.test(String(error))) return false
    throw error
  })

/** The tabs of settings; a kind without one of them shows its first. Looked at for one name of each kind. */
const tabs = ["versions", "edit", "replay"]

const kinds = {
  "pipelines": () => ({ match: { orderTypes: [hostile] }, failedStatus: hostile, steps: [] }),
  "connectors": (name: string) => ({
    Name: "Webhook",
    ConnectorId: name,
    DisplayName: hostile,
    Host: "https://a.example"
  }),
  "auth-providers": () => ({
    domain: "a.example.com",
    type: "basic",
    username: hostile.slice(0, 60),
    password: hostile
  }),
  "webhook-endpoints": () => ({ url: "https://a.example.com", types: ["error"], description: hostile })
} as const

const fillSettings = async (sluice: Sluice): Promise<ReadonlyArray<string>> => {
  const pages: Array<string> = []
  for (const [kind, document] of Object.entries(kinds)) {
    pages.push(`/${kind}`)
    for (const name of names) {
      if (!await unlessRefused(sluice.request("PUT", `/v1/${kind}/${at(name)}`, document(name)))) continue
      pages.push(
        `/${kind}/${at(name)}`,
        ...name === names[0] ? tabs.map((tab) => `/${kind}/${at(name)}?tab=${tab}`) : []
      )
    }
  }
  return pages
}

const fillOrders = async (sluice: Sluice, partner: string): Promise<ReadonlyArray<string>> => {
  await sluice.request("PUT", "/v1/pipelines/showing", {
    priority: 1,
    steps: [
      { name: "calloutPlugin", id: "answered", service: hostile, options: { endpoint: `${partner}/answer` } },
      { name: "calloutPlugin", id: "markup", options: { endpoint: `${partner}/markup` } },
      {
        name: "WebhookWorkflowStep",
        id: "refused",
        StopOnError: true,
        Properties: [
          { Key: "Host", Value: `${partner}/cancel` },
          { Key: "ErrorStatus", Value: hostile },
          { Key: "X-Hostile", Value: hostile }
        ]
      }
    ]
  })
  await sluice.request("PUT", "/v1/webhook-endpoints/told", { url: `${partner}/markup`, types: ["*"] })
  const pages: Array<string> = []
  for (const id of names) {
    const order = {
      id,
      orderType: "NEW_ORDER",
      status: hostile,
      externalId: `${id} of a shop`,
      customerId: id,
      customerName: hostile,
      customerEmail: `${id}@example.com`,
      tags: [hostile],
      properties: [{ key: hostile, value: hostile, keyGroup: "__proto__" }],
      orderNotes: [{ text: hostile }],
      orderItems: [{ id, name: hostile, offer: { name: hostile } }],
      customFields: JSON.parse(documentText.replace("\\ud800", "x"))
    }
    const run = await submit(sluice, order)
    await sluice.request("PATCH", `/v1/orders/${at(id)}`, { tags: [`${hostile}, changed`] })
    pages.push(`/orders/${at(id)}`)
    // What they show is alike, but for the id.
    if (id !== names[0] && id !== "__proto__") continue
    pages.push(
      ...["history", "timeline"].map((tab) => `/orders/${at(id)}?tab=${tab}`),
      ...["overview", "order", "timeline", "webhooks", "pipeline"].map((tab) => `/process-events/${run}?tab=${tab}`)
    )
  }
  return pages
}

const first = async (sluice: Sluice, path: string): Promise<any> => (await sluice.request("GET", path)).items[0]

/** Fills the server and gives the paths of the pages that show what it holds, each once. */
export const fillHostile = async (server: Sluice, partner: string): Promise<ReadonlyArray<string>> => {
  const sluice = patient(server)
  const pages = [...await fillSettings(sluice), ...await fillOrders(sluice, partner)]
  // One completes, so that there are subscriptions and a customer.
  await sluice.request("PUT", "/v1/pipelines/completing", {
    priority: 2,
    match: { when: "order.orderNumber = 'completes'" },
    steps: []
  })
  for (const name of names) {
    await submit(sluice, {
      orderType: "NEW_ORDER",
      orderNumber: "completes",
      customerId: name,
      customerName: hostile,
      customerEmail: `${name}@example.com`,
      orderItems: [{ id: name, name: hostile, offer: { name: hostile, products: [{ name: hostile }] } }]
    })
    pages.push(`/customers/${at(name)}`)
  }
  await sluice.request("POST", "/v1/pipelines/completing/pause", { reason: hostile })
  const host = new URL(partner).host
  await sluice.request("PUT", `/v1/partners/${host}`, { maxConcurrent: 100, reason: hostile })
  const { id: job } = await sluice.request("POST", "/v1/process-events/resolve", {
    filter: { pipeline: "showing", email: `${names[0]}@example.com` },
    reason: hostile,
    output: { [hostile]: hostile }
  })
  await until("an issue is open", async () => await first(sluice, "/v1/issues") !== undefined)
  await until("a webhook is delivered", async () => await first(sluice, "/v1/deliveries?state=delivered") !== undefined)
  const issue = await first(sluice, "/v1/issues")
  const acknowledged = await sluice.request("POST", `/v1/issues/${issue.id}/acknowledge`, { reason: hostile })
  const audit = (await sluice.request("GET", "/v1/audit?limit=200")).items as ReadonlyArray<any>
  const acts = new Map(audit.map(({ action, id }) => [action, id]))
  return [
    ...pages,
    "/",
    "/?state=acknowledged",
    `/issues/${acknowledged.id}`,
    "/overview",
    "/partners",
    `/partners/${host}`,
    "/jobs",
    `/jobs/${job}`,
    "/orders",
    `/orders?q=${at(hostile)}`,
    "/process-events",
    `/process-events?pipeline=${at(names[0] ?? "")}`,
    "/deliveries",
    `/deliveries/${(await first(sluice, "/v1/deliveries?state=delivered")).id}`,
    "/notifications",
    "/customers",
    "/subscriptions",
    `/subscriptions/${(await first(sluice, "/v1/subscriptions")).id}`,
    "/audit",
    `/audit?actor=${at(hostile)}`,
    ...[...acts.values()].map((id) => `/audit/${id}`),
    `/${at(hostile)}`,
    "/orders/__proto__?tab=__proto__"
  ]
}
