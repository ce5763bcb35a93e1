/** The data that a retry needs of the earlier run, and the jobs that retry many runs. Contract: sections 5 to 7. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements: ReadonlyArray<string> = [
  // set_aside: a SetAside as JSON, what the run's failure made of the order's status. inherited_keys: InheritedKeys as a
  // JSON list, under which the run's requests are sent.
  `alter table runs add column set_aside text, add column inherited_keys text`,
  // A job without a state in its filter: what went wrong, oldest first.
  `create index runs_gone_wrong on runs (id) where state in ('failed', 'compensation-failed')`,

  // A job that retries runs. filter: a RetryFilter as JSON. cursor: the last run that became an item. owner: the process
  // that works on it, until lease_until by the database's clock; whoever finds it expired may take the job over.
  `create table jobs (
    id uuid primary key,
    state text not null,
    filter text not null,
    reason text not null,
    requested_by text,
    total integer,
    done integer not null default 0,
    failed integer not null default 0,
    skipped integer not null default 0,
    cursor uuid not null default '00000000-0000-0000-0000-000000000000',
    owner uuid,
    lease_until timestamptz,
    cancel_requested boolean not null default false,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz
  )`,
  // The jobs that are not done, oldest first.
  `create index jobs_open on jobs (id) where finished_at is null`,

  // The runs that a job has taken up. outcome is null while one is worked on; it is counted in the job when it is set.
  `create table job_items (
    job_id uuid not null,
    run_id uuid not null,
    outcome text,
    retry_id uuid,
    message text,
    primary key (job_id, run_id)
  )`,
  // What is still to be done after a take-over.
  `create index job_items_open on job_items (job_id, run_id) where outcome is null`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
