/** Runs that ended: resolved by hand, and retried. */
import type { Examples } from "./Examples.ts"

export const retries: Examples = {
  "callbacks.answer": {
    parameters: { token: "5f2a9c4e7b1d8036a4c2e9f07d6b518340a7c9e2d1f8b6537e0c4a9d2b8f61e5000" },
    requests: { example: { by: "mary", approved: true } },
    answers: {
      200: {
        example: {
          orderId: "ORD-1002",
          processEventId: "process_event-01a2051eefc0759eae89d777e403f053",
          state: "waiting"
        }
      }
    }
  },
  "retries.resolve": {
    parameters: { id: "process_event-01a2051eefc0759eae89d777e403f053", stepId: "refund" },
    requests: { example: { output: { refundId: "RF-77" }, reason: "Refunded by hand in the billing system" } },
    answers: {
      200: {
        example: {
          id: "process_event-01a2051eefc0759eae89d777e403f053",
          eventId: "event-01a2051eefc0759eae89d778d8eaed33",
          orderId: "ORD-1002",
          pipeline: { name: "refused", version: 1 },
          state: "failed",
          reason: "refund: callout plugin failed due to response status: [500]",
          createdAt: "2026-11-22T21:17:23.263Z",
          startedAt: "2026-11-22T21:17:23.263Z",
          finishedAt: "2026-11-22T21:17:23.273Z",
          durationMs: 10,
          failedSteps: 0,
          steps: [
            {
              id: "refund",
              index: 0,
              name: "calloutPlugin",
              phase: "steps",
              critical: true,
              state: "succeeded",
              reason:
                "resolved by hand: Refunded by hand in the billing system (it had failed: callout plugin failed due to response status: [500])",
              startedAt: "2026-11-22T21:17:23.263Z",
              finishedAt: "2026-11-22T21:17:23.273Z",
              durationMs: 10,
              output: { refundId: "RF-77" },
              error: {
                name: "calloutPlugin",
                kind: "rejected",
                message: "callout plugin failed due to response status: [500]"
              },
              callouts: [
                {
                  id: "callout-01a2051eefc376a3b7f2feebce4b224f",
                  attempt: 1,
                  endpoint: "http://127.0.0.1:9411/500",
                  idempotencyKey: "01a2051eefc0759eae89d777e403f053-0-0",
                  orderVersion: 1,
                  startedAt: "2026-11-22T21:17:23.267Z",
                  durationMs: 3.747382,
                  request: {
                    method: "POST",
                    headers: {
                      "content-type": "application/json",
                      "idempotency-key": "01a2051eefc0759eae89d777e403f053-0-0",
                      traceparent: "00-5040d06279659a732c47e4e58ee29620-b7f2feebce4b224f-01"
                    },
                    body: {
                      id: "ORD-1002",
                      orderType: "REFUND",
                      status: "New",
                      createdAt: "2026-11-22T21:17:23.263Z",
                      updatedAt: "2026-11-22T21:17:23.263Z",
                      version: 1
                    }
                  },
                  response: {
                    status: 500,
                    headers: {
                      "content-type": "application/json",
                      "content-length": "2",
                      date: "Sun, 22 Nov 2026 21:17:23 GMT",
                      connection: "keep-alive",
                      "keep-alive": "timeout=5"
                    },
                    body: {}
                  },
                  outcome: "rejected",
                  error: { name: "rejected", message: "callout plugin failed due to response status: [500]" }
                }
              ]
            }
          ],
          pluginErrorOutput: []
        }
      }
    }
  },
  "retries.retry": {
    parameters: { id: "process_event-01a2051eefc0759eae89d777e403f053" },
    requests: { example: { pipeline: "original", reason: "Billing is back" } },
    answers: {
      202: {
        example: {
          orderId: "ORD-1002",
          eventId: "event-01a2051eefc0759eae89d778d8eaed33",
          processEventId: "process_event-01a2051eeff572009423c0baececc338",
          state: "running"
        }
      }
    }
  }
}
