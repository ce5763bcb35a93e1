/**
 * Answers that partners send to a callback URL. A run that waits for one always has a time at which it is due, the end of
 * the wait, so that the constraint `runs_go_on` holds for it as for any other. Contract: section 6, "Waiting for a
 * callback".
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // The token of each attempt by its SHA-256. deadline: the run's; null where it has none.
  `create table callback_tokens (
    digest bytea primary key,
    run_id uuid not null references runs (id) on delete cascade,
    step integer not null,
    deadline timestamptz
  )`,
  `create index callback_tokens_of_run on callback_tokens (run_id)`,

  // The first answer of each step, or that it takes none any more (`closed`). fingerprint: of the answer's JSON; null
  // where an operator answered, who is in resolution. body and headers go once the step's record has them.
  `create table callbacks (
    run_id uuid not null references runs (id) on delete cascade,
    step integer not null,
    closed boolean not null default false,
    at timestamptz,
    headers text,
    body bytea,
    fingerprint bytea,
    resolution text,
    primary key (run_id, step)
  )`,
  // The answers that still have their bodies.
  `create index callbacks_kept on callbacks (run_id, step) where body is not null`,

  // The last step for which an answer was taken: a run that is released while it waits for this one is due at once.
  `alter table runs add column answered_step integer`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
