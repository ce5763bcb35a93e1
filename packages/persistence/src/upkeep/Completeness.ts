/**
 * Proves that every committed event has a final or scheduled delivery for each endpoint that subscribed to it:
 * contract, section 10, promise 4.
 *
 * The expected deliveries are derived from orders, ends of runs and reported events, and from the times in which each
 * endpoint subscribed to each type; never from the deliveries themselves. The messages of a completed run are derived
 * by the same rules as when it ended, from the order at that time. An event within `margin` of an endpoint's change is
 * not judged: processes' clocks differ.
 */
import { deliveryId } from "@sluice/domain/identity/Ids"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import type { CommittedEvent } from "./CommittedEvent.ts"
import { committedEvents } from "./CommittedEvents.ts"

/** An event with fewer deliveries to an endpoint than it must have. */
export interface Missing {
  readonly endpointId: string
  readonly type: string
  /** Absent for reported events. */
  readonly orderId?: string
  readonly expected: number
  readonly found: number
}

export interface Completeness {
  /** The number of deliveries that there must be. */
  readonly expected: number
  /** At most `shown` of the missing deliveries. */
  readonly missing: ReadonlyArray<Missing>
  /** At most `shown` deliveries that wait for nothing and are never due. */
  readonly stuck: ReadonlyArray<string>
  /** At most `shown` orders that cannot be checked because their data cannot be read. */
  readonly unreadable: ReadonlyArray<string>
}

/** Milliseconds. */
const margin = 5000
const shown = 100

/** An endpoint and the time, in epoch milliseconds, in which it surely subscribed to these types. */
interface Subscription {
  readonly endpoint_id: string
  readonly types: ReadonlyArray<string>
  readonly valid_from: number
  readonly valid_to: number
}

interface Due {
  readonly endpointId: string
  readonly event: CommittedEvent
}

const dueOf = (subscriptions: ReadonlyArray<Subscription>, events: ReadonlyArray<CommittedEvent>): ReadonlyArray<Due> =>
  events.flatMap((event) =>
    subscriptions.flatMap(({ endpoint_id, types, valid_from, valid_to }) =>
      event.at >= valid_from && event.at < valid_to && (types.includes("*") || types.includes(event.type))
        ? [{ endpointId: endpoint_id, event }]
        : []
    )
  )

/** Counts the deliveries of each event, by its position from 1. The messages of a run's end have that end's time. */
const countFound = (sql: SqlClient.SqlClient, due: ReadonlyArray<Due>) => {
  const asked = due.map(({ endpointId, event: { at, cause, messageId, orderId, type } }, n) => ({
    n,
    endpoint_id: endpointId,
    type,
    message_id: messageId,
    cause,
    order_id: orderId,
    at: isoOf(at)
  }))
  return sql<{ readonly n: number; readonly found: number }>`select due.n, (
      select count(*)::int from (
        select endpoint_id, type from deliveries where message_id = due.message_id offset 0) d
      where d.endpoint_id = due.endpoint_id and d.type = due.type) + (
      select count(*)::int from (
        select message_id, endpoint_id, type from deliveries where order_id = due.order_id offset 0) d
      cross join lateral (select cause from messages where id = d.message_id offset 0) m
      where due.cause is not null and d.endpoint_id = due.endpoint_id and d.type = due.type and m.cause = due.cause) + (
      select count(*)::int from (
        select endpoint_id, type, created_at from deliveries where order_id = due.order_id offset 0) d
      where due.message_id is null and due.cause is null and d.endpoint_id = due.endpoint_id and d.type = due.type
        and d.created_at >= due.at and d.created_at < due.at + interval '1 ms') as found
    from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
      as due(n int, endpoint_id text, type text, message_id uuid, cause text, order_id text, at timestamptz)`
}

/**
 * Checks the deliveries of what was committed from `since` to `until`, epoch milliseconds. It reads much: not for
 * every minute.
 */
export const check = Effect.fnUntraced(function*(
  since: number,
  until: number
): Effect.fn.Return<Completeness, SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const subscriptions = yield* sql<Subscription>`
    select * from (select endpoint_id, types, (extract(epoch from at) * 1000)::float8 + ${margin} as valid_from,
      coalesce((extract(epoch from lead(at) over (partition by endpoint_id order by at)) * 1000)::float8, 'infinity')
        - ${margin} as valid_to
      from webhook_endpoint_history) h where types is not null`
  let expected = 0
  const missing: Array<Missing> = []
  const judge = Effect.fnUntraced(function*(events: ReadonlyArray<CommittedEvent>) {
    const due = dueOf(subscriptions, events)
    if (due.length === 0) return
    for (const { found, n } of yield* countFound(sql, due)) {
      const { endpointId, event: { count, orderId, type } } = due[n]!
      expected += count
      if (found >= count || missing.length >= shown) continue
      missing.push({ endpointId, type, ...(orderId !== undefined && { orderId }), expected: count, found })
    }
  })
  // Without any subscription, no message is due.
  const unreadable = new Set<string>()
  if (subscriptions.length > 0) {
    const events = committedEvents(sql, { since, until }, margin, (orderId) => {
      if (unreadable.size < shown) unreadable.add(orderId)
    }, new Set(subscriptions.flatMap(({ types }) => types)))
    yield* Stream.runForEach(events, judge)
  }
  const stuck = yield* sql<{ readonly id: string }>`select d.id from deliveries d
    where d.state = 'pending' and d.due_at is null and not exists (
      select from deliveries b where b.chain = d.chain and b.finished_at is null and b.seq < d.seq offset 0)
    limit ${shown}`
  return { expected, missing, stuck: stuck.map(({ id }) => deliveryId(id)), unreadable: [...unreadable] }
})
