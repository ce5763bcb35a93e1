/** Issues: failures grouped by what went wrong. */
import type { Json } from "@sluice/domain/json/Json"
import type { Examples } from "./Examples.ts"

const issue = (state: string): Json => ({
  id: "issue-01a2051ef0aa7f6c8f3b7d2c5e1a9000",
  pipeline: "refused",
  stepId: "refund",
  outcome: "rejected",
  message: "callout plugin failed due to response status: [<number>]",
  state,
  count: 128,
  unsettled: state === "open" ? 126 : 0,
  firstSeen: "2026-11-22T21:17:23.273Z",
  lastSeen: "2026-11-22T21:40:02.118Z",
  sample: ["process_event-01a2051eefc0759eae89d777e403f053"]
})

const parameters = { id: "issue-01a2051ef0aa7f6c8f3b7d2c5e1a9000" }

export const issues: Examples = {
  "issues.list": { answers: { 200: { example: { items: [issue("open")], nextCursor: null } } } },
  "issues.acknowledge": {
    parameters,
    requests: { example: { reason: "Case 4711 with billing" } },
    answers: { 200: { example: issue("acknowledged") } }
  },
  "issues.resolve": {
    parameters,
    requests: { example: { reason: "Billing is back" } },
    answers: { 200: { example: issue("resolved") } }
  },
  "issues.retry": {
    parameters,
    requests: { example: { reason: "Billing is back" } },
    answers: {
      202: {
        example: {
          id: "job-01a2051ef04677bbb09cd6751fcc7485",
          kind: "retry",
          state: "queued",
          reason: "Billing is back",
          done: 0,
          failed: 0,
          skipped: 0,
          filter: { issue: "issue-01a2051ef0aa7f6c8f3b7d2c5e1a9000" },
          createdAt: "2026-11-22T21:41:00.000Z",
          problems: []
        }
      }
    }
  }
}
