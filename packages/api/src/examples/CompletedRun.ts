/** The run of order ORD-1001 over both of its steps. */
import type { Json } from "@sluice/domain/json/Json"

export const completedRun: Json = {
  id: "process_event-01a2051ee4617400b76bed4e9cf2f0df",
  eventId: "event-01a2051ee4617400b76bed4f2fb693fd",
  orderId: "ORD-1001",
  pipeline: { name: "first", version: 1 },
  state: "completed",
  createdAt: "2026-11-22T21:17:20.346Z",
  startedAt: "2026-11-22T21:17:20.346Z",
  finishedAt: "2026-11-22T21:17:20.576Z",
  durationMs: 230,
  failedSteps: 0,
  steps: [
    {
      id: "provision",
      index: 0,
      name: "calloutPlugin",
      phase: "steps",
      critical: true,
      state: "succeeded",
      reason: "answered 200, which is not in shouldRejectOn.status",
      startedAt: "2026-11-22T21:17:20.346Z",
      finishedAt: "2026-11-22T21:17:20.486Z",
      durationMs: 140,
      callouts: [
        {
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
      ]
    },
    {
      id: "billing",
      index: 1,
      name: "calloutPlugin",
      phase: "steps",
      critical: true,
      state: "succeeded",
      reason: "answered 200, which is not in shouldRejectOn.status",
      startedAt: "2026-11-22T21:17:20.486Z",
      finishedAt: "2026-11-22T21:17:20.576Z",
      durationMs: 90,
      callouts: [
        {
          id: "callout-01a2051ee539704fb00c8cc815cff837",
          attempt: 1,
          endpoint: "http://127.0.0.1:9402/accounts/ACC-12345",
          idempotencyKey: "01a2051ee4617400b76bed4e9cf2f0df-1-0",
          orderVersion: 1,
          startedAt: "2026-11-22T21:17:20.569Z",
          durationMs: 6.616037,
          request: {
            method: "POST",
            headers: {
              "content-type": "application/json",
              "idempotency-key": "01a2051ee4617400b76bed4e9cf2f0df-1-0",
              traceparent: "00-5040d0627c659a732c47e4e58ee299d1-b00c8cc815cff837-01"
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
              "content-length": "37",
              date: "Sun, 22 Nov 2026 21:17:20 GMT",
              connection: "keep-alive",
              "keep-alive": "timeout=5"
            },
            body: { account: "ACC-12345", billed: true }
          },
          outcome: "succeeded"
        }
      ]
    }
  ],
  pluginErrorOutput: []
}
