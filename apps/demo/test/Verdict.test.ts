import { assert, describe, it } from "@effect/vitest"
import type { EndedRun } from "../src/observation/EndedRun.ts"
import { differences } from "../src/report/Verdict.ts"
import { scenarios } from "../src/scenario/Scenarios.ts"
import { asExpected, ended } from "./Fixture.ts"

type Change = (ended: EndedRun) => EndedRun

/** Changes the partners' log, request by request; nothing for a request that never came. */
const seen = (
  change: (request: EndedRun["seen"][number], index: number) => Partial<EndedRun["seen"][number]> | undefined
): Change =>
(ended) => ({
  ...ended,
  seen: ended.seen.flatMap((request, index) => {
    const changed = change(request, index)
    return changed === undefined ? [] : [{ ...request, ...changed }]
  })
})

const header = (name: string, value: string, which: number): Change =>
  seen((request, index) => index === which ? { headers: { ...request.headers, [name]: value } } : {})

const event = (change: (event: EndedRun["processEvent"]) => Partial<EndedRun["processEvent"]>): Change => (ended) => ({
  ...ended,
  processEvent: { ...ended.processEvent, ...change(ended.processEvent) }
})

const delivery = (members: Partial<EndedRun["deliveries"][number]>): Change => (ended) => ({
  ...ended,
  deliveries: ended.deliveries.map((one) => ({ ...one, ...members }))
})

const heard =
  (change: (request: EndedRun["heard"][number]) => Partial<EndedRun["heard"][number]> | undefined): Change =>
  (
    ended
  ) => ({
    ...ended,
    heard: ended.heard.flatMap((request) => {
      const changed = change(request)
      return changed === undefined ? [] : [{ ...request, ...changed }]
    })
  })

const order = (members: EndedRun["order"]): Change => (ended) => ({ ...ended, order: { ...ended.order, ...members } })

describe("The verdict", () => {
  it.each(scenarios)("reports no fault of $name when it ended as expected", (scenario) => {
    assert.deepStrictEqual(differences(asExpected(scenario)), [])
  })

  it.each<[string, string, Change, string]>([
    ["patch", "another final state", event(() => ({ state: "failed" })), `run: expected "completed", found "failed"`],
    ["patch", "a step too few", event(({ steps }) => ({ steps: steps.slice(0, 1) })), "steps: expected"],
    [
      "cancel",
      "a skipped step that ran",
      event(({ steps }) => ({ steps: steps.map((step) => ({ ...step, state: "failed" as const })) })),
      `step billing: expected "skipped", found "failed"`
    ],
    [
      "timeout",
      "another error message",
      event(({ steps }) => ({
        steps: steps.map((step) => ({
          ...step,
          error: { name: step.name, kind: "timed-out" as const, message: "too slow" }
        }))
      })),
      `step entitlement, error: expected "This operation was aborted", found "too slow"`
    ],
    [
      "retries",
      "an attempt with another outcome",
      event(({ steps }) => ({
        steps: steps.map((step) => ({
          ...step,
          callouts: step.callouts.map((callout) => ({ ...callout, outcome: "rejected" as const }))
        }))
      })),
      "step WebhookWorkflowStep, attempts: expected"
    ],
    ["cancel", "a plugin error too few", event(() => ({ pluginErrorOutput: [] })), "pluginErrorOutput: expected"],
    ["patch", "another status", order({ status: "New" }), `order.status: expected "Validated", found "New"`],
    ["patch", "a patch that lost a list", order({ tags: [] }), `order.tags: expected ["fraud-checked"], found []`],
    ["advice", "a changed order", order({ version: 2 }), "order.version: expected 1, found 2"],
    [
      "advice",
      "an error on the order",
      order({ errors: [{ message: "no" }] }),
      "order.errors, count: expected 0, found 1"
    ],
    ["cancel", "no reason on the order", order({ errors: [{ message: "no" }] }), "order.errors: nothing says"],
    ["advice", "no reason in the history", (ended) => ({ ...ended, history: [] }), "history: nothing says"],
    ["retries", "an attempt too few", seen((_, index) => index === 3 ? undefined : {}), "count: expected 4, found 3"],
    ["retries", "a key that changes", header("idempotency-key", "other", 2), "Idempotency-Key: expected"],
    [
      "provisioning",
      "no key",
      seen(() => ({ headers: {} })),
      "carry no Idempotency-Key"
    ],
    [
      "retries",
      "a body that changes",
      seen((_, index) => index === 1 ? { bodyBytes: "e31=" } : {}),
      "the body's bytes change"
    ],
    ["retries", "a count that repeats", header("x-delivery-count", "1", 1), "X-Delivery-Count: expected"],
    ["retries", "another maximum", header("x-max-delivery-count", "3", 0), "X-Max-Delivery-Count: expected"],
    ["patch", "a step that saw the old order", seen(() => ({ bodyBytes: "e30=" })), "body: nothing says"],
    ["market-usa", "another user agent", header("user-agent", "curl", 0), "User-Agent: nothing says"],
    ["retries", "another type to accept", header("accept", "*/*", 2), "Accept: expected"],
    [
      "timeout",
      "a caller that hung up too soon",
      seen(({ receivedAt }) => ({ answeredAt: receivedAt + 400 })),
      "expected to be abandoned after 2000 ms, found abandoned after 400 ms"
    ],
    ["timeout", "a caller that waited for the answer", seen(() => ({ answered: "200" })), "found 200 after 2000 ms"],
    ["market-swe", "foreign credentials", header("authorization", "Bearer x", 0), "Authorization: expected"],
    ["market-swe", "another connector", seen(() => ({ partner: "worldwide" })), "to worldwide /api/validate that"],
    [
      "retries",
      "a wait that is too short",
      seen(({ receivedAt }, index) => ({ receivedAt: index === 2 ? receivedAt - 100 : receivedAt })),
      "wait before request 3: expected 5000 ms, found 4910 ms"
    ],
    [
      "retries",
      "a wait that is too long",
      seen(({ receivedAt }, index) => ({ receivedAt: index === 3 ? receivedAt + 35_000 : receivedAt })),
      "wait before request 4: expected 15000 ms, found 50010 ms"
    ],
    [
      "provisioning",
      "a record of a request that never came",
      event(({ steps }) => ({
        steps: steps.map((step) => ({ ...step, callouts: step.callouts.map((it) => ({ ...it, idempotencyKey: "k" })) }))
      })),
      "callout records by Idempotency-Key"
    ],
    [
      "patch",
      "a webhook that was never made",
      ({ deliveries, ...ended }) => ({ ...ended, deliveries: deliveries.slice(1) }),
      "webhooks: expected "
    ],
    [
      "cancel",
      "a webhook that did not arrive",
      delivery({ state: "exhausted" }),
      "webhook order.submitted to crm: expected delivered, found exhausted"
    ],
    ["patch", "a webhook that was not tried again", delivery({ attempts: [] }), "attempts: expected 204, found "],
    ["patch", "a webhook that nobody received", heard(() => undefined), "its receiver says: never received"],
    [
      "patch",
      "a webhook that was not believed",
      heard(() => ({ finding: "No matching signature found" })),
      "its receiver says: No matching signature found"
    ],
    [
      "patch",
      "a receiver that says otherwise",
      heard(() => ({ answered: "500" })),
      "recorded 204, and its receiver answered 500"
    ],
    [
      "patch",
      "a webhook whose bytes change",
      heard(({ answered }) => answered === "503" ? { bodyBytes: "e31=" } : {}),
      "to warehouse: the body's bytes change"
    ]
  ])("of %s names %s", (name, _, change, expected) => {
    const found = differences(change(ended(name)))
    assert.isTrue(found.some((difference) => difference.includes(expected)), found.join("\n") || "no difference")
  })
})
