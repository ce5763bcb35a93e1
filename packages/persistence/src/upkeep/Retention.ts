/**
 * Deletes data past its retention: orders with everything that belongs to them, callout records, ended deliveries,
 * messages without deliveries, and the audit (`SLUICE_RETENTION`, contract, section 2). In small batches, each
 * committed, with pauses in between, so that no writer waits.
 *
 * The age of what belongs to an order counts from the end of the order's last run; that of a reported event and of an
 * audit record from its creation. Customers and subscriptions outlive the orders that made them.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { smallestAt } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Array, Clock, Duration, Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { runsOver } from "../sql/StatementPlans.ts"
import { transaction } from "../sql/Transaction.ts"
import { restSince } from "./Paced.ts"

/** Rows that one statement deletes, and those that one examines: of those that must stay there may be many. */
const batch = 500
const walked = 2000

/** The interval between two passes. */
const rhythm = "10 minutes"

const nil = "00000000-0000-0000-0000-000000000000"

const texts = (value: ReadonlyArray<string>) => ({ ...PgTypes.text(null), oid: PgTypes.OID.textArray, value })

/** A moment as a literal, for what is part of several statements. */
const momentSql = (millis: number): string => `to_timestamp(${Math.floor(millis)} / 1000.0)`

/** True if the last run over the order ended before `before`, epoch milliseconds; also where the order is gone. */
const isOver = (orderId: string, before: number): string =>
  `not exists (select from ${runsOver(orderId, "finished_at")} later
    where later.finished_at is null or later.finished_at >= ${momentSql(before)})`

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

interface Walked {
  /** False for a row that must stay. */
  readonly over: boolean
}

interface Sweep<Row extends Walked> {
  /** The next rows after `after` that are old enough, at most `walked`, in the order of the walk. */
  readonly next: (after: Row | undefined) => Effect.Effect<ReadonlyArray<Row>, SqlError>
  /** Deletes those rows that are not locked; returns their number. */
  readonly remove: (rows: ReadonlyArray<Row>) => Effect.Effect<number, SqlError>
}

/** Deletes batch by batch; a row that cannot be deleted is passed over, and tried again with the next sweep. */
const sweep = Effect.fnUntraced(function*<Row extends Walked>({ next, remove }: Sweep<Row>) {
  let forgotten = 0
  let after: Row | undefined
  for (;;) {
    let begun = yield* Clock.currentTimeMillis
    const rows = yield* next(after)
    for (const some of Array.chunksOf(rows.filter(({ over }) => over), batch)) {
      yield* writeIsolated(
        some,
        (some) => Effect.map(remove(some), (count) => forgotten += count),
        (row, cause) => Effect.logError("retention: a row cannot be deleted", { row }, cause)
      )
      yield* restSince(begun)
      begun = yield* Clock.currentTimeMillis
    }
    if (rows.length < walked) return forgotten
    after = rows.at(-1)
    yield* restSince(begun)
  }
})

/**
 * Deletes the callout records of orders whose last run ended before `before`, epoch milliseconds; returns their number.
 */
export const forget = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  return yield* sweep<Walked & { readonly run_id: string; readonly id: string }>({
    next: (after) =>
      sql`select c.run_id, c.id, ${sql.literal(isOver("r.order_id", before))} as over from (
          select run_id, id from callouts
          where (run_id, id) > (${after?.run_id ?? nil}::uuid, ${after?.id ?? nil}::uuid)
            and run_id < ${smallestAt(before)}::uuid
          order by run_id, id limit ${walked}
        ) c cross join lateral (select order_id from runs where id = c.run_id offset 0) r order by c.run_id, c.id`,
    remove: (rows) =>
      Effect.map(
        sql`delete from callouts where ctid = any(array(
          select c.ctid from unnest(${uuids(rows.map((row) => row.run_id))}::uuid[],
            ${uuids(rows.map(({ id }) => id))}::uuid[]) as k(run_id, id)
          cross join lateral (
            select ctid from callouts where run_id = k.run_id and id = k.id for update skip locked) c
        )) returning 1`,
        (gone) => gone.length
      )
  })
})

/**
 * Deletes deliveries made before `before`, epoch milliseconds, unless they are pending or the last run of their order
 * ended later; returns their number.
 */
export const forgetDeliveries = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  return yield* sweep<Walked & { readonly id: string }>({
    next: (after) =>
      sql`select d.id, d.state <> 'pending' and ${sql.literal(isOver("d.order_id", before))} as over from (
          select id, state, order_id from deliveries
          where id > ${after?.id ?? nil}::uuid and id < ${smallestAt(before)}::uuid order by id limit ${walked}
        ) d order by d.id`,
    remove: (rows) =>
      Effect.map(
        sql<{ readonly count: number }>`with old as materialized (
          select id, message_id from deliveries where id = any(${uuids(rows.map(({ id }) => id))})
            and state <> 'pending' order by id for update skip locked
        ), attempts as (
          delete from delivery_attempts where delivery_id = any(array(select id from old))
        ), gone as (
          delete from deliveries where id = any(array(select id from old))
        ), bare as (
          delete from messages m where m.id = any(array(select distinct message_id from old))
            and not exists (select from deliveries d where d.message_id = m.id and d.id not in (select id from old) offset 0)
        )
        select count(*)::int4 as count from old`,
        ([deleted]) => deleted?.count ?? 0
      )
  })
})

/**
 * Empties the answers to callback URLs whose steps have ended, since the callout records hold them. Returns their
 * number; the digests stay as long as the order, so that a repeated answer is recognised.
 */
export const forgetAnswers = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sweep<Walked & { readonly run_id: string; readonly step: number }>({
    next: (after) =>
      sql`select a.run_id, a.step, r.finished_at is not null or exists (
            select from steps s where s.run_id = a.run_id and s.index = a.step offset 0) as over
        from (
          select run_id, step from callbacks
          where body is not null and (run_id, step) > (${after?.run_id ?? nil}::uuid, ${after?.step ?? -1})
          order by run_id, step limit ${walked}
        ) a cross join lateral (select finished_at from runs where id = a.run_id offset 0) r order by a.run_id, a.step`,
    remove: (rows) =>
      Effect.map(
        sql`update callbacks a set body = null, headers = null
          from unnest(${uuids(rows.map((row) => row.run_id))}::uuid[], ${rows.map(({ step }) => step)}::int4[])
            as k(run_id, step)
          where a.run_id = any(${uuids(rows.map((row) => row.run_id))}) and a.run_id = k.run_id and a.step = k.step
          returning 1`,
        (emptied) => emptied.length
      )
  })
})

/**
 * Deletes messages made before `before`, epoch milliseconds, that have no deliveries (any more), and the idempotency
 * keys of such reported events; returns their number.
 */
export const forgetMessages = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  const isBare = sql.literal("not exists (select from deliveries d where d.message_id = m.id offset 0)")
  return yield* sweep<Walked & { readonly id: string }>({
    next: (after) =>
      sql`select m.id, ${isBare} as over from (
          select id from messages
          where id > ${after?.id ?? nil}::uuid and id < ${smallestAt(before)}::uuid order by id limit ${walked}
        ) m order by m.id`,
    remove: (rows) =>
      Effect.map(
        sql<{ readonly count: number }>`with old as materialized (
          select id from messages m where id = any(${uuids(rows.map(({ id }) => id))}) and ${isBare}
          order by id for update skip locked
        ), keys as (
          delete from event_keys where event_id = any(array(select id from old))
        ), gone as (
          delete from messages where id = any(array(select id from old))
        )
        select count(*)::int4 as count from old`,
        ([deleted]) => deleted?.count ?? 0
      )
  })
})

/**
 * Deletes orders whose last run ended before `before`, epoch milliseconds, with everything that belongs to them:
 * versions, history, runs with their steps and records, deliveries, and acts of the audit on them. An order with an
 * open run, or with a pending delivery, stays. Returns their number.
 */
export const forgetOrders = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  const isPast = sql.literal(`${isOver("o.id", before)}
    and not exists (select from (select state from deliveries where order_id = o.id offset 0) d where d.state = 'pending')`)
  return yield* sweep<Walked & { readonly id: string; readonly created_at: Date }>({
    next: (after) =>
      sql`select o.id, o.created_at, ${isPast} as over from (
          select id, created_at from orders where created_at < ${PgTypes.timestamptz(before)} and ${
        after === undefined
          ? sql`true`
          : sql`(created_at, id) > (${PgTypes.timestamptz(after.created_at)}, ${after.id})`
      } order by created_at, id limit ${walked}
        ) o order by o.created_at, o.id`,
    remove: (rows) =>
      transaction(
        sql,
        Effect.gen(function*() {
          // A run is opened with its order locked: what was committed before the lock is visible here.
          const locked = yield* sql<{ readonly id: string }>`select id from orders
            where id = any(${texts(rows.map(({ id }) => id))}) order by id for update skip locked`
          const over = yield* sql<{ readonly id: string }>`select o.id from orders o
            where o.id = any(${texts(locked.map(({ id }) => id))}) and ${isPast}`
          const ids = texts(over.map(({ id }) => id))
          yield* sql`with r as materialized (select id from runs where order_id = any(${ids})),
            d as materialized (select id, message_id from deliveries where order_id = any(${ids})),
            s1 as (delete from callouts where run_id = any(array(select id from r))),
            s2 as (delete from steps where run_id = any(array(select id from r))),
            s3 as (delete from runs where id = any(array(select id from r))),
            s4 as (delete from process_keys where order_id = any(${ids})),
            s5 as (delete from order_history where order_id = any(${ids})),
            s6 as (delete from order_versions where order_id = any(${ids})),
            s7 as (delete from delivery_attempts where delivery_id = any(array(select id from d))),
            s8 as (delete from messages where id = any(array(select distinct message_id from d))),
            s9 as (delete from deliveries where id = any(array(select id from d))),
            s10 as (delete from audit where order_id = any(${ids})),
            s11 as (delete from job_acts where order_id = any(${ids}))
            delete from orders where id = any(${ids})`
          return over.length
        })
      )
  })
})

/** Deletes records of the audit made before `before`, epoch milliseconds, but those of orders, which go with them. */
export const forgetAudit = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  return yield* sweep<Walked & { readonly id: string; readonly at: Date }>({
    next: (after) =>
      sql`select id, at, true as over from audit where at < ${PgTypes.timestamptz(before)} and order_id is null
        and ${after === undefined ? sql`true` : sql`(at, id) > (${PgTypes.timestamptz(after.at)}, ${after.id}::uuid)`}
        order by at, id limit ${walked}`,
    remove: (rows) =>
      Effect.map(
        sql`delete from audit where id = any(${uuids(rows.map(({ id }) => id))}) returning 1`,
        (gone) => gone.length
      )
  })
})

/** The retention of each kind; what is absent is kept for ever. */
export interface RetentionTimes {
  readonly callouts: Duration.Duration
  readonly deliveries: Duration.Duration
  /** The retention of orders, with their runs and histories. */
  readonly orders?: Duration.Duration
  readonly audit?: Duration.Duration
}

/** Orders first: with them goes most of what the others would look at. */
const kinds = [
  ["orders", forgetOrders],
  ["callouts", forget],
  ["deliveries", forgetDeliveries],
  ["deliveries", forgetMessages],
  ["audit", forgetAudit]
] as const satisfies ReadonlyArray<
  readonly [keyof RetentionTimes, (before: number) => Effect.Effect<number, SqlError, SqlClient.SqlClient>]
>

/** Deletes in the background, at once and every ten minutes. */
export const layer = (keepFor: RetentionTimes): Layer.Layer<never, never, SqlClient.SqlClient> =>
  Layer.effectDiscard(BackgroundLoop.fork(
    "retention",
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.forEach(kinds, ([kind, forgetBefore]) => {
        const time = keepFor[kind]
        return time === undefined ? Effect.void : Effect.asVoid(forgetBefore(now - Duration.toMillis(time)))
      }, { discard: true })).pipe(
        Effect.andThen(forgetAnswers),
        Effect.catch((error) => Effect.logDebug("retention: will try again", error)),
        Effect.repeat(Schedule.spaced(rhythm))
      )
  ))
