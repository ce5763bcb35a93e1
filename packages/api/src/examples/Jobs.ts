/** Jobs that act on many runs. */
import type { Examples } from "./Examples.ts"

export const jobs: Examples = {
  "jobs.cancelMany": {
    requests: { example: { filter: { state: "queued", pipeline: "gift" }, reason: "The offer was withdrawn" } },
    answers: {
      202: {
        example: {
          id: "job-01a2051ef04677bbb09cd6751fcc7485",
          kind: "cancel",
          state: "queued",
          reason: "The offer was withdrawn",
          done: 0,
          failed: 0,
          skipped: 0,
          filter: { state: "queued", pipeline: "gift" },
          createdAt: "2026-11-22T21:17:23.398Z",
          problems: []
        }
      }
    }
  },
  "jobs.resolveMany": {
    requests: {
      example: {
        filter: { pipeline: "refused", step: "refund", settled: false },
        reason: "Refunded by hand in the billing system",
        stepId: "refund"
      }
    },
    answers: {
      202: {
        example: {
          id: "job-01a2051ef04677bbb09cd6751fcc7485",
          kind: "resolve",
          state: "queued",
          reason: "Refunded by hand in the billing system",
          done: 0,
          failed: 0,
          skipped: 0,
          filter: { pipeline: "refused", step: "refund", settled: false },
          createdAt: "2026-11-22T21:17:23.398Z",
          problems: []
        }
      }
    }
  },
  "jobs.retryMany": {
    requests: {
      example: {
        filter: { state: "failed", pipeline: "refused", step: "refund", createdAfter: "2026-11-22T00:00:00Z" },
        reason: "The billing system was down until 08:00"
      }
    },
    answers: {
      202: {
        example: {
          id: "job-01a2051ef04677bbb09cd6751fcc7485",
          kind: "retry",
          state: "queued",
          reason: "The billing system was down until 08:00",
          done: 0,
          failed: 0,
          skipped: 0,
          filter: {
            state: "failed",
            pipeline: "refused",
            step: "refund",
            createdAfter: "2026-11-22T00:00:00.000Z"
          },
          createdAt: "2026-11-22T21:17:23.398Z",
          problems: []
        }
      }
    }
  },
  "personalData.erase": {
    parameters: { id: "C-1001" },
    requests: { example: { reason: "Asked by letter of 12 May" } },
    answers: {
      202: {
        example: {
          id: "job-01a2297e078173f7ae41903467899000",
          kind: "erase",
          state: "queued",
          reason: "Asked by letter of 12 May",
          done: 0,
          failed: 0,
          skipped: 0,
          createdAt: "2026-11-29T22:47:36.121Z",
          problems: []
        }
      }
    }
  },
  "jobs.get": {
    parameters: { id: "job-01a2051ef04677bbb09cd6751fcc7485" },
    answers: {
      200: {
        example: {
          id: "job-01a2051ef04677bbb09cd6751fcc7485",
          kind: "retry",
          state: "completed",
          reason: "The billing system was down until 08:00",
          total: 1,
          done: 0,
          failed: 1,
          skipped: 0,
          filter: {
            state: "failed",
            pipeline: "refused",
            step: "refund",
            createdAfter: "2026-11-22T00:00:00.000Z"
          },
          createdAt: "2026-11-22T21:17:23.398Z",
          startedAt: "2026-11-22T21:17:23.409Z",
          finishedAt: "2026-11-22T21:17:23.612Z",
          problems: [
            {
              processEventId: "process_event-01a2051ef008736f876b97f0daebf085",
              retry: "process_event-01a2051ef078728884aaa2f7678f797a",
              outcome: "failed",
              message: "its retry ended failed"
            }
          ]
        }
      }
    }
  }
}
