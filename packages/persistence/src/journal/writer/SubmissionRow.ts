/** A submission as the columns of its row in the flush. */
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import { webhookTypeOf } from "@sluice/domain/webhook/WebhookType"
import { externalIdOf } from "@sluice/engine/internal/journal/JournalRules"
import type { ColumnTypes } from "../../sql/ArrayParameters.ts"
import type { PendingSubmission } from "./PendingWrite.ts"

export const accept = {
  id: "text",
  external_id: "text",
  order_type: "text",
  status: "text",
  created_at: "timestamptz",
  event_id: "uuid",
  run_id: "uuid",
  idempotency_key: "text",
  fingerprint: "bytea",
  doc: "text",
  pipeline: "text",
  pipeline_version: "int",
  shipment_id: "text",
  requested_by: "text",
  starts: "bool",
  webhook_type: "text"
} as const satisfies ColumnTypes

/** The webhook type of a submission; `undefined` for order types that make no message. */
export const webhookTypeOfSubmission = (
  { submission }: Pick<PendingSubmission, "submission">
): string | undefined => webhookTypeOf(submission.document.order.orderType)

export const submissionRow = ({ starts, submission }: PendingSubmission) => {
  const { document, fingerprint, idempotencyKey, run } = submission
  return {
    id: document.order.id,
    external_id: externalIdOf(submission) ?? null,
    order_type: document.order.orderType,
    status: document.order.status,
    created_at: run.createdAt,
    event_id: run.eventId,
    run_id: run.runId,
    idempotency_key: idempotencyKey ?? null,
    fingerprint: fingerprint ?? null,
    doc: document.text,
    pipeline: run.pipeline.name,
    pipeline_version: run.pipeline.version,
    shipment_id: run.shipmentId ?? null,
    requested_by: withoutNul(run.requestedBy),
    starts,
    webhook_type: webhookTypeOf(document.order.orderType) ?? null
  }
}
