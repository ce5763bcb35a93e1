/** The parameters of a flush: the columns of each part of its statement, and the rows that a write puts into them. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { holdRank } from "@sluice/engine/partners/PartnerBreaker"
import { outcomeParameters } from "../../outbox/OutcomeStatement.ts"
import { causeOfWrite } from "../../outbox/StateEvents.ts"
import { encodeHistory, encodeStep } from "../../records/CalloutCodec.ts"
import { calloutColumns, calloutRow } from "../../records/CalloutColumns.ts"
import { columns, type ColumnTypes, singleParameters } from "../../sql/ArrayParameters.ts"
import type { Parts } from "./FlushParts.ts"
import type { PendingEntry, PendingSubmission } from "./PendingWrite.ts"
import { accept, submissionRow } from "./SubmissionRow.ts"

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
  held_for: "text",
  hold_rank: "int",
  wait_mark: "text",
  open_mark: "text",
  effects: "text",
  cancels: "bool",
  set_aside: "text",
  cause: "uuid"
} as const satisfies ColumnTypes

/** The columns of an entry that leaves its run's state and its order unchanged. */
export const plainColumns: ReadonlyArray<keyof typeof entry> = ["run_id", "order_id"]

export const step = {
  e: "int",
  run_id: "uuid",
  index: "int",
  state: "text",
  record: "text"
} as const satisfies ColumnTypes

export const callout = { e: "int", ...calloutColumns } as const satisfies ColumnTypes

export const history = { e: "int", order_id: "text", entry: "text" } as const satisfies ColumnTypes

const text = (value: unknown): string | null => typeof value === "string" ? value : null

const entryRow = ({ entry, release, outcome }: PendingEntry) => {
  const order = entry.write?.document.order
  const heldFor = release ? entry.wait?.heldFor : undefined
  return {
    run_id: entry.runId,
    order_id: entry.orderId,
    // An outcome that was computed from one version of the order must not be stored with another.
    seen: entry.write?.seen ?? outcome?.seen ?? null,
    doc: entry.write?.document.text ?? null,
    external_id: text(order?.["externalId"]),
    order_type: order?.orderType ?? null,
    status: order?.status ?? null,
    touches: entry.wait !== undefined || entry.open !== undefined,
    state: entry.state ?? null,
    final: entry.finish?.state ?? null,
    reason: withoutNul(entry.finish?.reason ?? entry.reason),
    failed_steps: entry.finish?.failedSteps ?? null,
    finished_at: entry.finish?.at ?? null,
    due_at: (release ? heldFor === undefined ? entry.wait?.dueAt : entry.wait?.until : undefined) ?? null,
    held_for: heldFor ?? null,
    hold_rank: heldFor === undefined ? null : holdRank(entry.wait?.attempt ?? 0),
    wait_mark: entry.wait === undefined ? null : JSON.stringify(entry.wait),
    open_mark: entry.open === undefined ? null : JSON.stringify(entry.open),
    effects: entry.effects === undefined ? null : textWithKnown(entry.effects),
    cancels: entry.cancels === true,
    set_aside: entry.setAside === undefined ? null : JSON.stringify(entry.setAside),
    cause: entry.write === undefined ? null : causeOfWrite(entry)
  }
}

const stepRow = (e: number, runId: string, row: StepRow) => ({
  e,
  run_id: runId,
  index: row.index,
  state: row.state,
  record: encodeStep(row)
})

const nothing: ReadonlyArray<string> = []

/** All types that the writes leave untold; most of a flush leave the same list. */
const untoldBy = (
  accepts: ReadonlyArray<PendingSubmission>,
  entries: ReadonlyArray<PendingEntry>
): ReadonlyArray<string> => {
  let all = nothing
  const add = (untold: ReadonlyArray<string>) => {
    if (untold.length === 0 || untold === all) return
    all = all.length === 0 ? untold : [...new Set([...all, ...untold])]
  }
  for (const { untold } of accepts) add(untold())
  for (const { untold } of entries) add(untold)
  return all
}

/** The parameters of a flush with these writes. Ordinals in the result count from 1 in these lists. */
export type FlushParameters = (
  worker: string,
  epoch: number,
  accepts: ReadonlyArray<PendingSubmission>,
  entries: ReadonlyArray<PendingEntry>,
  parts: Pick<Parts, "guards" | "single">
) => ReadonlyArray<PgTypes.Parameter>

const textArray = (value: ReadonlyArray<string>): PgTypes.Parameter => ({
  ...PgTypes.text(null),
  oid: PgTypes.OID.textArray,
  value
})

/** The row of each kind that the write has, in the order of the statement's sources. */
const singleWrite: FlushParameters = (worker, epoch, accepts, entries, { guards, single }) => {
  const [submission] = accepts
  const [member] = entries
  const parameters: Array<PgTypes.Parameter> = [PgTypes.uuid(worker), PgTypes.int4(epoch)]
  if (submission !== undefined) parameters.push(...singleParameters(accept, submissionRow(submission)))
  if (member !== undefined) {
    const { callouts: [called], history: [line], orderId, runId, skipped, step: ended } = member.entry
    const row = ended ?? skipped?.[0]
    parameters.push(
      ...(single?.plain === true
        ? [PgTypes.uuid(runId), PgTypes.text(orderId)]
        : singleParameters(entry, entryRow(member))),
      ...(row === undefined ? [] : singleParameters(step, stepRow(1, runId, row))),
      ...(called === undefined
        ? []
        : singleParameters(callout, { e: 1, ...calloutRow(runId, called.index, called.record) })),
      ...(line === undefined
        ? []
        : singleParameters(history, { e: 1, order_id: orderId, entry: encodeHistory(line) }))
    )
  }
  if (guards) parameters.push(textArray(untoldBy(accepts, entries)))
  return parameters
}

export const flushParameters: FlushParameters = (worker, epoch, accepts, entries, parts) => {
  if (parts.single !== undefined) return singleWrite(worker, epoch, accepts, entries, parts)
  const steps: Array<ReturnType<typeof stepRow>> = []
  const callouts: Array<{ readonly [Name in keyof typeof callout]: string | number | Uint8Array | null }> = []
  const histories: Array<{ readonly e: number; readonly order_id: string; readonly entry: string }> = []
  for (let i = 0; i < entries.length; i++) {
    const { entry } = entries[i] as PendingEntry
    const e = i + 1
    if (entry.skipped !== undefined) { for (const row of entry.skipped) steps.push(stepRow(e, entry.runId, row)) }
    if (entry.step !== undefined) steps.push(stepRow(e, entry.runId, entry.step))
    for (const { index, record } of entry.callouts) {
      callouts.push({ e, ...calloutRow(entry.runId, index, record) })
    }
    for (const line of entry.history) histories.push({ e, order_id: entry.orderId, entry: encodeHistory(line) })
  }
  return [
    PgTypes.uuid(worker),
    PgTypes.int4(epoch),
    ...columns(accept, accepts.map(submissionRow)),
    ...columns(entry, entries.map(entryRow)),
    ...columns(step, steps),
    ...columns(callout, callouts),
    ...columns(history, histories),
    textArray(untoldBy(accepts, entries))
  ]
}

/** The parameters of the statement for entries with an outcome: those of the flush, then those of the outcomes. */
export const outcomeFlushParameters: FlushParameters = (worker, epoch, accepts, entries, { guards }) => [
  ...flushParameters(worker, epoch, accepts, entries, { guards, single: undefined }),
  ...outcomeParameters(entries)
]
