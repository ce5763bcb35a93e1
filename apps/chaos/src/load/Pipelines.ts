/** The pipelines of chaos, each with a different behaviour that a kill may interrupt. */
import type { JsonObject } from "@sluice/domain/json/Json"

const callout = (id: string, endpoint: string, options: JsonObject = {}, members: JsonObject = {}): JsonObject => ({
  name: "calloutPlugin",
  id,
  critical: true,
  options: { endpoint, timeoutValue: 8000, ...options },
  ...members
})

const workflow = (id: string, host: string, members: JsonObject = {}): JsonObject => ({
  name: "WebhookWorkflowStep",
  id,
  Connector: "Webhook",
  StopOnError: true,
  Properties: [{ Key: "Host", Value: host }],
  ...members
})

/** A plugin's retries, quick ones. */
const retry = { shouldRejectOn: { status: [500, 503] }, retry: { delaysMs: [200, 400, 800, 1600, 3200] } }

/** The pipelines by order type. Partner `good` mostly succeeds, `bad` mostly does not. */
export const pipelines = (good: string, bad: string): Readonly<Record<string, JsonObject>> => ({
  REFUND: {
    completedStatus: "Done",
    steps: [
      callout("a", `${good}/ok/a`),
      callout("b", `${good}/mixed/b`, retry),
      callout("c", `${good}/ok/c`)
    ]
  },
  NEW_ORDER: {
    completedStatus: "Active",
    steps: [workflow("enrich", `${good}/patch/enriched`), callout("provision", `${good}/ok/p`)],
    postProcessing: [{ name: "webhook", options: { endpoint: `${good}/export/post` } }]
  },
  CANCEL_REQUEST: {
    steps: [
      callout("first", `${good}/ok/first`, {}, { compensate: { endpoint: `${good}/undo/first` } }),
      callout("second", `${good}/reject/second`, { shouldRejectOn: { status: [400] } })
    ]
  },
  CHANGE_OFFER: {
    steps: [workflow("flaky", `${good}/flaky/f`), workflow("again", `${good}/patch/again`)]
  },
  ADD_OFFER: {
    steps: [callout("slow", `${good}/slow/s`), callout("slower", `${good}/slow/t`), callout("last", `${good}/ok/l`)]
  },
  UPDATE_SUBSCRIPTION: {
    steps: [
      {
        name: "ExportOrder",
        id: "export",
        Connector: "Webhook",
        Properties: [{ Key: "Host", Value: `${good}/export/e` }]
      },
      callout("told", `${good}/export/t`, { shouldRejectOn: { status: [500] } }, { critical: false, blocking: false }),
      callout("after", `${good}/ok/e`)
    ]
  },
  CHANGE_PAYMENT_REQUEST: {
    steps: [
      callout("approval", `${good}/later/a`, {}, { awaitCallback: { timeout: 600_000 } }),
      callout("after", `${good}/ok/approved`)
    ]
  },
  DATA_CAPTURE: {
    steps: ["nul", "flood", "drip", "hang"].map((kind) =>
      callout(kind, `${bad}/${kind}/x`, { timeoutValue: 1200 }, { critical: false })
    )
  }
})

/** The order types, repeated by frequency. */
export const orderTypes: ReadonlyArray<string> = [
  ...Array.from({ length: 5 }, () => "REFUND"),
  ...Array.from({ length: 5 }, () => "NEW_ORDER"),
  "CANCEL_REQUEST",
  "CANCEL_REQUEST",
  "CHANGE_OFFER",
  "CHANGE_OFFER",
  "ADD_OFFER",
  "ADD_OFFER",
  "UPDATE_SUBSCRIPTION",
  "CHANGE_PAYMENT_REQUEST",
  "CHANGE_PAYMENT_REQUEST",
  "DATA_CAPTURE"
]
