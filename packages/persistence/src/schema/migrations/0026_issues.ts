/** Issues: failed runs grouped by what went wrong. Contract: section 7, `/v1/issues`. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // key: a digest of pipeline, step, outcome and message. sample: the newest runs.
  `create table issues (
    id uuid primary key,
    key text not null unique,
    pipeline text not null,
    step_id text not null,
    outcome text not null,
    message text not null,
    state text not null default 'open',
    count integer not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    acknowledged_at timestamptz,
    resolved_at timestamptz,
    sample uuid[] not null
  )`,
  // GET /v1/issues, newest first, with state and with pipeline.
  `create index issues_newest on issues (last_seen, id)`,
  `create index issues_in_state on issues (state, last_seen, id)`,
  `create index issues_of_pipeline on issues (pipeline, last_seen, id)`,
  // The issue that a failed run belongs to; null until it is grouped.
  `alter table runs add column issue_id uuid`,
  // Failed runs that are not grouped yet: nearly always none.
  `create index runs_to_group on runs (id) where state in ('failed', 'compensation-failed') and issue_id is null`,
  `create index runs_of_issue on runs (issue_id, id) where issue_id is not null`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
