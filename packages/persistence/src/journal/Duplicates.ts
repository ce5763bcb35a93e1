/**
 * What a submission meant that was not stored because a key was taken: a second look, after the flush and with a
 * snapshot of its own, so that it sees what took the key. Contract: section 7, `POST /v1/orders`.
 */
import type { RunState } from "@sluice/domain/ProcessEvent"
import { type Intake, IntakeConflict, type Submission } from "@sluice/engine/Journal"
import { columns, type ColumnTypes, unnest } from "./Columns.ts"
import type { Rows } from "./Link.ts"

const asked = { id: "text", external_id: "text", idempotency_key: "text" } as const satisfies ColumnTypes

const found = "o.id, o.event_id, o.run_id, o.fingerprint, r.state from d"
const run = "join runs r on r.id = o.run_id"

export const duplicatesStatement = `with d as materialized (select d.* from ${unnest(asked, "d", 1)})
select d.n::int, 'id', ${found} join orders o on o.id = d.id ${run}
union all select d.n::int, 'externalId', ${found} join orders o on o.external_key = d.external_id ${run}
union all select d.n::int, 'Idempotency-Key', ${found} join orders o on o.idempotency_key = d.idempotency_key ${run}`

const externalId = (submission: Submission): string | null => {
  const value = submission.document.order["externalId"]
  return typeof value === "string" ? value : null
}

export const duplicatesParameters = (submissions: ReadonlyArray<Submission>) =>
  columns(
    asked,
    submissions.map((submission) => ({
      id: submission.document.order.id,
      external_id: externalId(submission),
      idempotency_key: submission.idempotencyKey ?? null
    }))
  )

/** A stored order that one of the submission's keys leads to. */
export interface Hit {
  readonly key: "id" | "externalId" | "Idempotency-Key"
  readonly orderId: string
  readonly eventId: string
  readonly runId: string
  readonly fingerprint: Uint8Array | null
  readonly state: RunState
}

/** The hits of each submission, by its place. */
export const hitsOf = (rows: Rows, count: number): ReadonlyArray<ReadonlyArray<Hit>> => {
  const hits: Array<Array<Hit>> = Array.from({ length: count }, () => [])
  for (const [n, key, orderId, eventId, runId, fingerprint, state] of rows) {
    hits[(n as number) - 1]?.push({ key, orderId, eventId, runId, fingerprint, state } as Hit)
  }
  return hits
}

const same = (a: Uint8Array | undefined, b: Uint8Array | null): boolean =>
  a !== undefined && b !== null && a.length === b.length && a.every((byte, i) => byte === b[i])

const keyText = (submission: Submission, key: Hit["key"]): string =>
  `${key} ${
    JSON.stringify(
      key === "id"
        ? submission.document.order.id
        : key === "externalId"
        ? externalId(submission)
        : submission.idempotencyKey
    )
  }`

/**
 * - `Own`: it was stored after all, and only the answer was lost
 * - `Gone`: nothing holds the keys any more; try again
 */
export type Judgement =
  | { readonly _tag: "Own"; readonly state: RunState }
  | { readonly _tag: "Gone" }
  | Extract<Intake, { readonly _tag: "Repeated" }>
  | IntakeConflict

export const judge = (submission: Submission, hits: ReadonlyArray<Hit>): Judgement => {
  const [first, ...others] = hits
  if (first === undefined) return { _tag: "Gone" }
  if (first.runId === submission.run.runId) return { _tag: "Own", state: first.state }
  const other = others.find((hit) => hit.orderId !== first.orderId)
  if (other !== undefined) {
    return new IntakeConflict({
      message: `${keyText(submission, first.key)} belongs to order ${first.orderId}, and `
        + `${keyText(submission, other.key)} to order ${other.orderId}`
    })
  }
  if (same(submission.fingerprint, first.fingerprint)) {
    return {
      _tag: "Repeated",
      orderId: first.orderId,
      eventId: first.eventId,
      runId: first.runId,
      state: first.state
    }
  }
  return new IntakeConflict({
    message: `${
      keyText(submission, first.key)
    } belongs to order ${first.orderId}, which was submitted with another body`
  })
}
