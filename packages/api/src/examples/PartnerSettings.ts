/** Partners: connectors, auth providers, and a partner that is down. */
import type { Examples } from "./Examples.ts"

export const partnerSettings: Examples = {
  "authProviders.put": {
    parameters: { id: "provisioning" },
    requests: {
      example: { domain: "127.0.0.1:9401", type: "basic", username: "sluice", password: "provisioning-password" }
    },
    answers: {
      201: {
        example: {
          name: "provisioning",
          domain: "127.0.0.1:9401",
          type: "basic",
          username: "sluice",
          password: "[redacted]",
          version: 1,
          createdAt: "2026-11-22T21:17:19.445Z",
          updatedAt: "2026-11-22T21:17:19.445Z"
        }
      }
    }
  },
  "authProviders.get": {
    parameters: { id: "provisioning" },
    answers: {
      200: {
        example: {
          name: "provisioning",
          domain: "127.0.0.1:9401",
          type: "basic",
          username: "sluice",
          password: "[redacted]",
          version: 1,
          createdAt: "2026-11-22T21:17:19.445Z",
          updatedAt: "2026-11-22T21:17:19.445Z"
        }
      }
    }
  },
  "authProviders.list": {
    answers: {
      200: {
        example: {
          items: [
            {
              name: "provisioning",
              domain: "127.0.0.1:9401",
              type: "basic",
              username: "sluice",
              password: "[redacted]",
              version: 1,
              createdAt: "2026-11-22T21:17:19.445Z",
              updatedAt: "2026-11-22T21:17:19.445Z"
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "connectors.put": {
    parameters: { id: "my-validation-service" },
    requests: {
      example: {
        Name: "Webhook",
        ConnectorId: "my-validation-service",
        DisplayName: "Order Validation",
        Host: "http://127.0.0.1:9404/api/validate",
        BearerToken: "your-token-here",
        Timeout: "00:00:30"
      }
    },
    answers: {
      201: {
        example: {
          id: "my-validation-service",
          name: "Webhook",
          connectorId: "my-validation-service",
          displayName: "Order Validation",
          host: "http://127.0.0.1:9404/api/validate",
          bearerToken: "[redacted]",
          timeout: "00:00:30",
          version: 1,
          createdAt: "2026-11-22T21:17:19.522Z",
          updatedAt: "2026-11-22T21:17:19.522Z"
        }
      }
    }
  },
  "connectors.get": {
    parameters: { id: "my-validation-service" },
    answers: {
      200: {
        example: {
          id: "my-validation-service",
          name: "Webhook",
          connectorId: "my-validation-service",
          displayName: "Order Validation",
          host: "http://127.0.0.1:9404/api/validate",
          bearerToken: "[redacted]",
          timeout: "00:00:30",
          version: 1,
          createdAt: "2026-11-22T21:17:19.522Z",
          updatedAt: "2026-11-22T21:17:19.522Z"
        }
      }
    }
  },
  "connectors.list": {
    answers: {
      200: {
        example: {
          items: [
            {
              id: "my-validation-service",
              name: "Webhook",
              connectorId: "my-validation-service",
              displayName: "Order Validation",
              host: "http://127.0.0.1:9404/api/validate",
              bearerToken: "[redacted]",
              timeout: "00:00:30",
              version: 1,
              createdAt: "2026-11-22T21:17:19.522Z",
              updatedAt: "2026-11-22T21:17:19.522Z"
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "connectors.testConnection": {
    parameters: { id: "my-validation-service" },
    requests: { example: { method: "GET" } },
    answers: {
      200: {
        example: {
          ok: true,
          summary:
            "http://127.0.0.1:9404/api/validate answered 405 to GET with the connector's bearer token: the partner is "
            + "reached and did not refuse the credentials, but this address does not take GET, or is wrong",
          request: {
            method: "GET",
            url: "http://127.0.0.1:9404/api/validate",
            credentials: "the connector's bearer token",
            durationMs: 8.4,
            status: 405,
            contentType: "application/json"
          }
        }
      }
    }
  },
  "authProviders.testConnection": {
    parameters: { id: "zuora" },
    requests: { example: {} },
    answers: {
      200: {
        example: {
          ok: true,
          summary: "https://rest.zuora.com/oauth/token gave a token with 200 in 184 ms, for 3599 s",
          token: {
            method: "POST",
            url: "https://rest.zuora.com/oauth/token",
            durationMs: 184.2,
            status: 200,
            expiresInSeconds: 3599
          }
        }
      }
    }
  },
  "partners.list": {
    answers: {
      200: {
        example: {
          items: [
            {
              host: "127.0.0.1:9499",
              state: "open",
              since: "2026-11-22T21:17:26.618Z",
              failures: 4,
              waiting: 6,
              open: 1,
              maxConcurrent: 5,
              ratePerSecond: 20,
              paused: false,
              reason: "Agreed with billing",
              last10m: { calls: 128, failures: 4, p50: 48.5, p95: 227.4 }
            }
          ],
          nextCursor: null
        }
      }
    }
  },
  "partners.put": {
    parameters: { host: "127.0.0.1:9499" },
    requests: { example: { maxConcurrent: 5, ratePerSecond: 20, reason: "Agreed with billing" } },
    answers: {
      200: {
        example: {
          host: "127.0.0.1:9499",
          state: "closed",
          failures: 0,
          waiting: 0,
          open: 2,
          maxConcurrent: 5,
          ratePerSecond: 20,
          paused: false,
          reason: "Agreed with billing",
          last10m: { calls: 128, failures: 0, p50: 48.5, p95: 227.4 }
        }
      }
    }
  },
  "partners.reset": {
    parameters: { host: "127.0.0.1:9499" },
    answers: {
      200: {
        example: {
          host: "127.0.0.1:9499",
          state: "closed",
          failures: 0,
          waiting: 6,
          since: "2026-11-22T21:17:29.143Z",
          open: 0,
          paused: false,
          last10m: { calls: 128, failures: 4, p50: 48.5, p95: 227.4 }
        }
      }
    }
  }
}
