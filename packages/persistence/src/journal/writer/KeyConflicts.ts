/**
 * Resolves submissions that were not stored because a key was taken: a second statement after the flush, with a
 * snapshot of its own, so that it sees the conflicting row. Contract: section 7, `POST /v1/orders`.
 */
import { externalIdOf, type Hit } from "@sluice/engine/internal/journal/JournalRules"
import type { Submission } from "@sluice/engine/journal/Journal"
import { columns, type ColumnTypes, unnest } from "../../sql/ArrayParameters.ts"
import type { Rows } from "../../sql/JournalConnection.ts"

const asked = { id: "text", external_id: "text", idempotency_key: "text" } as const satisfies ColumnTypes

const found = "o.id, o.event_id, o.run_id, o.fingerprint, r.state from d"
const run = "join runs r on r.id = o.run_id"

export const duplicatesStatement = `with d as materialized (select d.* from ${unnest(asked, "d", 1)})
select d.n::int, 'id', ${found} join orders o on o.id = d.id ${run}
union all select d.n::int, 'externalId', ${found} join orders o on o.external_key = d.external_id ${run}
union all select d.n::int, 'Idempotency-Key', ${found} join orders o on o.idempotency_key = d.idempotency_key ${run}`

/**
 * The look-up of keys of erased orders, which are stored as digests, for submissions whose keys are taken by no other
 * order.
 */
export const erasedDuplicatesStatement = `with d as materialized (select d.* from ${unnest(asked, "d", 1)})
select d.n::int, 'externalId', ${found}
join orders o on erased_key(o.external_key) = erased_key(d.external_id) and o.external_key is not null ${run}
union all select d.n::int, 'Idempotency-Key', ${found}
join orders o on erased_key(o.idempotency_key) = erased_key(d.idempotency_key) and o.idempotency_key is not null ${run}`

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
