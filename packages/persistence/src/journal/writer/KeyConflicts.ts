/**
 * Resolves submissions that were not stored because a key was taken: a second statement after the flush, with a
 * snapshot of its own, so that it sees the conflicting row. Contract: section 7, `POST /v1/orders`.
 */
import { externalIdOf, type Hit } from "@sluice/engine/internal/journal/JournalRules"
import type { Submission } from "@sluice/engine/journal/Journal"
import { columns, type ColumnTypes, unnest } from "../../sql/ArrayParameters.ts"
import type { Rows } from "../../sql/JournalConnection.ts"

const asked = { id: "text", external_id: "text", idempotency_key: "text" } as const satisfies ColumnTypes

/** SQL: the hits of one kind among the submissions `d`: the orders that meet the condition, each looked up by its key. */
const hits = (kind: string, condition: string) =>
  `select d.n::int, '${kind}', o.id, o.event_id, o.run_id, o.fingerprint, r.state from d
cross join lateral (select id, event_id, run_id, fingerprint from orders where ${condition} offset 0) o
cross join lateral (select state from runs where id = o.run_id offset 0) r`

export const duplicatesStatement = `with d as materialized (select d.* from ${unnest(asked, "d", 1)})
${hits("id", "id = d.id")}
union all ${hits("externalId", "external_key = d.external_id")}
union all ${hits("Idempotency-Key", "idempotency_key = d.idempotency_key")}`

/**
 * The look-up of keys of erased orders, which are stored as digests, for submissions whose keys are taken by no other
 * order.
 */
export const erasedDuplicatesStatement = `with d as materialized (select d.* from ${unnest(asked, "d", 1)})
${hits("externalId", "erased_key(external_key) = erased_key(d.external_id) and external_key is not null")}
union all ${
  hits("Idempotency-Key", "erased_key(idempotency_key) = erased_key(d.idempotency_key) and idempotency_key is not null")
}`

export const duplicatesParameters = (submissions: ReadonlyArray<Submission>) =>
  columns(
    asked,
    submissions.map((submission) => ({
      id: submission.document.order.id,
      external_id: externalIdOf(submission) ?? null,
      idempotency_key: submission.idempotencyKey ?? null
    }))
  )

/** The hits of each submission, by its place. */
export const hitsOf = (rows: Rows, count: number): Array<ReadonlyArray<Hit>> => {
  const hits: Array<Array<Hit>> = Array.from({ length: count }, () => [])
  for (const [n, key, orderId, eventId, runId, fingerprint, state] of rows) {
    hits[(n as number) - 1]?.push({ key, orderId, eventId, runId, fingerprint, state } as Hit)
  }
  return hits
}
