/** Tables that hold much: no statement's plan may depend on what PostgreSQL knows of them. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Orders that are stored beside those of `fill`, each with a run, steps, a callout, a message and a delivery, and as many
 * queued runs. At 30,000 the planner still chooses look-ups where it reads an index through at 100,000.
 */
export const rows = 100_000
export const half = rows / 2

const start = 1_767_225_600_000

/** The time of row `n`, epoch milliseconds. */
export const timeOf = (n: number): number => start + n * 1000

/** The digits of its UUIDv7. */
export const hexOf = (n: number): string => `${timeOf(n).toString(16).padStart(12, "0")}70008000000000000000`

const at = `to_timestamp((${start} + n * 1000::bigint) / 1000.0)`
const uuid = `(lpad(to_hex(${start} + n * 1000::bigint), 12, '0') || '70008000000000000000')::uuid`

/** The pipeline of the queued runs: it has to be paused before they are stored. */
export const backlog = "backlog"

/** The partner that a tenth of the orders wait for. */
export const deadPartner = "dead.example"

const held = { from: 0.6 * rows, to: 0.7 * rows } as const

/** The customer of more orders than an erasure takes at a time. */
export const regular = { id: "regular", orders: 150 }

/** The document of an order, as a webhook's schema has it: some of them are sent. */
const order = `'{"id":"o' || n || '","orderType":"A","status":"New","customerEmail":"a' || n || '@example.com",'
  || case when n between ${rows / 20} and ${
  rows / 20 - 1 + regular.orders
} then '"customerId":"${regular.id}",' else '' end
  || '"createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z","version":1}'`

/** By table. Runs end well but for some, so that filters have something rare to find. */
const statements = [
  `insert into orders (id, external_id, order_type, status, version, created_at, updated_at, event_id, run_id)
    select 'o' || n, 'e' || n, case when n % 100 = 0 then 'RARE' else 'A' end, 'New', 1, ${at}, ${at}, ${uuid}, ${uuid}`,
  `insert into order_versions select 'o' || n, 1, ${order}`,
  `insert into order_history (order_id, entry)
    select 'o' || n, '{"at":"2026-01-01T00:00:00.000Z","operation":"OrderPatched","message":"m","source":"api"}'`,
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at,
      finished_at, failed_steps)
    select ${uuid}, 'o' || n, ${uuid}, case when n % 100 = 0 then 'rare' else 'plain' end, 1,
      case when n % 50 = 0 then 'failed' else 'completed' end, 1, ${at}, ${at}, ${at}, case when n % 50 = 0 then 1 else 0 end`,
  // Ten to an order.
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, created_at)
    select (lpad(to_hex(${start} + n * 1000::bigint), 12, '0') || '71008000000000000000')::uuid,
      'o' || ${rows / 10} + n / 10, ${uuid}, '${backlog}', 1, 'queued', ${at}`,
  `insert into runs (id, order_id, event_id, pipeline, pipeline_version, state, start_version, created_at, started_at, held_for)
    select (lpad(to_hex(${start} + n * 1000::bigint), 12, '0') || '72008000000000000000')::uuid, 'o' || n, ${uuid},
      'plain', 1, 'waiting', 1, ${at}, ${at}, '${deadPartner}'`,
  `insert into steps select ${uuid}, 0, case when n % 50 = 0 then 'failed' else 'succeeded' end, 1,
    '{"phase":"steps","stepId":"s","name":"calloutPlugin","critical":false,"startedAt":0,"finishedAt":1}'`,
  `insert into callouts (run_id, id, step, outcome, record, form, response) select ${uuid}, ${uuid}, 0, 'succeeded',
    '{"endpoint":"https://p' || n % 100 || '.example/x","request":0,"attempt":1,"orderVersion":1,"startedAt":0,'
      || '"durationMs":1,"method":"POST","idempotencyKey":"k","headers":{},"response":{"status":200,"headers":{}}}', 'order', '{}'`,
  `insert into messages (id, type, order_id, created_at, body) select ${uuid}, 'order.submitted', 'o' || n, ${at},
    convert_to(${order}, 'UTF8')`,
  `insert into deliveries (id, message_id, seq, endpoint_id, lane, type, order_id, state, created_at, finished_at)
    select ${uuid}, ${uuid}, n, 'kept', 'e:kept', case when n % 100 = 0 then 'order.completed' else 'order.submitted' end,
      'o' || n, case when n % 100 = 0 then 'exhausted' else 'delivered' end, ${at}, ${at}`,
  `insert into delivery_attempts (delivery_id, number, record)
    select ${uuid}, 1, '{"startedAt":0,"durationMs":1,"status":200}'`,
  `insert into customers (key, id, email, version, created_at, updated_at)
    select 'id:c' || n, 'c' || n, 'a' || n || '@example.com', 1, ${at}, ${at}`,
  `insert into subscriptions (id, order_id, item, customer_id, doc, entitlements, created_at, cancelled_at)
    select 'sub-' || replace(${uuid}::text, '-', ''), 'o' || n, 0, 'c' || n, '{"name":"n"}', '[]', ${at},
      case when n % 100 = 0 then ${at} end`,
  `insert into subscription_changes (order_id, subscription_id, version, at, run_id, type, entitles, before)
    select 'x' || n, 'sub-' || replace(${uuid}::text, '-', ''), 2, ${at}, ${uuid}, 'subscription.updated', false, '{}'`,
  `insert into process_keys select 'o' || n, 'k' || n, ${uuid}, null`
].map((statement) =>
  `${statement} from generate_series(1, ${rows}) n${
    statement.includes(deadPartner) ? ` where n between ${held.from} and ${held.to}` : ""
  }`
)

export const store = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`insert into partners (host, state, failures, openings, retry_at)
    values (${deadPartner}, 'open', 100, 9, clock_timestamp() + interval '1 day')`
  for (const statement of statements) yield* sql.unsafe(statement)
})
