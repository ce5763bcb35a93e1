/**
 * Callout records as the API shows them. The record holds an order's version where the order itself was sent; the body
 * that went out is built again from the document of that version. Contract: section 8.
 */
import type { BodyReference, CalloutRecord, CalloutView, RecordedResponse } from "@sluice/domain/callout/CalloutRecord"
import { calloutId, processEventId } from "@sluice/domain/identity/Ids"
import { receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import { readJson } from "@sluice/domain/internal/json/JsonInTurns"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { type Json, parse } from "@sluice/domain/json/Json"
import { workflowBody } from "@sluice/domain/workflow/WorkflowBody"
import { Effect } from "effect"
import { Base64 } from "effect/encoding"
import { decodeCallout, type StoredCallout } from "../records/CalloutCodec.ts"

/** A row as it was read: `body` and `response` are `null` where they are over the limit of the view. */
export interface CalloutRow extends StoredCallout {
  readonly body_size: number | null
  readonly response_size: number | null
}

/** A version of the run's order; `doc` is `null` where it is over the limit and not needed whole. */
export interface VersionRow {
  readonly version: number
  readonly size: number
  readonly doc: string | null
}

/** A row with the record in it. */
export interface ReadCallout<Row extends CalloutRow = CalloutRow> {
  readonly row: Row
  readonly record: CalloutRecord
  /** The length of what is shown of the record, without the order that was sent. */
  readonly size: number
}

const utf8 = new TextEncoder()

/** A body is the JSON that it says, else text. */
const shown = (text: string): Json => {
  try {
    return parse(text)
  } catch {
    return text
  }
}

type ShownBody = NonNullable<CalloutView["request"]>["body"]

/** The orders that were read: several callouts have sent the same version. */
const orders = new WeakMap<VersionRow, Json>()

const shownOrder = (version: VersionRow, text: string): Json => {
  const known = orders.get(version)
  if (known !== undefined) return known
  const order = shown(text)
  orders.set(version, order)
  return order
}

/** The sent body: its text where available, and its length in bytes. */
interface Sent {
  readonly text: string | undefined
  readonly size: number
}

const sentOf = ({ row, record: { body } }: ReadCallout, version: VersionRow | undefined): Sent => {
  switch (body.form) {
    case "order":
      return { text: version?.doc ?? undefined, size: version?.size ?? 0 }
    case "workflow": {
      const text = workflowBody(version?.doc ?? "{}", body.tail)
      return { text, size: utf8.encode(text).length }
    }
    case "text":
      return { text: row.body === null ? undefined : body.text, size: row.body_size ?? 0 }
  }
}

/**
 * The view of a record of run `runId`. Bodies of more than `limit` bytes, and those that were not read, are references;
 * without a limit everything is inline. `read` reads a body.
 */
export const calloutView = (
  runId: string,
  callout: ReadCallout,
  versions: ReadonlyMap<number, VersionRow>,
  limit: number,
  read: (text: string) => Json = shown
): CalloutView => {
  const { row, record } = callout
  const version = versions.get(record.orderVersion)
  const id = calloutId(record.id)
  const reference = (size: number): typeof BodyReference.Type => ({
    size,
    href: `/v1/process-events/${processEventId(runId)}/callouts/${id}`
  })
  const view = ({ text, size }: Sent, readText = read): Json =>
    text === undefined || size > limit ? reference(size) : readText(text)
  const isOrder = record.body.form === "order" && version !== undefined && read === shown
  const readSent = isOrder ? (text: string) => shownOrder(version, text) : read
  const answered = (
    row: CalloutRow,
    response: RecordedResponse
  ): { readonly body: ShownBody; readonly bodyBase64?: string } => {
    const size = row.response_size ?? 0
    const wasRead = row.response !== null || row.response_size === null
    const text = wasRead ? receivedText(response) : undefined
    return wasRead && text === undefined && size <= limit
      ? { body: null, bodyBase64: Base64.encode(response.body) }
      : { body: view({ text, size }) as ShownBody }
  }
  const { response } = record
  return {
    id,
    attempt: record.attempt,
    endpoint: record.endpoint,
    idempotencyKey: record.idempotencyKey,
    orderVersion: record.orderVersion,
    startedAt: isoOf(record.startedAt),
    durationMs: record.durationMs,
    ...(record.callback !== true && {
      request: {
        method: record.method,
        headers: record.headers,
        body: view(sentOf(callout, version), readSent) as ShownBody
      }
    }),
    ...(response !== undefined && {
      response: {
        status: response.status,
        headers: response.headers,
        ...answered(row, response),
        ...(response.truncated === true && { truncated: true }),
        ...(response.length !== undefined && { length: response.length })
      }
    }),
    outcome: record.outcome,
    ...(record.unknown === true && { unknown: true }),
    ...(record.probe === true && { probe: true }),
    ...(record.callback === true && { callback: true }),
    ...(record.error !== undefined && { error: { name: record.outcome, ...record.error } }),
    ...(record.patch !== undefined && { patch: record.patch })
  }
}

/** The view of a record with all of its bodies, however large: large ones are read in turns. */
export const wholeCalloutView = Effect.fnUntraced(
  function*(runId: string, callout: ReadCallout, versions: ReadonlyMap<number, VersionRow>) {
    const bodies = new Map<string, Json>()
    const view = (read: (text: string) => Json) => calloutView(runId, callout, versions, Number.MAX_SAFE_INTEGER, read)
    view((text) => {
      bodies.set(text, null)
      return null
    })
    for (const text of bodies.keys()) bodies.set(text, yield* Effect.orElseSucceed(readJson(text), () => text))
    return view((text) => bodies.get(text) ?? null)
  }
)

/**
 * The records in the order in which the attempts were made: by request of a step, then by attempt, and after them the
 * answer that came to a callback URL.
 */
export const inOrder = <Row extends CalloutRow>(
  callouts: ReadonlyArray<ReadCallout<Row>>
): ReadonlyArray<ReadCallout<Row>> =>
  callouts.toSorted((a, b) =>
    a.record.request - b.record.request
    || Number(a.record.callback ?? false) - Number(b.record.callback ?? false)
    || a.record.attempt - b.record.attempt
  )

/** The records of the rows, {@link inOrder}. */
export const readCallouts = <Row extends CalloutRow>(rows: ReadonlyArray<Row>): ReadonlyArray<ReadCallout<Row>> =>
  inOrder(rows.map((row) => ({ row, record: decodeCallout(row), size: row.record.length })))
