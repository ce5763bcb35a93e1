/** The row of a callout record, as both writers of `callouts` insert it: the journal, and the results of deliveries. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { ColumnTypes } from "../sql/ArrayParameters.ts"
import { encodeBody, encodeCallout } from "./CalloutCodec.ts"

export const calloutColumns = {
  run_id: "uuid",
  id: "uuid",
  step: "int",
  outcome: "text",
  record: "text",
  form: "text",
  body: "bytea",
  response: "bytea"
} as const satisfies ColumnTypes

/** The row of a callout's record; `index` is the step's position in the run. */
export const calloutRow = (runId: string, index: number, record: CalloutRecord) => ({
  run_id: runId,
  id: record.id,
  step: index,
  outcome: record.outcome,
  record: encodeCallout(record),
  form: record.body.form,
  body: encodeBody(record.body),
  response: record.response?.body ?? null
})
