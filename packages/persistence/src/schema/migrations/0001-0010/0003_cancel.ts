/**
 * Cancels: whether the steps are to be compensated, and how a process finds the cancels of the runs that it executes.
 * `cancel_requested` and `reason` are there since 0001.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  `alter table runs add column cancel_compensates boolean not null default false`,
  // Asked once a second by every process. Holds only what is being cancelled: nearly always nothing.
  `create index runs_cancelling on runs (owner) where cancel_requested and finished_at is null`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
