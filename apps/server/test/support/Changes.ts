/** Every change that the API offers, and what they are changes of. */
import { assert } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { Partner } from "./Partner.ts"
import { type Answer, Sluice } from "./Sluice.ts"

export interface Stored {
  readonly failed: string
  readonly running: string
  readonly delivery: string
  readonly job: string
  readonly issue: string
  readonly replay: string
  /** The path of a URL that waits for a callback. */
  readonly callback: string
}

export interface Change {
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly body?: object
}

/** One request for each endpoint that changes something, in what {@link fill} has stored. */
export const changes = (
  { callback, delivery, failed, issue, job, replay, running }: Stored
): ReadonlyArray<Change> => [
  { endpoint: "orders.submit", method: "POST", path: "/v1/orders", body: { orderType: "A" } },
  { endpoint: "orders.edit", method: "PATCH", path: "/v1/orders/one", body: { status: "Paid" } },
  { endpoint: "orders.process", method: "POST", path: "/v1/orders/one/process", body: {} },
  { endpoint: "processEvents.cancel", method: "POST", path: `/v1/process-events/${running}/cancel`, body: {} },
  { endpoint: "retries.retry", method: "POST", path: `/v1/process-events/${failed}/retry`, body: {} },
  {
    endpoint: "retries.resolve",
    method: "POST",
    path: `/v1/process-events/${failed}/steps/call/resolve`,
    body: { reason: "by hand" }
  },
  ...["cancel", "retry", "resolve"].map((verb) => ({
    endpoint: `jobs.${verb}Many`,
    method: "POST",
    path: `/v1/process-events/${verb}`,
    body: { filter: { pipeline: "calling" }, reason: "r" }
  })),
  { endpoint: "personalData.erase", method: "POST", path: "/v1/customers/nobody/erase", body: { reason: "r" } },
  ...["acknowledge", "resolve", "retry"].map((verb) => ({
    endpoint: `issues.${verb}`,
    method: "POST",
    path: `/v1/issues/${issue}/${verb}`,
    body: { reason: "r" }
  })),
  { endpoint: "jobs.cancel", method: "POST", path: `/v1/jobs/${job}/cancel` },
  { endpoint: "callbacks.answer", method: "POST", path: callback, body: {} },
  { endpoint: "events.report", method: "POST", path: "/v1/events", body: { type: "cancel.attempted", data: {} } },
  { endpoint: "deliveries.redeliver", method: "POST", path: `/v1/deliveries/${delivery}/redeliver` },
  { endpoint: "partners.put", method: "PUT", path: "/v1/partners/limited.invalid", body: { ratePerSecond: 5 } },
  { endpoint: "partners.reset", method: "POST", path: "/v1/partners/nobody.invalid/reset" },
  { endpoint: "pipelines.put", method: "PUT", path: "/v1/pipelines/new", body: { steps: [] } },
  { endpoint: "pipelines.pause", method: "POST", path: "/v1/pipelines/plain/pause", body: { reason: "r" } },
  { endpoint: "pipelines.resume", method: "POST", path: "/v1/pipelines/plain/resume", body: { reason: "r" } },
  { endpoint: "pipelines.remove", method: "DELETE", path: "/v1/pipelines/old" },
  {
    endpoint: "connectors.put",
    method: "PUT",
    path: "/v1/connectors/new",
    body: { Name: "n", Host: "https://x.example" }
  },
  { endpoint: "connectors.testConnection", method: "POST", path: "/v1/connectors/tested/test", body: {} },
  { endpoint: "connectors.remove", method: "DELETE", path: "/v1/connectors/old" },
  {
    endpoint: "authProviders.put",
    method: "PUT",
    path: "/v1/auth-providers/new",
    body: { domain: "x.example", type: "basic", username: "u", password: "long enough" }
  },
  { endpoint: "authProviders.testConnection", method: "POST", path: "/v1/auth-providers/tested/test", body: {} },
  { endpoint: "authProviders.remove", method: "DELETE", path: "/v1/auth-providers/old" },
  {
    endpoint: "webhookEndpoints.put",
    method: "PUT",
    path: "/v1/webhook-endpoints/new",
    body: { url: "https://x.example", types: ["*"] }
  },
  { endpoint: "webhookEndpoints.remove", method: "DELETE", path: "/v1/webhook-endpoints/old" },
  {
    endpoint: "webhookEndpoints.create",
    method: "POST",
    path: "/v1/webhook-endpoints",
    body: { url: "https://y.example", types: ["*"] }
  },
  { endpoint: "webhookEndpoints.rotateSecret", method: "POST", path: "/v1/webhook-endpoints/kept/rotate-secret" },
  { endpoint: "webhookEndpoints.test", method: "POST", path: "/v1/webhook-endpoints/kept/test" },
  {
    endpoint: "webhookEndpoints.replay",
    method: "POST",
    path: "/v1/webhook-endpoints/kept/replay",
    body: { since: "2026-01-02T03:40:00Z" }
  },
  {
    endpoint: "webhookEndpoints.cancelReplay",
    method: "POST",
    path: `/v1/webhook-endpoints/kept/replays/${replay}/cancel`
  },
  { endpoint: "apiKeys.remove", method: "DELETE", path: `/v1/api-keys/api_key-${"0".repeat(12)}7000${"8".repeat(16)}` },
  // Last: with a key that is stored, every request needs one.
  { endpoint: "apiKeys.create", method: "POST", path: "/v1/api-keys", body: { name: "first", roles: ["admin"] } }
]

const ok = (answer: Answer): Answer => {
  assert.isBelow(answer.status, 300, answer.text)
  return answer
}

/** Stores an order of each kind of end, a delivery, a replay, a job, and settings to change. */
export const fill = Effect.gen(function*() {
  const { ask } = yield* Sluice
  const partner = yield* Partner
  const put = (path: string, body: object) => Effect.map(ask("PUT", path, { body: body as never }), ok)
  partner.answer("/hangs", () => {})
  const step = (path: string, timeoutValue: number) => ({
    id: "call",
    name: "calloutPlugin",
    critical: true,
    options: { endpoint: partner.url + path, timeoutValue, shouldRejectOn: { status: [200] } }
  })
  yield* put("/v1/pipelines/plain", { match: { orderTypes: ["A"] }, steps: [] })
  yield* put("/v1/pipelines/calling", { match: { orderTypes: ["CALL"] }, steps: [step("/no", 1000)] })
  yield* put("/v1/pipelines/hanging", { match: { orderTypes: ["HANG"] }, steps: [step("/hangs", 600_000)] })
  yield* put("/v1/pipelines/asking", {
    match: { orderTypes: ["ASK"] },
    steps: [{
      id: "ask",
      name: "calloutPlugin",
      awaitCallback: { timeout: 600_000 },
      options: { endpoint: `${partner.url}/asked`, timeoutValue: 5000 }
    }]
  })
  yield* put("/v1/pipelines/old", { match: { orderTypes: ["NEVER"] }, steps: [] })
  yield* put("/v1/connectors/old", { Name: "o", Host: "https://x.example" })
  yield* put("/v1/auth-providers/old", { domain: "o.example", type: "bearer", token: "long enough" })
  yield* put("/v1/connectors/tested", { Name: "t", Host: `${partner.url}/tested` })
  yield* put("/v1/auth-providers/tested", { domain: new URL(partner.url).host, type: "bearer", token: "long enough" })
  yield* put("/v1/webhook-endpoints/old", { url: partner.url, types: ["address.added"] })
  yield* put("/v1/webhook-endpoints/kept", { url: partner.url, types: ["cancel.attempted"] })
  const submit = (orderType: string, id: string, wait: number) =>
    Effect.map(ask("POST", "/v1/orders", { headers: { prefer: `wait=${wait}` }, body: { orderType, id } }), ok)
  yield* submit("A", "one", 20)
  const { json } = yield* submit("CALL", "two", 20)
  const hanging = yield* submit("HANG", "three", 0)
  yield* submit("ASK", "four", 0)
  const asked = yield* Effect.repeat(Effect.sync(() => partner.asked.find(({ path }) => path === "/asked")), {
    until: (one) => one !== undefined,
    schedule: Schedule.spaced("50 millis")
  })
  yield* Effect.repeat(ask("GET", "/v1/process-events?orderId=four"), {
    until: ({ json }) => json.items[0]?.state === "waiting",
    schedule: Schedule.spaced("50 millis")
  })
  yield* ask("POST", "/v1/events", { body: { type: "cancel.attempted", data: {} } })
  const post = (path: string, body: object) => Effect.map(ask("POST", path, { body: body as never }), ok)
  const delivery = yield* Effect.repeat(ask("GET", "/v1/deliveries?state=delivered"), {
    until: ({ json }) => json.items.length > 0,
    schedule: Schedule.spaced("50 millis")
  })
  const replay = yield* post("/v1/webhook-endpoints/kept/replay", { since: "2026-01-02T03:40:00Z" })
  const job = yield* post("/v1/process-events/retry", { filter: { pipeline: "none" }, reason: "r" })
  const completed = (path: string) =>
    Effect.repeat(ask("GET", path), {
      until: ({ json }) => json.state === "completed",
      schedule: Schedule.spaced("50 millis")
    })
  yield* completed(`/v1/webhook-endpoints/kept/replays/${replay.json.id}`)
  yield* completed(`/v1/jobs/${job.json.id}`)
  const issues = yield* Effect.repeat(ask("GET", "/v1/issues"), {
    until: ({ json }) => json.items.length > 0,
    schedule: Schedule.spaced("50 millis")
  })
  return {
    failed: json.processEvent.id,
    running: hanging.json.processEventId,
    delivery: delivery.json.items[0].id,
    job: job.json.id,
    issue: issues.json.items[0].id,
    replay: replay.json.id,
    callback: new URL(String(asked?.headers["sluice-callback-url"])).pathname
  } satisfies Stored
})
