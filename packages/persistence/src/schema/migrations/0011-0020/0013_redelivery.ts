/** Redeliveries that are asked for during an attempt, and repeats of reported events. Contract: section 9, "Order". */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // The claim under which an attempt was on the wire when a redelivery was asked for: it is sent when that one has ended.
  `alter table deliveries add column redeliver_after uuid`,

  // The Idempotency-Key of a reported event. The event is one that was stored in the same commit.
  `create table event_keys (
    key text primary key,
    event_id uuid not null,
    fingerprint bytea not null,
    created_at timestamptz not null
  )`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
