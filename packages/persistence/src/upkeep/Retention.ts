/**
 * Deletes data past its retention: callout records of ended runs, ended deliveries, and messages without deliveries
 * (`SLUICE_RETENTION`, contract, section 2). In small batches, each committed, with pauses in between, so that no
 * writer waits.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { Clock, Duration, Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { writeIsolated } from "../sql/BatchIsolation.ts"

/** Rows that one statement deletes, and what it leaves to others after each. */
const batch = 500
const pause = "100 millis"

/** The interval between two passes. */
const rhythm = "10 minutes"

/** The smallest UUIDv7 of a moment: run ids sort by time, so that no index on time is needed. */
const firstIdAt = (millis: number): string => {
  const hex = Math.max(0, Math.floor(millis)).toString(16).padStart(12, "0")
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

const nil = "00000000-0000-0000-0000-000000000000"

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

interface Sweep<Row> {
  /** The next rows that are old enough, after `after`, at most `batch`, in the order in which they are found. */
  readonly next: (after: Row | undefined) => Effect.Effect<ReadonlyArray<Row>, SqlError>
  /** Deletes the rows that are not locked; answers their number. */
  readonly remove: (rows: ReadonlyArray<Row>) => Effect.Effect<number, SqlError>
}

/** Deletes batch by batch; a row that cannot be deleted is passed over, and tried again with the next sweep. */
const sweep = Effect.fnUntraced(function*<Row>({ next, remove }: Sweep<Row>) {
  let forgotten = 0
  let after: Row | undefined
  for (;;) {
    const rows = yield* next(after)
    yield* writeIsolated(
      rows,
      (some) => Effect.map(remove(some), (count) => forgotten += count),
      (row, cause) => Effect.logError("retention: a row cannot be deleted", { row }, cause)
    )
    if (rows.length < batch) return forgotten
    after = rows.at(-1)
    yield* Effect.sleep(pause)
  }
})

/** Deletes the callout records of runs that ended before `before`, epoch milliseconds; answers how many. */
export const forget = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  return yield* sweep<{ readonly run_id: string; readonly id: string }>({
    next: (after) =>
      sql`select c.run_id, c.id from callouts c join runs r on r.id = c.run_id
        where (c.run_id, c.id) > (${after?.run_id ?? nil}::uuid, ${after?.id ?? nil}::uuid)
          and c.run_id < ${firstIdAt(before)}::uuid and r.finished_at < ${PgTypes.timestamptz(before)}
        order by c.run_id, c.id limit ${batch}`,
    remove: (rows) =>
      Effect.map(
        sql`with old as materialized (
          select c.run_id, c.id from callouts c join unnest(${uuids(rows.map((row) => row.run_id))}::uuid[],
            ${uuids(rows.map(({ id }) => id))}::uuid[]) as k(run_id, id) on k.run_id = c.run_id and k.id = c.id
          order by c.run_id, c.id for update of c skip locked
        ) delete from callouts c using old where c.run_id = old.run_id and c.id = old.id returning 1`,
        (gone) => gone.length
      )
  })
})

/** Deletes deliveries made before `before`, epoch milliseconds, unless they are pending; answers how many. */
export const forgetDeliveries = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  return yield* sweep<{ readonly id: string }>({
    next: (after) =>
      sql`select id from deliveries where id > ${after?.id ?? nil}::uuid and id < ${firstIdAt(before)}::uuid
        and state <> 'pending' order by id limit ${batch}`,
    remove: (rows) =>
      Effect.map(
        sql<{ readonly count: number }>`with old as materialized (
          select id, message_id from deliveries where id = any(${uuids(rows.map(({ id }) => id))})
            and state <> 'pending' order by id for update skip locked
        ), attempts as (
          delete from delivery_attempts a using old where a.delivery_id = old.id
        ), gone as (
          delete from deliveries d using old where d.id = old.id
        ), bare as (
          delete from messages m using (select distinct message_id from old) o where m.id = o.message_id
            and not exists (select from deliveries d where d.message_id = m.id and d.id not in (select id from old))
        )
        select count(*)::int4 as count from old`,
        ([deleted]) => deleted?.count ?? 0
      )
  })
})

/** Forgets in the background, now and every ten minutes. */
export const layer = (keepFor: Duration.Input): Layer.Layer<never, never, SqlClient.SqlClient> =>
  Layer.effectDiscard(BackgroundLoop.fork(
    "retention",
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const before = now - Duration.toMillis(Duration.fromInputUnsafe(keepFor))
      return Effect.andThen(forget(before), forgetDeliveries(before))
    }).pipe(
      Effect.catch((error) => Effect.logDebug("retention: will try again", error)),
      Effect.repeat(Schedule.spaced(rhythm))
    )
  ))
