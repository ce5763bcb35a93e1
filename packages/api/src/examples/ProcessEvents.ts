/** Runs: read and cancelled. */
import { completedRun } from "./CompletedRun.ts"
import type { Examples } from "./Examples.ts"

export const processEvents: Examples = {
  "processEvents.get": {
    parameters: { id: "process_event-01a2051ee4617400b76bed4e9cf2f0df" },
    answers: { 200: { example: completedRun } }
  },
  "processEvents.list": {
    parameters: { orderId: "ORD-1001" },
    answers: {
      200: {
        example: {
          items: [
            {
              id: "process_event-01a2051eeb9377e892e3be477fcfffae",
              eventId: "event-01a2051ee4617400b76bed4f2fb693fd",
              orderId: "ORD-1001",
              pipeline: { name: "first", version: 1 },
              state: "completed",
              createdAt: "2026-11-22T21:17:22.180Z",
              startedAt: "2026-11-22T21:17:22.196Z",
              finishedAt: "2026-11-22T21:17:22.240Z",
              durationMs: 44,
              failedSteps: 0
            },
            {
              id: "process_event-01a2051ee4617400b76bed4e9cf2f0df",
              eventId: "event-01a2051ee4617400b76bed4f2fb693fd",
              orderId: "ORD-1001",
              pipeline: { name: "first", version: 1 },
              state: "completed",
              createdAt: "2026-11-22T21:17:20.346Z",
              startedAt: "2026-11-22T21:17:20.346Z",
              finishedAt: "2026-11-22T21:17:20.576Z",
              durationMs: 230,
              failedSteps: 0
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "processEvents.callout": {
    parameters: {
      id: "process_event-01a2051ee4617400b76bed4e9cf2f0df",
      calloutId: "callout-01a2051ee48675819d6291d0e89ff234"
    },
    answers: {
      200: {
        example: {
          id: "callout-01a2051ee48675819d6291d0e89ff234",
          attempt: 1,
          endpoint: "http://127.0.0.1:9401/api/provision",
          idempotencyKey: "01a2051ee4617400b76bed4e9cf2f0df-0-0",
          orderVersion: 1,
          startedAt: "2026-11-22T21:17:20.390Z",
          durationMs: 95.283437,
          request: {
            method: "POST",
            headers: {
              "content-type": "application/json",
              authorization: "[redacted]",
              "idempotency-key": "01a2051ee4617400b76bed4e9cf2f0df-0-0",
              traceparent: "00-5040d0627c659a732c47e4e58ee299d1-9d6291d0e89ff234-01"
            },
            body: {
              id: "ORD-1001",
              orderType: "NEW_ORDER",
              externalId: "web-1001",
              customerEmail: "ada@example.com",
              shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" },
              status: "New",
              createdAt: "2026-11-22T21:17:20.346Z",
              updatedAt: "2026-11-22T21:17:20.346Z",
              version: 1
            }
          },
          response: {
            status: 200,
            headers: {
              "content-type": "application/json",
              "content-length": "26",
              date: "Sun, 22 Nov 2026 21:17:20 GMT",
              connection: "keep-alive",
              "keep-alive": "timeout=5"
            },
            body: { accountId: "ACC-12345" }
          },
          outcome: "succeeded"
        }
      }
    }
  },
  "processEvents.cancel": {
    parameters: { id: "process_event-01a2051ef6ea71bc930ef930f46be65d" },
    requests: { example: { reason: "The customer called", compensate: false } },
    answers: {
      200: {
        example: {
          id: "process_event-01a2051ef6ea71bc930ef930f46be65d",
          eventId: "event-01a2051ef6ea71bc930ef931e36a5857",
          orderId: "ORD-1004",
          pipeline: { name: "slow", version: 1 },
          state: "cancelled",
          reason: "The customer called",
          createdAt: "2026-11-22T21:17:25.097Z",
          startedAt: "2026-11-22T21:17:25.097Z",
          finishedAt: "2026-11-22T21:17:25.421Z",
          durationMs: 324,
          failedSteps: 0,
          steps: [
            {
              id: "slow",
              index: 0,
              name: "calloutPlugin",
              phase: "steps",
              critical: true,
              state: "cancelled",
              reason: "The customer called",
              startedAt: "2026-11-22T21:17:25.097Z",
              finishedAt: "2026-11-22T21:17:25.421Z",
              durationMs: 324,
              error: { name: "calloutPlugin", kind: "cancelled", message: "The customer called" },
              callouts: [
                {
                  id: "callout-01a2051ef6ed72dd8aee4e71177905ea",
                  attempt: 1,
                  endpoint: "http://127.0.0.1:9411/hang",
                  idempotencyKey: "01a2051ef6ea71bc930ef930f46be65d-0-0",
                  orderVersion: 1,
                  startedAt: "2026-11-22T21:17:25.101Z",
                  durationMs: 320.300179,
                  request: {
                    method: "POST",
                    headers: {
                      "content-type": "application/json",
                      "idempotency-key": "01a2051ef6ea71bc930ef930f46be65d-0-0",
                      traceparent: "00-5040d0627f659a732c47e4e58ee29d82-8aee4e71177905ea-01"
                    },
                    body: {
                      id: "ORD-1004",
                      orderType: "CANCEL_REQUEST",
                      status: "New",
                      createdAt: "2026-11-22T21:17:25.097Z",
                      updatedAt: "2026-11-22T21:17:25.097Z",
                      version: 1
                    }
                  },
                  outcome: "cancelled",
                  unknown: true,
                  error: { name: "cancelled", message: "The customer called" }
                }
              ]
            }
          ],
          pluginErrorOutput: []
        }
      }
    }
  }
}
