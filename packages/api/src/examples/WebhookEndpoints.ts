/** Webhook endpoints. The secrets are replaced. */
import type { Examples } from "./Examples.ts"

export const webhookEndpoints: Examples = {
  "webhookEndpoints.put": {
    parameters: { id: "inbox" },
    requests: {
      example: {
        url: "http://127.0.0.1:9417/hooks",
        types: ["order.submitted", "subscription.created", "error"],
        description: "What support should hear of"
      }
    },
    answers: {
      201: {
        example: {
          id: "inbox",
          url: "http://127.0.0.1:9417/hooks",
          types: ["order.submitted", "subscription.created", "error"],
          description: "What support should hear of",
          secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw",
          version: 1,
          createdAt: "2026-11-22T21:17:20.304Z",
          updatedAt: "2026-11-22T21:17:20.304Z"
        }
      }
    }
  },
  "webhookEndpoints.create": {
    requests: { example: { id: "crm", url: "http://127.0.0.1:9418/hooks", types: ["*"], ordering: "perOrder" } },
    answers: {
      201: {
        example: {
          id: "crm",
          url: "http://127.0.0.1:9418/hooks",
          types: ["*"],
          ordering: "perOrder",
          secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw",
          version: 1,
          createdAt: "2026-11-22T21:17:20.327Z",
          updatedAt: "2026-11-22T21:17:20.327Z"
        }
      }
    }
  },
  "webhookEndpoints.get": {
    parameters: { id: "inbox" },
    answers: {
      200: {
        example: {
          id: "inbox",
          url: "http://127.0.0.1:9417/hooks",
          types: ["order.submitted", "subscription.created", "error"],
          description: "What support should hear of",
          secret: "[redacted]",
          version: 1,
          createdAt: "2026-11-22T21:17:20.304Z",
          updatedAt: "2026-11-22T21:17:20.304Z"
        }
      }
    }
  },
  "webhookEndpoints.list": {
    answers: {
      200: {
        example: {
          items: [
            {
              id: "crm",
              url: "http://127.0.0.1:9418/hooks",
              types: ["*"],
              ordering: "perOrder",
              secret: "[redacted]",
              version: 1,
              createdAt: "2026-11-22T21:17:20.327Z",
              updatedAt: "2026-11-22T21:17:20.327Z"
            },
            {
              id: "inbox",
              url: "http://127.0.0.1:9417/hooks",
              types: ["order.submitted", "subscription.created", "error"],
              description: "What support should hear of",
              secret: "[redacted]",
              version: 1,
              createdAt: "2026-11-22T21:17:20.304Z",
              updatedAt: "2026-11-22T21:17:20.304Z"
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "webhookEndpoints.test": {
    parameters: { id: "inbox" },
    answers: {
      202: {
        example: {
          id: "delivery-01a2051ef87474639902dcdafaca2563",
          messageId: "msg-01a2051ef87474639902dcdafaca2563",
          sequence: 8,
          endpointId: "inbox",
          type: "test",
          state: "pending",
          nextAttemptAt: "2026-11-22T21:17:25.493Z",
          attemptCount: 0,
          createdAt: "2026-11-22T21:17:25.493Z",
          attempts: []
        }
      }
    }
  },
  "webhookEndpoints.replay": {
    parameters: { id: "inbox" },
    requests: {
      example: { since: "2026-11-22T00:00:00Z", states: ["delivered", "exhausted"], types: ["order.submitted"] }
    },
    answers: {
      202: {
        example: {
          id: "replay-01a2051f6d34765a9097c27626c1102b",
          endpointId: "inbox",
          since: "2026-11-22T00:00:00.000Z",
          until: "2026-11-22T21:17:55.377Z",
          states: ["delivered", "exhausted"],
          types: ["order.submitted"],
          state: "running",
          replayed: 0,
          remaining: 1,
          createdAt: "2026-11-22T21:17:55.381Z"
        }
      }
    }
  },
  "webhookEndpoints.rotateSecret": {
    parameters: { id: "crm" },
    answers: {
      200: {
        example: {
          id: "crm",
          url: "http://127.0.0.1:9418/hooks",
          types: ["*"],
          ordering: "perOrder",
          secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw",
          rotated: { secret: "[redacted]", until: "2026-11-23T21:17:26.533Z" },
          failingSince: "2026-11-22T21:17:20.571Z",
          version: 2,
          createdAt: "2026-11-22T21:17:20.327Z",
          updatedAt: "2026-11-22T21:17:26.536Z"
        }
      }
    }
  },
  "webhookEndpoints.getReplay": {
    parameters: { id: "inbox", replayId: "replay-01a2051f6d34765a9097c27626c1102b" },
    answers: {
      200: {
        example: {
          id: "replay-01a2051f6d34765a9097c27626c1102b",
          endpointId: "inbox",
          since: "2026-11-22T00:00:00.000Z",
          until: "2026-11-22T21:17:55.377Z",
          states: ["delivered", "exhausted"],
          types: ["order.submitted"],
          state: "completed",
          replayed: 1,
          remaining: 0,
          createdAt: "2026-11-22T21:17:55.381Z",
          finishedAt: "2026-11-22T21:17:55.438Z"
        }
      }
    }
  }
}
