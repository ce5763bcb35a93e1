/**
 * An issue: the failed runs of one pipeline, step and cause, to be dealt with together. Contract: section 7,
 * `/v1/issues`.
 */
import { Schema } from "effect"

export const IssueState = Schema.Literals(["open", "acknowledged", "resolved"])
export type IssueState = typeof IssueState.Type

export const Issue = Schema.Struct({
  id: Schema.String,
  pipeline: Schema.String,
  stepId: Schema.String.annotate({ description: "The step that failed; empty where the run failed between steps" }),
  outcome: Schema.String.annotate({ description: "How the step's last call ended, else the kind of its error" }),
  message: Schema.String.annotate({ description: "Without ids, numbers, addresses and times" }),
  state: IssueState,
  count: Schema.Int.annotate({ description: "Runs that failed like this" }),
  unsettled: Schema.Int.annotate({ description: "Those of them that remain to be put right" }),
  firstSeen: Schema.String,
  lastSeen: Schema.String,
  sample: Schema.Array(Schema.String).annotate({ description: "The newest of the runs, five at most" })
}).annotate({ identifier: "Issue" })
export type Issue = typeof Issue.Type
