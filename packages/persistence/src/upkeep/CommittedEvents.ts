/**
 * Reads what was committed in an interval: orders, ends of runs, reported events; never the deliveries. Rows come as a
 * stream, in no order, and are not all held at once; it takes a connection of its own. Documents are read as text and
 * parsed here: PostgreSQL's JSON refuses a NUL or half a surrogate pair, which an order may hold.
 */
import { timestamptz } from "@effect/sql-pg/PgTypes"
import { processEventId, versionEntryId } from "@sluice/domain/identity/Ids"
import * as Json from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { webhookTypeOf } from "@sluice/domain/webhook/WebhookType"
import { DateTime, Effect, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { readIsolated } from "../sql/BatchIsolation.ts"
import { runsOver } from "../sql/StatementPlans.ts"
import {
  type CommittedEvent,
  customerOfEnding,
  type Ending,
  eventsOfEndings,
  type KnownCustomer
} from "./CommittedEvent.ts"

/** An interval in epoch milliseconds: from `since`, before `until`. */
export interface Span {
  readonly since: number
  readonly until: number
}

/** Rows that are worked on together. */
const pageSize = 500

const parsedOrder = (doc: string): Order => Json.parse(doc) as unknown as Order

interface Submitted {
  readonly order_id: string
  readonly at: Date
  readonly event_id: string
  readonly order_type: string
  readonly doc: string | null
}

/** The callback for an order that cannot be read: called with its id and the reason. */
export type Unreadable = (orderId: string, reason: unknown) => void

const read = <Row extends { readonly order_id: string }, B>(
  rows: Stream.Stream<Row, SqlError>,
  unreadable: Unreadable,
  f: (row: Row) => ReadonlyArray<B>
): Stream.Stream<B, SqlError> =>
  Stream.flatMap(
    rows,
    (row) => Stream.fromIterable(readIsolated([row], f, ({ order_id }, reason) => unreadable(order_id, reason)).flat())
  )

/** An order's type may have been changed since; what counts is the first version's. */
const submitted = (sql: SqlClient.SqlClient, { since, until }: Span, unreadable: Unreadable) =>
  read(
    sql<Submitted>`select o.id as order_id, o.created_at as at, o.event_id, o.order_type, v.doc from orders o
    left join order_versions v on o.version > 1 and v.order_id = o.id and v.version = 1
    where o.created_at >= ${timestamptz(since)} and o.created_at < ${timestamptz(until)}`.stream,
    unreadable,
    (row): ReadonlyArray<CommittedEvent> => {
      const type = webhookTypeOf(row.doc === null ? row.order_type : parsedOrder(row.doc).orderType)
      return type === undefined
        ? []
        : [{ at: row.at.getTime(), type, count: 1, orderId: row.order_id, messageId: row.event_id }]
    }
  )

/** Runs with a plugin's failure among their steps; a step that was cancelled has an error and is no failure. */
const failed = (sql: SqlClient.SqlClient, { since, until }: Span, unreadable: Unreadable) =>
  read(
    sql<{ readonly at: Date; readonly order_id: string; readonly records: ReadonlyArray<string> }>`
    select * from (
      select r.finished_at as at, r.order_id, array(
        select s.record from steps s where s.run_id = r.id and s.state <> 'cancelled' and s.record like '%"error":%') as records
      from runs r where r.finished_at >= ${timestamptz(since)} and r.finished_at < ${timestamptz(until)}) r
    where cardinality(records) > 0`.stream,
    unreadable,
    ({ at, order_id, records }): ReadonlyArray<CommittedEvent> =>
      records.some((record) => (Json.parse(record) as Json.JsonObject)["error"] !== undefined)
        ? [{ at: at.getTime(), type: "error", count: 1, orderId: order_id }]
        : []
  )

interface Completed {
  readonly at: Date
  readonly order_id: string
  readonly is_first: boolean
  readonly docs: ReadonlyArray<string>
}

/** The order as it was at the end: the newest version that was written by then. */
const endingOf = (row: Completed): ReadonlyArray<Ending> => {
  const at = row.at.getTime()
  const order = row.docs.map(parsedOrder).findLast(({ updatedAt }) =>
    DateTime.toEpochMillis(DateTime.makeUnsafe(updatedAt)) <= at
  )
  return order === undefined ? [] : [{ orderId: row.order_id, at, isFirst: row.is_first, order }]
}

const endTypes: Readonly<Record<string, ReadonlyArray<string>>> = {
  completed: ["order.completed"],
  failed: ["order.failed"],
  cancelled: ["order.cancelled"],
  "compensation-failed": ["order.failed", "run.compensation_failed"]
}

const ended = (sql: SqlClient.SqlClient, { since, until }: Span) =>
  sql<{ readonly id: string; readonly at: Date; readonly order_id: string; readonly state: string }>`
    select id, finished_at as at, order_id, state from runs
    where finished_at >= ${timestamptz(since)} and finished_at < ${timestamptz(until)}`.stream.pipe(
    Stream.flatMap(({ at, id, order_id, state }) =>
      Stream.fromIterable((endTypes[state] ?? []).map((type): CommittedEvent => ({
        at: at.getTime(),
        type,
        count: 1,
        orderId: order_id,
        cause: processEventId(id)
      })))
    )
  )

interface Version {
  readonly order_id: string
  readonly event_id: string
  readonly version: number
  readonly doc: string
  readonly before: string
}

/**
 * The versions that orders got: of those that were submitted, or over which a run ended, in the time. No index finds an
 * older order that was changed from outside.
 */
const changed = (sql: SqlClient.SqlClient, { since, until }: Span, unreadable: Unreadable) =>
  read(
    sql<Version>`select v.order_id, o.event_id, v.version, v.doc, p.doc as before from (
        select id from orders where created_at >= ${timestamptz(since)} and created_at < ${timestamptz(until)}
        union select order_id from runs where finished_at >= ${timestamptz(since)}
          and finished_at < ${timestamptz(until)}) c
      cross join lateral (select event_id from orders where id = c.id offset 0) o
      cross join lateral (select order_id, version, doc from order_versions
        where order_id = c.id and version > 1 offset 0) v
      cross join lateral (select doc from order_versions
        where order_id = v.order_id and version = v.version - 1 offset 0) p`.stream,
    unreadable,
    ({ before, doc, event_id, order_id, version }): ReadonlyArray<CommittedEvent> => {
      const [old, now] = [parsedOrder(before), parsedOrder(doc)]
      const at = DateTime.toEpochMillis(DateTime.makeUnsafe(now.updatedAt))
      if (at < since || at >= until) return []
      const types = ["order.updated", ...(old.status === now.status ? [] : ["order.status_changed"])]
      const cause = versionEntryId(event_id, version)
      return types.map((type) => ({ at, type, count: 1, orderId: order_id, cause }))
    }
  )

interface CustomerRow {
  readonly key: string
  readonly id: string
  readonly email: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

const customersOf = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, endings: ReadonlyArray<Ending>) {
  const changes = endings.flatMap((ending) => customerOfEnding(ending) ?? [])
  const ids = JSON.stringify(changes.flatMap(({ customerId }) => customerId ?? []))
  const emails = JSON.stringify(changes.flatMap(({ email }) => email ?? []))
  const rows = yield* sql<CustomerRow>`select key, id, email, created_at, updated_at from customers
    where id = any(array(select jsonb_array_elements_text(${ids}::jsonb)))
      or email = any(array(select jsonb_array_elements_text(${emails}::jsonb)))`
  return rows.map(({ created_at, updated_at, ...one }): KnownCustomer => ({
    ...one,
    createdAt: created_at.getTime(),
    updatedAt: updated_at.getTime()
  }))
})

const completed = (sql: SqlClient.SqlClient, { since, until }: Span, margin: number, unreadable: Unreadable) =>
  read(
    sql<Completed>`select r.finished_at as at, r.order_id, not exists (
        select from ${sql.literal(runsOver("r.order_id", "id, state, finished_at"))} p
        where p.state = 'completed' and (p.finished_at, p.id) < (r.finished_at, r.id)) as is_first,
      array(select v.doc from order_versions v where v.order_id = r.order_id order by v.version) as docs
    from runs r where r.finished_at >= ${timestamptz(since)} and r.finished_at < ${timestamptz(until)}
      and r.state = 'completed'`.stream,
    unreadable,
    endingOf
  ).pipe(
    Stream.grouped(pageSize),
    Stream.mapEffect((endings) =>
      Effect.map(customersOf(sql, endings), (known) => eventsOfEndings(endings, known, margin))
    ),
    Stream.flatMap(Stream.fromIterable)
  )

/** The changes of stored subscriptions, and those that an order added to another one. */
const lived = (sql: SqlClient.SqlClient, { since, until }: Span) =>
  sql<
    { readonly at: Date; readonly order_id: string; readonly run_id: string; readonly type: string; readonly n: number }
  >`
    select at, order_id, run_id, type, 1 as n from subscription_changes
      where at >= ${timestamptz(since)} and at < ${timestamptz(until)}
    union all select at, order_id, run_id, 'entitlements.updated', 1 from subscription_changes
      where at >= ${timestamptz(since)} and at < ${timestamptz(until)} and entitles
    union all select a.at, a.order_id, a.run_id, t.type,
        (count(*) filter (where t.type = 'subscription.created' or a.entitlements <> '[]'))::int
      from (select created_at as at, order_id, run_id, entitlements from subscriptions where parent_id is not null
        and created_at >= ${timestamptz(since)} and created_at < ${timestamptz(until)}) a,
        (values ('subscription.created'), ('entitlements.updated')) t(type) group by 1, 2, 3, 4`.stream.pipe(
    Stream.filter(({ n }) => n > 0),
    Stream.map((row): CommittedEvent => ({
      at: row.at.getTime(),
      type: row.type,
      count: row.n,
      orderId: row.order_id,
      cause: processEventId(row.run_id)
    }))
  )

const reported = (sql: SqlClient.SqlClient, { since, until }: Span) =>
  sql<{ readonly id: string; readonly at: Date; readonly type: string }>`
    select id, created_at as at, type from messages where created_at >= ${timestamptz(since)}
      and created_at < ${timestamptz(until)} and order_id is null and type <> 'test'`.stream.pipe(
    Stream.map((row): CommittedEvent => ({ at: row.at.getTime(), type: row.type, count: 1, messageId: row.id }))
  )

/**
 * All events that were committed in the interval. `margin`: the largest clock difference, in milliseconds. Rows that
 * cannot be read are passed to `unreadable` and hide nothing else.
 */
export const committedEvents = (
  sql: SqlClient.SqlClient,
  span: Span,
  margin: number,
  unreadable: Unreadable,
  types: ReadonlySet<string>
): Stream.Stream<ReadonlyArray<CommittedEvent>, SqlError> => {
  const wants = (...some: ReadonlyArray<string>) => types.has("*") || some.some((type) => types.has(type))
  return submitted(sql, span, unreadable).pipe(
    Stream.concat(failed(sql, span, unreadable)),
    Stream.concat(completed(sql, span, margin, unreadable)),
    Stream.concat(reported(sql, span)),
    Stream.concat(ended(sql, span)),
    Stream.concat(lived(sql, span)),
    Stream.concat(wants("order.updated", "order.status_changed") ? changed(sql, span, unreadable) : Stream.empty),
    Stream.grouped(pageSize)
  )
}
