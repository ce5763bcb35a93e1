/** Examples of webhook messages and of their deliveries. */
import type { Examples } from "./Examples.ts"

export const messages: Examples = {
  "deliveries.get": {
    parameters: { id: "delivery-01a2051ef87474639902dcdafaca2563" },
    answers: {
      200: {
        example: {
          id: "delivery-01a2051ef87474639902dcdafaca2563",
          messageId: "msg-01a2051ef87474639902dcdafaca2563",
          sequence: 8,
          endpointId: "inbox",
          type: "test",
          state: "delivered",
          attemptCount: 1,
          createdAt: "2026-11-22T21:17:25.493Z",
          finishedAt: "2026-11-22T21:17:25.497Z",
          attempts: [
            {
              number: 1,
              durationMs: 1.208878,
              startedAt: "2026-11-22T21:17:25.495Z",
              status: 204,
              response: {
                status: 204,
                headers: {
                  date: "Sun, 22 Nov 2026 21:17:25 GMT",
                  connection: "keep-alive",
                  "keep-alive": "timeout=5"
                },
                body: ""
              }
            }
          ]
        }
      }
    }
  },
  "deliveries.list": {
    parameters: { endpointId: "inbox", limit: 1 },
    answers: {
      200: {
        example: {
          items: [
            {
              id: "delivery-01a2051ef87474639902dcdafaca2563",
              messageId: "msg-01a2051ef87474639902dcdafaca2563",
              sequence: 8,
              endpointId: "inbox",
              type: "test",
              state: "delivered",
              attemptCount: 1,
              createdAt: "2026-11-22T21:17:25.493Z",
              finishedAt: "2026-11-22T21:17:25.497Z"
            }
          ],
          nextCursor: "WyIwMWEyMDUxZS1mODc0LTc0NjMtOTkwMi1kY2RhZmFjYTI1NjMiXQ"
        }
      }
    }
  },
  "deliveries.redeliver": {
    parameters: { id: "delivery-01a2051ef87474639902dcdafaca2563" },
    answers: {
      202: {
        example: {
          id: "delivery-01a2051ef87474639902dcdafaca2563",
          messageId: "msg-01a2051ef87474639902dcdafaca2563",
          sequence: 8,
          endpointId: "inbox",
          type: "test",
          state: "pending",
          nextAttemptAt: "2026-11-22T21:17:26.018Z",
          attemptCount: 1,
          createdAt: "2026-11-22T21:17:25.493Z",
          attempts: [
            {
              number: 1,
              durationMs: 1.208878,
              startedAt: "2026-11-22T21:17:25.495Z",
              status: 204,
              response: {
                status: 204,
                headers: {
                  date: "Sun, 22 Nov 2026 21:17:25 GMT",
                  connection: "keep-alive",
                  "keep-alive": "timeout=5"
                },
                body: ""
              }
            }
          ]
        }
      }
    }
  },
  "events.report": {
    requests: {
      example: { type: "checkout.initiated", data: { customerEmail: "ada@example.com", basket: ["8ad0-weekly"] } }
    },
    answers: { 202: { example: { eventId: "event-01a2051efc93754c973d19891adecd2a" } } }
  },
  "customers.list": {
    parameters: { limit: 1 },
    answers: {
      200: {
        example: {
          items: [
            {
              id: "customer-01a2051ee54176a8ad24916f81e63c28",
              customerEmail: "ada@example.com",
              shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" },
              version: 1,
              createdAt: "2026-11-22T21:17:20.576Z",
              updatedAt: "2026-11-22T21:17:20.576Z"
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "subscriptions.list": { parameters: { limit: 1 }, answers: { 200: { example: { items: [], nextCursor: null } } } }
}
