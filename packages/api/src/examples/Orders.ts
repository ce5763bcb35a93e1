/** Orders, with the answers of a real server. */
import { completedRun } from "./CompletedRun.ts"
import type { Examples } from "./Examples.ts"

export const orders: Examples = {
  "orders.submit": {
    requests: {
      example: {
        id: "ORD-1001",
        orderType: "NEW_ORDER",
        externalId: "web-1001",
        customerEmail: "ada@example.com",
        shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" }
      }
    },
    answers: {
      200: {
        example: {
          order: {
            id: "ORD-1001",
            orderType: "NEW_ORDER",
            externalId: "web-1001",
            customerEmail: "ada@example.com",
            shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" },
            status: "Active",
            createdAt: "2026-11-22T21:17:20.346Z",
            updatedAt: "2026-11-22T21:17:20.576Z",
            version: 2
          },
          processEvent: completedRun
        }
      },
      202: {
        example: {
          orderId: "ORD-1001",
          eventId: "event-01a2051ee4617400b76bed4f2fb693fd",
          processEventId: "process_event-01a2051ee4617400b76bed4e9cf2f0df",
          state: "running"
        }
      },
      409: {
        example: {
          type: "urn:sluice:problem:conflict",
          title: "The request contradicts what is stored",
          status: 409,
          detail: "id \"ORD-1001\" belongs to order ORD-1001, which was submitted with another body"
        }
      }
    }
  },
  "orders.get": {
    parameters: { id: "ORD-1001" },
    answers: {
      200: {
        example: {
          id: "ORD-1001",
          orderType: "NEW_ORDER",
          externalId: "web-1001",
          customerEmail: "ada@example.com",
          shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" },
          status: "Active",
          createdAt: "2026-11-22T21:17:20.346Z",
          updatedAt: "2026-11-22T21:17:20.576Z",
          version: 2
        }
      }
    }
  },
  "orders.list": {
    parameters: { limit: 1 },
    answers: {
      200: {
        example: {
          items: [
            {
              id: "ORD-1001",
              orderType: "NEW_ORDER",
              externalId: "web-1001",
              customerEmail: "ada@example.com",
              shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" },
              status: "Active",
              createdAt: "2026-11-22T21:17:20.346Z",
              updatedAt: "2026-11-22T21:17:20.576Z",
              version: 2
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "orders.history": {
    parameters: { id: "ORD-1001", limit: 2 },
    answers: {
      200: {
        example: {
          items: [
            { at: "2026-11-22T21:17:20.346Z", operation: "OrderCreated", message: "order submitted", source: "api" },
            {
              at: "2026-11-22T21:17:20.576Z",
              operation: "StatusChanged",
              message: "status set because the run completed",
              source: "pipeline",
              before: { status: "New" },
              after: { status: "Active" }
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "orders.version": {
    parameters: { id: "ORD-1001", version: 1 },
    answers: {
      200: {
        example: {
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
      }
    }
  },
  "orders.edit": {
    parameters: { id: "ORD-1001" },
    requests: { example: { tags: ["vip"], properties: [{ key: "ValidationScore", value: "95" }] } },
    answers: {
      200: {
        example: {
          id: "ORD-1001",
          orderType: "NEW_ORDER",
          externalId: "web-1001",
          customerEmail: "ada@example.com",
          shippingAddress: { line1: "Storgatan 1", postalCode: "111 51", countryCode: "SE" },
          status: "Active",
          createdAt: "2026-11-22T21:17:20.346Z",
          updatedAt: "2026-11-22T21:17:22.151Z",
          version: 3,
          tags: ["vip"],
          properties: [{ key: "ValidationScore", value: "95" }]
        }
      }
    }
  },
  "orders.process": {
    parameters: { id: "ORD-1001" },
    requests: { example: { pipeline: "first" } },
    answers: {
      202: {
        example: {
          orderId: "ORD-1001",
          eventId: "event-01a2051ee4617400b76bed4f2fb693fd",
          processEventId: "process_event-01a2051eeb9377e892e3be477fcfffae",
          state: "running"
        }
      }
    }
  }
}
