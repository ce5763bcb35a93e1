/**
 * The journal's tables: orders and their versions, runs with their steps and callout records, the order's history, and
 * the processes that execute runs. Design: ARCHITECTURE.md, "Durability".
 *
 * Documents and records are JSON in `text`, partner bytes `bytea`: `jsonb` refuses NUL and lone surrogates and reorders
 * what is sent and signed. Ids of runs and callouts are UUIDv7, so that their order is the order of time.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** One statement an entry, each with the reason for its keys and indexes. */
const statements: ReadonlyArray<string> = [
  // Narrow, because each change of an order rewrites its row; the document is in order_versions, at `version`.
  // external_id, order_type and status follow the newest version, for the list's filters. external_key (`externalId` as
  // submitted) and idempotency_key are the intake's keys and never change: they are unique columns here, not rows of
  // their own, so that one insert takes all the keys of a submission or none. event_id and run_id are the first run's;
  // run_id is fresh for each submission, so it tells one that was stored from another with the same keys.
  `create table orders (
    id text primary key,
    external_id text,
    order_type text not null,
    status text not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    event_id uuid not null,
    run_id uuid not null,
    external_key text,
    idempotency_key text,
    fingerprint bytea
  ) with (fillfactor = 90)`,
  // A repeated externalId finds its order.
  `create unique index orders_external_key on orders (external_key) where external_key is not null`,
  // A repeated Idempotency-Key finds its order.
  `create unique index orders_idempotency_key on orders (idempotency_key) where idempotency_key is not null`,
  // GET /v1/orders, newest first, with createdAfter and createdBefore.
  `create index orders_newest on orders (created_at, id)`,
  // … with orderType; most types are rare, so that walking orders_newest would read far.
  `create index orders_of_type on orders (order_type, created_at, id)`,
  // … with status.
  `create index orders_in_status on orders (status, created_at, id)`,
  // … with externalId, as it is now.
  `create index orders_external_id on orders (external_id) where external_id is not null`,

  // Append-only. GET /v1/orders/{id}/versions/{n} and every record's order version.
  `create table order_versions (
    order_id text not null,
    version integer not null,
    doc text not null,
    primary key (order_id, version)
  )`,

  // Append-only, read oldest first by seq. entry: a HistoryEntry as JSON.
  `create table order_history (
    order_id text not null,
    seq bigint generated always as identity,
    entry text not null,
    primary key (order_id, seq)
  )`,

  // A process event. owner: the worker that executes the run, null while it is queued, put off until due_at, or ended.
  // start_version and started_at are null while queued. wait_mark and open_mark: a Wait and an Open as JSON; a later
  // record or step overtakes them. takeovers counts those since `takeover_progress` steps and records were there.
  `create table runs (
    id uuid primary key,
    order_id text not null,
    event_id uuid not null,
    pipeline text not null,
    pipeline_version integer not null,
    shipment_id text,
    state text not null,
    reason text,
    owner uuid,
    due_at timestamptz,
    start_version integer,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    failed_steps integer not null default 0,
    takeovers integer not null default 0,
    takeover_progress integer not null default 0,
    wait_mark text,
    open_mark text,
    cancel_requested boolean not null default false,
    retry_of uuid,
    from_step text,
    retry_reason text,
    requested_by text
  ) with (fillfactor = 90)`,
  // At most one open run over an order, whatever else goes wrong; and the question whether there is one.
  `create unique index runs_open_over_order on runs (order_id) where state in ('running', 'waiting', 'compensating')`,
  // GET /v1/process-events with orderId, newest first.
  `create index runs_of_order on runs (order_id, id)`,
  // … with pipeline.
  `create index runs_of_pipeline on runs (pipeline, id)`,
  // … with state, and the queued runs, oldest first. Completed ones are nearly all: there the primary key is as good.
  `create index runs_in_state on runs (state, id) where state <> 'completed'`,
  // … with errorsOnly.
  `create index runs_with_errors on runs (id) where failed_steps > 0`,
  // The runs of a dead worker.
  `create index runs_owned on runs (owner) where owner is not null`,
  // The runs that were put off, by the time at which they are due.
  `create index runs_due on runs (due_at) where due_at is not null`,

  // The Idempotency-Key of a request to run a pipeline over a stored order (`/process`, retry).
  `create table process_keys (
    order_id text not null,
    key text not null,
    run_id uuid not null,
    fingerprint bytea,
    primary key (order_id, key)
  )`,

  // Steps that have ended. next_version: the order's version from which the next step goes on. record: a StepRow as
  // JSON, without index and state.
  `create table steps (
    run_id uuid not null,
    index integer not null,
    state text not null,
    next_version integer not null,
    record text not null,
    primary key (run_id, index)
  )`,

  // Callout records. step: the step's index. record: a CalloutRecord as JSON without body and response.body, which are
  // body (the tail or text of a SentBody, UTF-8; null where the form is `order`) and response.
  `create table callouts (
    run_id uuid not null,
    id uuid not null,
    step integer not null,
    outcome text not null,
    record text not null,
    form text not null,
    body bytea,
    response bytea,
    primary key (run_id, id)
  )`,

  // Processes that execute runs. A row is renewed with each commit, so it has room on its page for the next version of
  // itself. epoch: raised when an answer was lost, so that a statement still on its way stores nothing. fenced: nothing
  // of its is stored any more. left_orderly: it said good-bye, its runs were not lost to a crash.
  `create table workers (
    id uuid primary key,
    epoch integer not null default 0,
    alive_until timestamptz not null,
    fenced boolean not null default false,
    left_orderly boolean not null default false
  ) with (fillfactor = 10)`,
  // Nobody: always fenced, so that whoever is alive takes over what it is given.
  `insert into workers (id, alive_until, fenced) values ('00000000-0000-0000-0000-000000000000', 'infinity', true)`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
