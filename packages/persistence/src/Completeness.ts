/**
 * Proves that every committed event has a final or scheduled delivery for each endpoint that subscribed to it: contract,
 * section 10, promise 4.
 *
 * What there has to be is derived from orders, runs, subscriptions and reported events, and from the times in which each
 * endpoint subscribed to what; never from the deliveries themselves. Updates of customers leave no row of their own and
 * are not judged. An event within `margin` of an endpoint's change is not judged either: processes' clocks differ.
 */
import { timestamptz } from "@effect/sql-pg/PgTypes"
import { deliveryId } from "@sluice/domain/Ids"
import { webhookTypeOf } from "@sluice/domain/WebhookType"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"

/** An event that an endpoint should have been told of more often than it was, or will be. */
export interface Missing {
  readonly endpointId: string
  readonly type: string
  /** Absent for reported events. */
  readonly orderId?: string
  readonly expected: number
  readonly found: number
}

export interface Completeness {
  /** Deliveries that there have to be. */
  readonly expected: number
  /** At most `shown` of those that there are not. */
  readonly missing: ReadonlyArray<Missing>
  /** At most `shown` deliveries that wait for nothing and are never due. */
  readonly stuck: ReadonlyArray<string>
}

const margin = "5 seconds"
const shown = 100

/** The types of orders that make a webhook, with it. */
const orderTypes = [
  "NEW_ORDER",
  "NEW_GIFT_ORDER",
  "CHANGED_DELIVERY_ADDRESS",
  "CHANGED_BILLING_ADDRESS",
  "CHANGE_PAYMENT_REQUEST",
  "CHANGE_OFFER",
  "ADD_OFFER",
  "CANCEL_REQUEST",
  "UPDATE_CUSTOMER",
  "UPDATE_SUBSCRIPTION"
].map((type) => `('${type}', '${webhookTypeOf(type)}')`).join(", ")

interface Row {
  readonly endpoint_id: string
  readonly type: string
  readonly order_id: string | null
  readonly expected: number
  readonly found: number
}

/** Over what was committed from `since` to `until`, epoch milliseconds. Reads much: not for every minute. */
export const check = Effect.fnUntraced(function*(
  since: number,
  until: number
): Effect.fn.Return<Completeness, SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const [from, to] = [timestamptz(since), timestamptz(until)]
  const rows = yield* sql<Row>`
    with span as (
      select endpoint_id, types, at + interval '${sql.literal(margin)}' as valid_from,
        coalesce(lead(at) over (partition by endpoint_id order by at), 'infinity') - interval '${
    sql.literal(margin)
  }' as valid_to
      from webhook_endpoint_history
    ),
    made(type, order_id, message_id, at) as (
      select k.type, o.id, o.event_id, o.created_at from orders o
      join order_versions v on v.order_id = o.id and v.version = 1
      join (values ${sql.literal(orderTypes)}) k(order_type, type) on k.order_type = v.doc::json ->> 'orderType'
      where o.created_at >= ${from} and o.created_at < ${to}
      union all
      select 'error', r.order_id, null, r.finished_at from runs r
      where r.finished_at >= ${from} and r.finished_at < ${to}
        and exists (select from steps s where s.run_id = r.id and s.record::json -> 'error' is not null)
      union all
      select 'subscription.created', order_id, null, created_at from subscriptions
      where created_at >= ${from} and created_at < ${to}
      union all
      select 'entitlements.updated', order_id, null, created_at from subscriptions
      where created_at >= ${from} and created_at < ${to} and entitlements <> '[]'
      union all
      select type, null, id, created_at from messages
      where created_at >= ${from} and created_at < ${to} and order_id is null and type <> 'test'
    ),
    due as (
      select span.endpoint_id, made.type, made.order_id, made.message_id, count(*)::int as expected
      from made join span on made.at >= span.valid_from and made.at < span.valid_to
        and (made.type = any(span.types) or '*' = any(span.types))
      group by 1, 2, 3, 4
    )
    select due.endpoint_id, due.type, due.order_id, due.expected, (
      select count(*)::int from deliveries d where d.endpoint_id = due.endpoint_id and d.type = due.type
        and (due.order_id is null or d.order_id = due.order_id)
        and (due.message_id is null or d.message_id = due.message_id)) as found
    from due`
  const stuck = yield* sql<{ readonly id: string }>`select d.id from deliveries d
    where d.state = 'pending' and d.due_at is null and not exists (
      select from deliveries b where b.chain = d.chain and b.finished_at is null and b.seq < d.seq)
    limit ${shown}`
  return {
    expected: rows.reduce((sum, { expected }) => sum + expected, 0),
    missing: rows.filter(({ expected, found }) => found < expected).slice(0, shown).map((row) => ({
      endpointId: row.endpoint_id,
      type: row.type,
      ...(row.order_id !== null && { orderId: row.order_id }),
      expected: row.expected,
      found: row.found
    })),
    stuck: stuck.map(({ id }) => deliveryId(id))
  }
})
