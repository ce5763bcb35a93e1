/** The scenarios of the callout plugin. */
import { order } from "./Customer.ts"
import type { Scenario } from "./Scenario.ts"

const account = "/accounts/ACC-12345"

/** `sluice:provisioning-password`, as the auth provider for the provisioning system's domain sends it. */
const basicAuthorization = "Basic c2x1aWNlOnByb3Zpc2lvbmluZy1wYXNzd29yZA=="

const rejected = (status: number): string => `callout plugin failed due to response status: [${status}]`

export const callouts: ReadonlyArray<Scenario> = [
  {
    name: "provisioning",
    title: "Account provisioning",
    story: "Zuora gets the accountId that the provisioning system answered with as its account number.",
    order: order("provisioning"),
    expected: {
      state: "completed",
      order: {
        status: "Active",
        externalIds: [
          { providerName: "ZuoraAccount", id: "ACC-12345" },
          { providerName: "ZuoraSubscription", id: "A-S00000001" },
          { providerName: "ZuoraOrder", id: "O-00000001" }
        ]
      },
      steps: [
        { id: "provision", state: "succeeded", outcomes: ["succeeded"] },
        { id: "billing", state: "succeeded", outcomes: ["succeeded", "succeeded"] }
      ],
      requests: [
        { partner: "provisioning", path: "/api/provision", count: 1, authorization: basicAuthorization },
        { partner: "zuora", path: "/v1/accounts", count: 1, body: [`"accountNumber":"ACC-12345"`] },
        { partner: "zuora", path: "/v1/orders", count: 1, body: [`"existingAccountNumber":"ACC-12345"`] }
      ]
    }
  },
  {
    name: "fulfilment",
    title: "Rejection by status",
    story: "The partner does not deliver to Antarctica: its 400 fails the order before payment is taken.",
    order: order("fulfilment", {
      shippingAddress: { line1: "Amundsen-Scott Station", postalCode: "96598", countryCode: "AQ" }
    }),
    expected: {
      state: "failed",
      order: { status: "Failed" },
      steps: [
        { id: "fulfilment", state: "failed", outcomes: ["rejected"], error: rejected(400) },
        { id: "billing", state: "skipped", outcomes: [] }
      ],
      requests: [{ partner: "fulfilment", path: "/api/deliverable", count: 1 }],
      pluginErrors: ["calloutPlugin"]
    }
  },
  {
    name: "timeout",
    title: "Timeout",
    story: "The entitlement system takes 10 s; a callout waits 2 s unless told otherwise, and asks once.",
    order: order("timeout"),
    expected: {
      state: "failed",
      order: { status: "Failed" },
      steps: [
        { id: "entitlement", state: "failed", outcomes: ["timed-out"], error: "This operation was aborted" },
        { id: "billing", state: "skipped", outcomes: [] }
      ],
      requests: [{ partner: "slow", path: "/after/10000", count: 1, abandonedAfterMs: 2000 }],
      pluginErrors: ["calloutPlugin"]
    }
  },
  {
    name: "enrichment",
    title: "Non-critical failure",
    story: "Analytics is down and is not critical: the failure is recorded, the order goes on.",
    order: order("enrichment"),
    expected: {
      state: "completed",
      order: { status: "New" },
      steps: [
        { id: "analytics", state: "failed", outcomes: ["rejected"], error: rejected(500) },
        { id: "billing", state: "succeeded", outcomes: ["succeeded"] }
      ],
      requests: [
        { partner: "analytics", path: "/orders", count: 1 },
        { partner: "billing", path: account, count: 1 }
      ],
      pluginErrors: ["calloutPlugin"]
    }
  }
]
