/** Reads the rows that the checker needs from the database. Times of storing are the database's: see {@link stamp}. */
import { messageId } from "@sluice/domain/identity/Ids"
import * as Completeness from "@sluice/persistence/internal/upkeep/Completeness"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { CallbackRow, CalloutRow, DeferredRow, DeliveryRow, OrderRow, Rows, RunRow, StepRow } from "./Evidence.ts"

/** When a row was written, and by which transaction. */
const stored = `add column if not exists stored_at timestamptz not null default clock_timestamp(),
  add column if not exists stored_in xid8 not null default pg_current_xact_id()`

const stamps = [
  `alter table steps ${stored}`,
  `alter table callouts ${stored}`,
  "alter table runs add column if not exists ended_at timestamptz, add column if not exists ended_in xid8",
  `create or replace function stamp_end() returns trigger language plpgsql as $$ begin
    new.ended_at := clock_timestamp(); new.ended_in := pg_current_xact_id(); return new; end $$`,
  `create or replace trigger stamp_end before update on runs for each row
    when (old.finished_at is null and new.finished_at is not null) execute function stamp_end()`
]

/**
 * Adds columns that the database fills: the time and the transaction that wrote each step, each callout record and the end
 * of each run. They don't depend on a process whose clock may jump. Called before the first order.
 */
export const stamp = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const statement of stamps) yield* sql.unsafe(statement)
})

const milliseconds = (column: string, name: string) => `extract(epoch from ${column})::float8 * 1000 as "${name}"`

const written = `${milliseconds("stored_at", "storedAt")}, stored_in::text as "storedIn"`

const orders = `select o.id, o.version, o.idempotency_key as "idempotencyKey",
  array(select v.version from order_versions v where v.order_id = o.id order by v.version) as versions,
  array(select json_array_elements_text(coalesce(v.doc::json -> 'tags', '[]'))
    from order_versions v where v.order_id = o.id and v.version = o.version) as tags,
  (select count(*)::int from order_history h where h.order_id = o.id
    and h.entry::json ->> 'operation' = 'ExecuteExportOrder') as exported,
  (select count(*)::int from subscriptions s where s.order_id = o.id) as subscriptions
  from orders o`

const runs = `select id, order_id as "orderId", state, reason, retry_of as "retryOf", takeovers,
  cancel_requested as "cancelRequested", pipeline, ${milliseconds("ended_at", "endedAt")},
  ended_in::text as "endedIn" from runs`

const steps = `select run_id as "runId", index, record::json ->> 'phase' as phase,
  record::json ->> 'name' as plugin, state,
  record::json ->> 'reusedFrom' is not null as reused, ${written} from steps`

const callouts = `select run_id as "runId", step, (record::json ->> 'request')::int as request,
  (record::json ->> 'attempt')::int as attempt, record::json ->> 'idempotencyKey' as key, outcome,
  (record::json -> 'response' ->> 'status')::int as status, ${written} from callouts
  where record::json ->> 'probe' is null and record::json ->> 'delivery' is null
    and record::json ->> 'callback' is null`

const callbacks = `select run_id as "runId", step, convert_from(response, 'UTF8')::json ->> 'said' as said from callouts
  where record::json ->> 'callback' is not null`

const deferred = `select s.run_id as "runId", s.index as step, s.id::uuid as "deliveryId", d.state,
  (select count(*)::int from delivery_attempts a
    where a.delivery_id = d.id and a.record::json -> 'request' is not null) as attempts, count(c.id)::int as records,
  count(c.id) filter (where c.outcome = 'succeeded')::int as succeeded
  from (
    select run_id, index, substring(record::json ->> 'reason' from '^sent as delivery delivery-([0-9a-f]{32})$') as id
    from steps where record::json ->> 'reusedFrom' is null
  ) s left join deliveries d on d.id = s.id::uuid and d.type = 'callout'
  left join callouts c on c.run_id = s.run_id and c.step = s.index
  where s.id is not null group by s.run_id, s.index, s.id, d.id, d.state`

const deliveries =
  `select id, message_id as "messageId", endpoint_id as "endpointId", type, order_id as "orderId", state
  from deliveries`

/** Collects the evidence after a load. `since`: epoch milliseconds of the first order. */
export const collect = Effect.fnUntraced(function*(since: number) {
  const sql = yield* SqlClient.SqlClient
  const now = yield* Clock.currentTimeMillis
  const found = yield* Completeness.check(since - 60_000, now + 60_000)
  const endpoints = yield* sql<{ readonly id: string }>`select id from webhook_endpoints`
  const sent = yield* sql.unsafe<DeliveryRow>(deliveries)
  const rows: Rows = {
    orders: yield* sql.unsafe<OrderRow>(orders),
    runs: yield* sql.unsafe<RunRow>(runs),
    steps: yield* sql.unsafe<StepRow>(steps),
    callouts: yield* sql.unsafe<CalloutRow>(callouts),
    callbacks: yield* sql.unsafe<CallbackRow>(callbacks),
    deferred: yield* sql.unsafe<DeferredRow>(deferred),
    deliveries: sent.map((row) => ({ ...row, messageId: messageId(row.messageId) })),
    endpoints: endpoints.map(({ id }) => id),
    missing: [
      ...found.missing.map((one) =>
        `endpoint ${one.endpointId} has ${one.found} of ${one.expected} deliveries of ${one.type} for ${one.orderId}`
      ),
      ...found.stuck.map((id) => `delivery ${id} waits for nothing`),
      ...found.unreadable.map((id) => `order ${id} cannot be read`)
    ]
  }
  return rows
})
