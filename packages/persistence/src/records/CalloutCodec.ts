/**
 * Encodes steps and callout records into their rows, and decodes them. Both sides of the journal use it: the writer,
 * and the queries. No Schema here: the writer encodes thousands of records a second, and what is read was written by
 * this module.
 */
import type { CalloutRecord, RecordedResponse, SentBody } from "@sluice/domain/callout/CalloutRecord"
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { readOwnJson } from "@sluice/domain/internal/json/JsonInTurns"
import { textMembers } from "@sluice/domain/internal/json/JsonText"
import { isKnown, remember, textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { inTurns, largeLength } from "@sluice/domain/internal/json/LargeText"
import { parseOwnSteps } from "@sluice/domain/internal/json/SteppedJson"
import * as Json from "@sluice/domain/json/Json"
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { StepState } from "@sluice/domain/run/ProcessEvent"
import type { StepRow } from "@sluice/engine/journal/Journal"
import { Effect } from "effect"

/** A row of `steps`, without the run's id. */
export interface StoredStep {
  readonly index: number
  readonly state: string
  readonly next_version: number
  readonly record: string
}

/** A row of `callouts`, without the run's id. */
export interface StoredCallout {
  readonly id: string
  readonly step: number
  readonly outcome: string
  readonly record: string
  readonly form: string
  readonly body: Uint8Array | null
  readonly response: Uint8Array | null
}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** The `record` of a step's row. */
export const encodeStep = (step: StepRow): string => {
  // Undefined members are left out of the text. A copy without them (`...rest`) costs several times as much.
  const record = { ...step, index: undefined, state: undefined }
  return isKnown(record.output) ? textWithKnown(record) : JSON.stringify(record)
}

/** Large rows that were read beforehand. */
const read = new WeakMap<StoredStep, Json.Json>()

/** Reads the large ones among rows of steps in turns, for `decodeStep` to find. One that cannot be read is left to it. */
export const prepareSteps = (rows: Iterable<StoredStep>): Effect.Effect<void> =>
  Effect.forEach(
    [...rows].filter(({ record }) => record.length >= largeLength),
    (row) => Effect.ignoreCause(Effect.map(readOwnJson(row.record), (json) => void read.set(row, json))),
    { discard: true }
  )

export const decodeStep = (row: StoredStep): StepRow & { readonly nextVersion: number } => ({
  ...(read.get(row) ?? Json.parseOwn(row.record)) as unknown as Omit<StepRow, "index" | "state">,
  index: row.index,
  state: row.state as StepState,
  nextVersion: row.next_version
})

/** The `record` of a callout's row: all but what has a column of its own. */
export const encodeCallout = (callout: CalloutRecord): string => {
  const { patch, response } = callout
  const answer = response === undefined ? undefined : { ...response, body: undefined }
  const record = { ...callout, id: undefined, outcome: undefined, body: undefined, response: answer }
  return patch === undefined ? JSON.stringify(record) : textWithKnown(record)
}

/** The `body` of a callout's row: `null` where the stored order itself was sent. */
export const encodeBody = (body: SentBody): Uint8Array | null => {
  switch (body.form) {
    case "order":
      return null
    case "workflow":
      return utf8.encode(body.tail)
    case "text":
      return utf8.encode(body.text)
  }
}

const decodeBody = (form: string, bytes: Uint8Array | null): SentBody => {
  const text = bytes === null ? "" : fromUtf8.decode(bytes)
  return form === "order" ? { form } : form === "workflow" ? { form, tail: text } : { form: "text", text }
}

type StoredRecord = Omit<CalloutRecord, "id" | "outcome" | "body" | "response"> & {
  readonly response?: Omit<RecordedResponse, "body">
}

/** Large records that were read in turns, by row. */
const prepared = new WeakMap<StoredCallout, StoredRecord>()

/** Reads the large records of some rows in turns, for `decodeCallout`; their patches keep their texts. */
export const prepareCallouts = (rows: ReadonlyArray<StoredCallout>): Effect.Effect<void> => {
  const large = rows.filter(({ record }) => record.length >= largeLength)
  // One that cannot be read fails where it is decoded.
  return large.length === 0 ? Effect.void : Effect.forEach(large, (row) => Effect.ignoreCause(prepare(row)), {
    discard: true
  })
}

const prepare = (row: StoredCallout): Effect.Effect<void> =>
  Effect.map(inTurns(parseOwnSteps(row.record)), (json) => {
    const record = json as unknown as StoredRecord
    const patch = textMembers(row.record).find(({ name }) => name === "patch")
    if (patch !== undefined) remember(record.patch, patch.value)
    prepared.set(row, record)
  })

export const decodeCallout = (row: StoredCallout): CalloutRecord => {
  const { response, ...record } = prepared.get(row) ?? Json.parseOwn(row.record) as unknown as StoredRecord
  return {
    ...record,
    id: row.id,
    outcome: row.outcome as Outcome,
    body: decodeBody(row.form, row.body),
    // A copy: what the driver hands out is a view into a whole packet.
    ...(response === undefined ? {} : { response: { ...response, body: row.response?.slice() ?? new Uint8Array(0) } })
  }
}

export const encodeHistory = (entry: HistoryEntry): string =>
  entry.after === undefined ? JSON.stringify(entry) : textWithKnown(entry)

/** A large entry is read in turns, and its text is known. */
export const decodeHistory = (entry: string): Effect.Effect<HistoryEntry> =>
  entry.length < largeLength
    ? Effect.sync(() => Json.parseOwn(entry) as unknown as HistoryEntry)
    : Effect.map(inTurns(parseOwnSteps(entry)), (json) => {
      remember(json, entry)
      return json as unknown as HistoryEntry
    })
