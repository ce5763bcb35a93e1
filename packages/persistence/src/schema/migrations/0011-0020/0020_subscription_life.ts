/** Subscriptions that change: their versions, their end, and what each change came from. Contract: section 9. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const moment = `to_char(s.cancelled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const statements: ReadonlyArray<string> = [
  // cancelled_at: null while it is active. parent_id: the subscription to which an order added this one. run_id: the run
  // that created it; null in rows of earlier releases.
  `alter table subscriptions
    add column version integer not null default 1,
    add column cancelled_at timestamptz,
    add column parent_id text,
    add column run_id uuid`,
  // A subscription of a customer by its name; GET /v1/subscriptions with customerId.
  `create index subscriptions_of_customer on subscriptions (customer_id, seq) where customer_id is not null`,
  // … with status: the few that are cancelled. Ordered by an expression, so that no other index seems to serve as well.
  `create index subscriptions_cancelled on subscriptions ((seq + 0)) where cancelled_at is not null`,

  // One for each version but the first. before: the subscription as it was, as its messages have it; that of a version is
  // the next one's, or the subscription's own. An order changes at most one subscription, and that once.
  `create table subscription_changes (
    order_id text primary key,
    subscription_id text not null,
    version integer not null,
    at timestamptz not null,
    run_id uuid not null,
    type text not null,
    entitles boolean not null,
    before text not null,
    unique (subscription_id, version)
  )`,
  // What changed in a time, for the check that every change was told of.
  `create index subscription_changes_at on subscription_changes (at)`,

  // The subscription as its messages have it: the same text everywhere.
  `create function subscription_document(s subscriptions) returns text language sql stable as $$
    select left(s.doc, length(s.doc) - 1)
      || ',"status":"' || case when s.cancelled_at is null then 'active' else 'cancelled' end
      || '","version":' || s.version || ',"customerId":' || coalesce(to_json(s.customer_id)::text, 'null')
      || coalesce(',"cancelledAt":"' || ${moment} || '"', '')
      || coalesce(',"parentSubscriptionId":' || to_json(s.parent_id)::text, '') || '}'
  $$`
]

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
