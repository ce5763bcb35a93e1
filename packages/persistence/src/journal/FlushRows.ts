/** The rows of a flush, for each `unnest` of its statement: their columns, and what of a member goes into which. */
import type { StepRow } from "@sluice/engine/Journal"
import { externalIdOf } from "@sluice/engine/JournalRules"
import type { ColumnTypes } from "./Columns.ts"
import type { AcceptMember, EntryMember } from "./Member.ts"
import { encodeBody, encodeCallout, encodeHistory, encodeStep } from "./Records.ts"

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
  requested_by: "text"
} as const satisfies ColumnTypes

export const entry = {
  run_id: "uuid",
  order_id: "text",
  seen: "int",
  doc: "text",
  external_id: "text",
  order_type: "text",
  status: "text",
  touches: "bool",
  state: "text",
  final: "text",
  reason: "text",
  failed_steps: "int",
  finished_at: "timestamptz",
  due_at: "timestamptz",
  wait_mark: "text",
  open_mark: "text"
} as const satisfies ColumnTypes

export const step = {
  e: "int",
  run_id: "uuid",
  index: "int",
  state: "text",
  record: "text"
} as const satisfies ColumnTypes

export const callout = {
  e: "int",
  run_id: "uuid",
  id: "uuid",
  step: "int",
  outcome: "text",
  record: "text",
  form: "text",
  body: "bytea",
  response: "bytea"
} as const satisfies ColumnTypes

export const history = { e: "int", order_id: "text", entry: "text" } as const satisfies ColumnTypes

/** A NUL is no text to PostgreSQL; in a reason given by a person it is not worth failing for. */
const printable = (text: string | undefined): string | null => text?.replaceAll("\0", "\ufffd") ?? null

const text = (value: unknown): string | null => typeof value === "string" ? value : null

const acceptRow = ({ submission }: AcceptMember) => {
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
    requested_by: printable(run.requestedBy)
  }
}

const entryRow = ({ entry, release }: EntryMember) => {
  const order = entry.write?.document.order
  return {
    run_id: entry.runId,
    order_id: entry.orderId,
    seen: entry.write?.seen ?? null,
    doc: entry.write?.document.text ?? null,
    external_id: text(order?.["externalId"]),
    order_type: order?.orderType ?? null,
    status: order?.status ?? null,
    touches: entry.wait !== undefined || entry.open !== undefined,
    state: entry.state ?? null,
    final: entry.finish?.state ?? null,
    reason: printable(entry.finish?.reason),
    failed_steps: entry.finish?.failedSteps ?? null,
    finished_at: entry.finish?.at ?? null,
    due_at: release ? entry.wait?.dueAt ?? null : null,
    wait_mark: entry.wait === undefined ? null : JSON.stringify(entry.wait),
    open_mark: entry.open === undefined ? null : JSON.stringify(entry.open)
  }
}

const stepRow = (e: number, runId: string, row: StepRow) => ({
  e,
  run_id: runId,
  index: row.index,
  state: row.state,
  record: encodeStep(row)
})

/** One row for each of what `accepts` and `entries` bring; ordinals count from 1 in these lists. */
export const flushRows = (accepts: ReadonlyArray<AcceptMember>, entries: ReadonlyArray<EntryMember>) => {
  const steps: Array<ReturnType<typeof stepRow>> = []
  const callouts: Array<{ readonly [Name in keyof typeof callout]: string | number | Uint8Array | null }> = []
  const histories: Array<{ readonly e: number; readonly order_id: string; readonly entry: string }> = []
  for (let i = 0; i < entries.length; i++) {
    const { entry } = entries[i] as EntryMember
    const e = i + 1
    if (entry.skipped !== undefined) { for (const row of entry.skipped) steps.push(stepRow(e, entry.runId, row)) }
    if (entry.step !== undefined) steps.push(stepRow(e, entry.runId, entry.step))
    for (const { index, record } of entry.callouts) {
      callouts.push({
        e,
        run_id: entry.runId,
        id: record.id,
        step: index,
        outcome: record.outcome,
        record: encodeCallout(record),
        form: record.body.form,
        body: encodeBody(record.body),
        response: record.response?.body ?? null
      })
    }
    for (const line of entry.history) histories.push({ e, order_id: entry.orderId, entry: encodeHistory(line) })
  }
  return { accepts: accepts.map(acceptRow), entries: entries.map(entryRow), steps, callouts, histories }
}
