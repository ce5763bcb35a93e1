/** Pipelines, simulations and plans. */
import type { Examples } from "./Examples.ts"

export const pipelines: Examples = {
  "pipelines.put": {
    parameters: { id: "first" },
    requests: {
      example: {
        match: { orderTypes: ["NEW_ORDER"] },
        completedStatus: "Active",
        steps: [
          {
            name: "calloutPlugin",
            id: "provision",
            critical: true,
            options: { endpoint: "http://127.0.0.1:9401/api/provision", shouldRejectOn: { status: [400, 404, 500] } }
          },
          {
            name: "calloutPlugin",
            id: "billing",
            critical: true,
            options: { endpoint: "{% 'http://127.0.0.1:9402/accounts/' & callouts.provision.body.accountId %}" }
          }
        ]
      }
    },
    answers: {
      201: {
        example: {
          name: "first",
          match: { orderTypes: ["NEW_ORDER"] },
          completedStatus: "Active",
          steps: [
            {
              name: "calloutPlugin",
              id: "provision",
              critical: true,
              options: {
                endpoint: "http://127.0.0.1:9401/api/provision",
                shouldRejectOn: { status: [400, 404, 500] }
              }
            },
            {
              name: "calloutPlugin",
              id: "billing",
              critical: true,
              options: { endpoint: "{% 'http://127.0.0.1:9402/accounts/' & callouts.provision.body.accountId %}" }
            }
          ],
          version: 1,
          createdAt: "2026-11-22T21:17:20.194Z",
          updatedAt: "2026-11-22T21:17:20.194Z"
        }
      }
    }
  },
  "pipelines.get": {
    parameters: { id: "first" },
    answers: {
      200: {
        example: {
          name: "first",
          match: { orderTypes: ["NEW_ORDER"] },
          completedStatus: "Active",
          steps: [
            {
              name: "calloutPlugin",
              id: "provision",
              critical: true,
              options: {
                endpoint: "http://127.0.0.1:9401/api/provision",
                shouldRejectOn: { status: [400, 404, 500] }
              }
            },
            {
              name: "calloutPlugin",
              id: "billing",
              critical: true,
              options: { endpoint: "{% 'http://127.0.0.1:9402/accounts/' & callouts.provision.body.accountId %}" }
            }
          ],
          version: 1,
          createdAt: "2026-11-22T21:17:20.194Z",
          updatedAt: "2026-11-22T21:17:20.194Z"
        }
      }
    }
  },
  "pipelines.list": {
    answers: {
      200: {
        example: {
          items: [
            {
              name: "first",
              match: { orderTypes: ["NEW_ORDER"] },
              completedStatus: "Active",
              steps: [
                {
                  name: "calloutPlugin",
                  id: "provision",
                  critical: true,
                  options: {
                    endpoint: "http://127.0.0.1:9401/api/provision",
                    shouldRejectOn: { status: [400, 404, 500] }
                  }
                },
                {
                  name: "calloutPlugin",
                  id: "billing",
                  critical: true,
                  options: { endpoint: "{% 'http://127.0.0.1:9402/accounts/' & callouts.provision.body.accountId %}" }
                }
              ],
              version: 1,
              createdAt: "2026-11-22T21:17:20.194Z",
              updatedAt: "2026-11-22T21:17:20.194Z"
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "pipelines.pause": {
    parameters: { id: "first" },
    requests: { example: { reason: "Stock-taking until noon" } },
    answers: {
      200: {
        example: {
          name: "first",
          match: { orderTypes: ["NEW_ORDER"] },
          steps: [],
          paused: { at: "2026-11-22T21:20:00.000Z", reason: "Stock-taking until noon", by: "ops" },
          version: 1,
          createdAt: "2026-11-22T21:17:23.074Z",
          updatedAt: "2026-11-22T21:17:23.074Z"
        }
      }
    }
  },
  "pipelines.resume": {
    parameters: { id: "first" },
    requests: { example: { reason: "Counted" } },
    answers: {
      200: {
        example: {
          name: "first",
          match: { orderTypes: ["NEW_ORDER"] },
          steps: [],
          version: 1,
          createdAt: "2026-11-22T21:17:23.074Z",
          updatedAt: "2026-11-22T21:17:23.074Z"
        }
      }
    }
  },
  "pipelines.simulate": {
    parameters: { id: "first" },
    requests: {
      runs: {
        orders: ["ORD-1001"],
        definition: {
          match: { orderTypes: ["NEW_ORDER"] },
          completedStatus: "Active",
          steps: [
            {
              name: "calloutPlugin",
              id: "provision",
              critical: true,
              options: {
                endpoint: "http://127.0.0.1:9401/api/provision",
                timeoutValue: 5000,
                shouldRejectOn: { status: [400, 404, 500] }
              }
            },
            {
              name: "calloutPlugin",
              id: "billing",
              critical: true,
              options: { endpoint: "{% 'http://127.0.0.1:9402/accounts/' & callouts.provision.body.accountId %}" }
            }
          ]
        }
      },
      plan: { order: { orderType: "NEW_ORDER", customerEmail: "ada@example.com" } }
    },
    answers: {
      200: {
        runs: {
          items: [
            {
              orderId: "ORD-1001",
              same: true,
              before: { state: "completed" },
              after: { state: "completed" },
              differences: [],
              unanswered: [],
              processEventId: "process_event-01a2051eeb9377e892e3be477fcfffae"
            }
          ]
        },
        plan: {
          items: [
            {
              orderId: "order-01a2051ef86f73d8bfe9805a213e7564",
              after: { state: "completed" },
              unanswered: ["provision"],
              same: false,
              differences: [],
              plan: [
                {
                  stepId: "provision",
                  name: "calloutPlugin",
                  phase: "steps",
                  state: "unknown",
                  reason: "no recorded answer: assumed to succeed without changing the order",
                  requests: [
                    {
                      method: "POST",
                      endpoint: "http://127.0.0.1:9401/api/provision",
                      headers: {
                        "content-type": "application/json",
                        authorization: "[redacted]",
                        "idempotency-key": "01a2051ef86f73d8bfe9805b233974c0-0-0",
                        traceparent: "00-01a2051ef86f73d8bfe9805a213e7564-bfe9805d2a0242c0-01"
                      },
                      body: {
                        orderType: "NEW_ORDER",
                        customerEmail: "ada@example.com",
                        id: "order-01a2051ef86f73d8bfe9805a213e7564",
                        status: "New",
                        createdAt: "2026-11-22T21:17:25.487Z",
                        updatedAt: "2026-11-22T21:17:25.487Z",
                        version: 1
                      },
                      answered: false
                    }
                  ]
                },
                {
                  stepId: "billing",
                  name: "calloutPlugin",
                  phase: "steps",
                  state: "unknown",
                  reason: "depends on the answer of step provision, of which there is no record",
                  requests: [],
                  dependsOn: ["provision"]
                }
              ]
            }
          ]
        }
      }
    }
  }
}
