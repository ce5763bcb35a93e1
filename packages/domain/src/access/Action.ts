/** The changes to the system, by the names under which the audit records them. Contract: section 2, "Audit". */
import { Schema } from "effect"

type Setting = "pipeline" | "connector" | "auth_provider" | "webhook_endpoint"

/** An action as it is recorded. */
export const RecordedAction = Schema.Literals([
  "pipeline.create",
  "pipeline.update",
  "pipeline.delete",
  "pipeline.pause",
  "pipeline.resume",
  "connector.create",
  "connector.update",
  "connector.delete",
  "connector.test",
  "auth_provider.create",
  "auth_provider.update",
  "auth_provider.delete",
  "auth_provider.test",
  "webhook_endpoint.create",
  "webhook_endpoint.update",
  "webhook_endpoint.delete",
  "webhook_endpoint.rotate_secret",
  "webhook_endpoint.test",
  "webhook_endpoint.replay",
  "api_key.create",
  "api_key.update",
  "api_key.delete",
  "order.update",
  "order.process",
  "run.cancel",
  "run.retry",
  "run.cancel_many",
  "run.retry_many",
  "run.resolve_many",
  "step.resolve",
  "delivery.redeliver",
  "partner.update",
  "job.cancel",
  "issue.acknowledge",
  "issue.resolve",
  "issue.retry",
  "customer.erase"
])
export type RecordedAction = typeof RecordedAction.Type

/** An action as it is requested: whether a `PUT` creates or updates is known when it is stored. */
export type Action = RecordedAction | `${Setting}.put`

/** The name under which the action is recorded. */
export const recordedAction = (action: Action, creates: boolean): RecordedAction =>
  (action.endsWith(".put") ? action.replace(/put$/, creates ? "create" : "update") : action) as RecordedAction
