/**
 * Messages, their deliveries and attempts; customers and subscriptions; and what the fan-out reads of an endpoint.
 * Design: ARCHITECTURE.md, "Deliveries"; contract: section 9.
 *
 * Bodies are `bytea` and documents text, as in the journal. Ids are UUIDv7, so that their order is the order of time.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { customerColumns } from "../../CustomerColumns.ts"

const json = (member: string, column: string) => `coalesce(',"${member}":' || c.${column}, '')`

const moment = (column: string) => `to_char(c.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const statements: ReadonlyArray<string> = [
  // What the fan-out reads, beside the document. types: what it subscribes to. disabled_at: nothing is sent.
  // failing_since: no attempt has succeeded since. rate_until: up to when its rate limit is used up.
  `alter table webhook_endpoints
    add column types text[] not null default '{}',
    add column per_order boolean not null default true,
    add column rate double precision,
    add column rate_until timestamptz,
    add column disabled_at timestamptz,
    add column disabled_reason text,
    add column failing_since timestamptz`,

  // Since when an endpoint has subscribed to what; null types: it is not there. What completeness is derived from.
  `create table webhook_endpoint_history (
    endpoint_id text collate "C" not null,
    at timestamptz not null default clock_timestamp(),
    types text[],
    primary key (endpoint_id, at)
  )`,

  // What is told to endpoints. seq: webhook-sequence. body is null where it is the order's document at version 1, which
  // never changes: a copy of it would double what an order costs to store.
  `create table messages (
    id uuid primary key,
    seq bigint not null generated always as identity,
    type text not null,
    order_id text,
    created_at timestamptz not null,
    body bytea
  )`,

  // One message to one endpoint, or (endpoint_id null) to a step's target, a StepTarget as JSON. lane: what is claimed
  // from, each with its own bound. chain: one is attempted at a time, in the order of seq; null: in no sequence.
  // due_at: only the head of a chain has one, and only while it is pending; a claim puts it off for as long as an
  // attempt can take. finished_at: null exactly while it is pending. body: what was sent, where it is not the message's. round: attempts since the schedule began.
  `create table deliveries (
    id uuid primary key,
    message_id uuid not null,
    seq bigint not null,
    endpoint_id text collate "C",
    target text,
    lane text collate "C" not null,
    type text not null,
    order_id text,
    chain text collate "C",
    state text not null,
    reason text,
    due_at timestamptz,
    claim uuid,
    attempts integer not null default 0,
    round integer not null default 0,
    body bytea,
    created_at timestamptz not null,
    finished_at timestamptz
  ) with (fillfactor = 80)`,
  // What is due, lane by lane; the lanes themselves are found in it by leaps.
  `create index deliveries_due on deliveries (lane, due_at, seq) where due_at is not null`,
  // The head and the tail of a chain. By finished_at, not by state: on an empty table the planner would think that
  // deliveries_in_state serves as well, and keep to it.
  `create index deliveries_in_chain on deliveries (chain, seq) where finished_at is null and chain is not null`,
  // A message's deliveries: whether it is complete, and when it may be forgotten.
  `create index deliveries_of_message on deliveries (message_id)`,
  // GET /v1/deliveries with endpointId, newest first; replays.
  `create index deliveries_of_endpoint on deliveries (endpoint_id, id)`,
  // … with orderId.
  `create index deliveries_of_order on deliveries (order_id, id) where order_id is not null`,
  // … with state: nearly all are delivered, and there the primary key is as good.
  `create index deliveries_in_state on deliveries (state, id) where state <> 'delivered'`,
  // … with type: most types are rare.
  `create index deliveries_of_type on deliveries (type, id)`,

  // record: the attempt as JSON without the body of its answer.
  `create table delivery_attempts (
    delivery_id uuid not null,
    number integer not null,
    record text not null,
    response bytea,
    primary key (delivery_id, number)
  )`,

  // key: id:<customerId> or email:<address>. The other columns hold JSON as the order wrote it.
  `create table customers (
    key text primary key,
    id text not null unique,
    seq bigint not null generated always as identity unique,
    email text,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    ${Object.values(customerColumns).map((column) => `${column} text`).join(", ")}
  )`,
  // A customer by address.
  `create index customers_of_email on customers (email, seq) where email is not null`,
  // The customer as it is read and as it is sent: the same text.
  `create function customer_document(c customers) returns text language sql stable as $$
    select '{"id":' || to_json(c.id)::text
      || ${Object.entries(customerColumns).map(([member, column]) => json(member, column)).join(" || ")}
      || ',"version":' || c.version || ',"createdAt":"' || ${moment("created_at")}
      || '","updatedAt":"' || ${moment("updated_at")} || '"}'
  $$`,

  // One for each item of an order, however often the order is processed.
  `create table subscriptions (
    id text primary key,
    seq bigint not null generated always as identity unique,
    order_id text not null,
    item integer not null,
    customer_id text,
    doc text not null,
    entitlements text not null,
    created_at timestamptz not null,
    unique (order_id, item)
  )`,

  // A replay under way, or over. after: the last delivery that it has passed.
  `create table replays (
    id uuid primary key,
    endpoint_id text not null,
    since timestamptz not null,
    until timestamptz not null,
    states text[] not null,
    types text[],
    after uuid not null default '00000000-0000-0000-0000-000000000000',
    replayed integer not null default 0,
    state text not null default 'running',
    requested_by text,
    created_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
  )`,
  // The replays that go on.
  `create index replays_running on replays (id) where state = 'running'`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
