/** Orders that ended exactly as their scenarios expect, made up from the expectations. */
import type { CalloutView } from "@sluice/domain/callout/CalloutRecord"
import type { Outcome } from "@sluice/domain/callout/Outcome"
import type { ProcessEvent } from "@sluice/domain/run/ProcessEvent"
import type { DeliveryView } from "@sluice/domain/webhook/Delivery"
import { DateTime } from "effect"
import type { EndedRun } from "../src/observation/EndedRun.ts"
import type { SeenRequest } from "../src/observation/PartnerLog.ts"
import { type Expectation, orderId, type Scenario } from "../src/scenario/Scenario.ts"
import { scenarios } from "../src/scenario/Scenarios.ts"

const startedAt = 1_700_000_000_000
const iso = (ms: number): string => DateTime.formatIso(DateTime.makeUnsafe(startedAt + ms))

const origin = (partner: string): string => `http://127.0.0.1:${40_000 + partner.length}`

/** When a step's attempts start, milliseconds after the run's start. */
const starts = (waits: ReadonlyArray<number> | undefined, count: number): ReadonlyArray<number> => {
  const times = [0]
  for (const wait of waits ?? []) times.push(times.at(-1)! + wait + 10)
  return times.slice(0, count)
}

const callout = (key: string, attempt: number, at: number, endpoint: string, outcome: Outcome): CalloutView => ({
  id: `callout-${key}-${attempt}`,
  attempt,
  endpoint,
  idempotencyKey: key,
  startedAt: iso(at),
  durationMs: 8,
  request: { method: "POST", headers: {}, body: {} },
  ...(outcome === "unreachable" || outcome === "timed-out"
    ? { error: { name: outcome, message: outcome, ...(outcome === "unreachable" ? { code: "reset" } : {}) } }
    : { response: { status: outcome === "rejected" ? 503 : 200, headers: {}, body: {} } }),
  outcome
})

/**
 * The messages about an order with this end: everything goes to `crm`, the order to `warehouse`, which was busy at
 * first.
 */
const webhooks = ({ pluginErrors = [], state }: Expectation) => {
  const types = [
    "order.submitted",
    ...(state === "completed" ? ["customer.updated", "subscription.created", "entitlements.updated"] : []),
    ...(pluginErrors.length > 0 ? ["error"] : [])
  ]
  const sent = [
    ...types.map((type) => ["crm", type, [204]] as const),
    [
      "warehouse",
      "order.submitted",
      [503, 204]
    ] as const
  ]
  const deliveries = sent.map(([endpointId, type, statuses], index): DeliveryView => ({
    id: `delivery-${index}`,
    messageId: `msg-${type}`,
    sequence: index,
    endpointId,
    type,
    state: "delivered",
    attemptCount: statuses.length,
    createdAt: iso(0),
    attempts: statuses.map((status, at) => ({ number: at + 1, startedAt: iso(at * 5400), durationMs: 4, status }))
  }))
  const heard = sent.flatMap(([partner, type, statuses]) =>
    statuses.map((status): SeenRequest => ({
      partner,
      path: "/hooks",
      headers: { "webhook-id": `msg-${type}` },
      bodyBytes: "e30=",
      receivedAt: startedAt,
      answered: String(status),
      finding: "verified"
    }))
  )
  return { deliveries, heard }
}

/** The scenario's order, ended as expected. Requests are given to the steps in order. */
export const asExpected = (scenario: Scenario): EndedRun => {
  const { expected } = scenario
  const requests = [...expected.requests]
  const seen: Array<SeenRequest> = []
  const steps: ProcessEvent["steps"] = expected.steps.map((step, index) => {
    const key = `key-${step.id}`
    // A step may make several requests, each with attempts of its own.
    const attempts: Array<{ key: string; attempt: number; at: number; endpoint: string }> = []
    while (attempts.length < step.outcomes.length) {
      const sent = requests.shift()!
      const times = starts(sent.waitsMs, sent.count)
      const own = attempts.length === 0 ? key : `${key}-${attempts.length}`
      const endpoint = `${origin(sent.partner)}${sent.path}`
      for (const [number, at] of times.entries()) {
        attempts.push({ key: own, attempt: number + 1, at, endpoint })
        seen.push({
          partner: sent.partner,
          path: sent.path,
          headers: {
            "idempotency-key": own,
            ...(sent.authorization === undefined ? {} : { authorization: sent.authorization }),
            ...(sent.counted === true
              ? {
                "accept": "application/json",
                "user-agent": "OmniumOms/1",
                "x-delivery-count": String(number + 1),
                "x-max-delivery-count": "4"
              }
              : {})
          },
          bodyBytes: Buffer.from((sent.body ?? ["{}"]).join(" ")).toString("base64"),
          receivedAt: startedAt + at,
          answered: sent.abandonedAfterMs === undefined ? "200" : "abandoned",
          answeredAt: startedAt + at + (sent.abandonedAfterMs ?? 8)
        })
      }
    }
    return {
      id: step.id,
      index,
      name: step.id === "WebhookWorkflowStep" ? step.id : "calloutPlugin",
      phase: "steps",
      critical: true,
      state: step.state,
      ...(step.error === undefined
        ? {}
        : { error: { name: "calloutPlugin", kind: "timed-out" as const, message: step.error } }),
      ...(step.state === "skipped" ? { reason: "a critical step before it failed" } : {}),
      callouts: attempts.map(({ attempt, at, endpoint, key }, index) =>
        callout(key, attempt, at, endpoint, step.outcomes[index]!)
      )
    }
  })
  return {
    scenario,
    order: {
      ...scenario.order,
      id: orderId(scenario),
      status: "New",
      version: 1,
      ...expected.order,
      errors: (expected.orderErrors ?? []).map((message) => ({ message }))
    },
    processEvent: {
      id: "process_event-1",
      eventId: "event-1",
      orderId: orderId(scenario),
      pipeline: { name: String(scenario.order["orderOrigin"]), version: 1 },
      state: expected.state,
      createdAt: iso(0),
      startedAt: iso(0),
      finishedAt: iso(100),
      durationMs: 100,
      failedSteps: 0,
      steps,
      pluginErrorOutput: (expected.pluginErrors ?? []).map((name) => ({ name, message: "failed" }))
    },
    history: (expected.history ?? []).map((message) => ({
      at: iso(0),
      operation: "Test",
      message,
      source: "pipeline"
    })),
    seen,
    ...webhooks(expected),
    partners: Object.fromEntries(expected.requests.map(({ partner }) => [partner, origin(partner)]))
  }
}

/** One of the demo's orders, by its scenario's name. */
export const ended = (name: string): EndedRun => asExpected(scenarios.find((scenario) => scenario.name === name)!)
