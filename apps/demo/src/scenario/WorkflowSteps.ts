/** The scenarios of webhook workflow steps. */
import { incompleteAddress, order } from "./Customer.ts"
import type { Scenario } from "./Scenario.ts"

const step = "WebhookWorkflowStep"
const validate = "/api/validate"
const account = "/accounts/ACC-12345"
const cancelReason = "Shipping address could not be validated"

export const workflowSteps: ReadonlyArray<Scenario> = [
  {
    name: "patch",
    title: "OrderPatch",
    story:
      "The validation service answers with a patch: status, tag and property change before billing sees the order.",
    order: order("validation"),
    expected: {
      state: "completed",
      order: {
        status: "Validated",
        tags: ["fraud-checked"],
        properties: [{ key: "ValidationScore", value: "95" }]
      },
      steps: [
        { id: step, state: "succeeded", outcomes: ["succeeded"] },
        { id: "billing", state: "succeeded", outcomes: ["succeeded"] }
      ],
      requests: [
        { partner: "validation", path: validate, count: 1, authorization: "Bearer your-token-here", counted: true },
        { partner: "billing", path: account, count: 1, body: [`"status":"Validated"`, `"fraud-checked"`] }
      ],
      history: ["ExecuteExportOrder"]
    }
  },
  {
    name: "cancel",
    title: "CancelWorkflow with StopOnError",
    story: "The partner cancels the workflow: the run stops, and the order gets the step's ErrorStatus.",
    order: order("validation", { shippingAddress: incompleteAddress }),
    expected: {
      state: "failed",
      order: { status: "ValidationFailed" },
      steps: [
        { id: step, state: "failed", outcomes: ["rejected"] },
        { id: "billing", state: "skipped", outcomes: [] }
      ],
      requests: [
        { partner: "validation", path: validate, count: 1, authorization: "Bearer your-token-here", counted: true }
      ],
      orderErrors: [cancelReason],
      history: [cancelReason],
      pluginErrors: [step]
    }
  },
  {
    name: "advice",
    title: "CancelWorkflow without StopOnError",
    story: "The same answer is only a warning here: the order stays as it is, and billing goes ahead.",
    order: order("advice", { shippingAddress: incompleteAddress }),
    expected: {
      state: "completed",
      order: { status: "New", version: 1 },
      steps: [
        { id: step, state: "warning", outcomes: ["rejected"] },
        { id: "billing", state: "succeeded", outcomes: ["succeeded"] }
      ],
      requests: [
        { partner: "validation", path: validate, count: 1, authorization: "Bearer your-token", counted: true },
        { partner: "billing", path: account, count: 1 }
      ],
      orderErrors: [],
      history: [cancelReason]
    }
  },
  {
    name: "retries",
    title: "Retries after 1, 5 and 15 s",
    story: "503, a reset connection, 503, then 200: the same key and the same bytes four times.",
    order: order("retries"),
    expected: {
      state: "completed",
      order: { status: "New" },
      steps: [{ id: step, state: "succeeded", outcomes: ["rejected", "unreachable", "rejected", "succeeded"] }],
      requests: [{
        partner: "flaky",
        path: validate,
        count: 4,
        authorization: "Bearer flaky-token-here",
        counted: true,
        waitsMs: [1000, 5000, 15_000]
      }],
      orderErrors: []
    }
  },
  {
    name: "nonsense",
    title: "A partner that answers nonsense",
    story:
      "A callout keeps a web page as text and goes on; a workflow step refuses half a JSON document and asks no more.",
    order: order("nonsense"),
    expected: {
      state: "failed",
      order: { status: "ValidationFailed" },
      steps: [
        { id: "newsletter", state: "succeeded", outcomes: ["succeeded"] },
        { id: step, state: "failed", outcomes: ["invalid-response"] }
      ],
      requests: [
        { partner: "nonsense", path: "/newsletter", count: 1 },
        { partner: "nonsense", path: "/truncated", count: 1, authorization: "Bearer your-token", counted: true }
      ],
      // One entry, whose words are free.
      orderErrors: [""],
      pluginErrors: [step]
    }
  },
  {
    name: "market-swe",
    title: "Connector by market: Sweden",
    story: "The step names no connector; the one that is enabled for the order's market is chosen.",
    order: order("market", {
      marketId: "SWE",
      shippingAddress: { line1: "Drottninggatan 1", city: "Stockholm", postalCode: "111 51", countryCode: "SE" }
    }),
    expected: {
      state: "completed",
      order: { status: "New" },
      steps: [{ id: step, state: "succeeded", outcomes: ["succeeded"] }],
      requests: [
        {
          partner: "nordic",
          path: validate,
          count: 1,
          authorization: "Bearer nordic-token-here",
          counted: true,
          body: [`"Value":{`, `"MarketId":"SWE"`, `"WorkflowStep":{`]
        }
      ]
    }
  },
  {
    name: "market-usa",
    title: "Connector by market: elsewhere",
    story: "No connector is enabled for this market, so the one without markets of its own is chosen.",
    order: order("market"),
    expected: {
      state: "completed",
      order: { status: "New" },
      steps: [{ id: step, state: "succeeded", outcomes: ["succeeded"] }],
      requests: [{
        partner: "worldwide",
        path: validate,
        count: 1,
        authorization: "Basic c2x1aWNlOndvcmxkd2lkZS1wYXNzd29yZA==",
        counted: true
      }]
    }
  }
]
