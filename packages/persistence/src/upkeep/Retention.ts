/**
 * Forgets what is older than it has to be kept: callout records of runs that have ended, deliveries that have ended, and
 * messages that none is left of (`SLUICE_RETENTION`, contract, section 2). In small batches, each committed, with pauses in between, so that nobody who writes has to wait.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Clock, Duration, Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"

/** Rows that one statement deletes, and what it leaves to others after each. */
const batch = 500
const pause = "100 millis"

/** How often the old is looked for. */
const rhythm = "10 minutes"

/** The smallest UUIDv7 of a moment: run ids sort by time, so that no index on time is needed. */
const firstIdAt = (millis: number): string => {
  const hex = Math.max(0, Math.floor(millis)).toString(16).padStart(12, "0")
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

const nil = "00000000-0000-0000-0000-000000000000"

/** Deletes the callout records of runs that ended before `before`, epoch milliseconds; answers how many. */
export const forget = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  let forgotten = 0
  // Where the last batch ended: what it deleted is still in the index, and is not to be walked through again.
  let after = nil
  for (;;) {
    const [deleted] = yield* sql<{ readonly count: number; readonly last: string | null }>`
      with old as materialized (
        select c.run_id, c.id from callouts c join runs r on r.id = c.run_id
        where c.run_id >= ${after}::uuid and c.run_id < ${firstIdAt(before)}::uuid
          and r.finished_at < ${PgTypes.timestamptz(before)}
        order by c.run_id, c.id limit ${batch} for update of c skip locked
      ), gone as (
        delete from callouts c using old where c.run_id = old.run_id and c.id = old.id
      )
      select count(*)::int4 as count, (select run_id from old order by run_id desc limit 1) as last from old`
    if (deleted === undefined || deleted.last === null) return forgotten
    forgotten += deleted.count
    after = deleted.last
    if (deleted.count < batch) return forgotten
    yield* Effect.sleep(pause)
  }
})

/** Deletes deliveries made before `before`, epoch milliseconds, unless they are pending; answers how many. */
export const forgetDeliveries = Effect.fnUntraced(function*(before: number) {
  const sql = yield* SqlClient.SqlClient
  let forgotten = 0
  let after = nil
  for (;;) {
    const [deleted] = yield* sql<{ readonly count: number; readonly last: string | null }>`
      with old as materialized (
        select id, message_id from deliveries
        where id >= ${after}::uuid and id < ${firstIdAt(before)}::uuid and state <> 'pending'
        order by id limit ${batch} for update skip locked
      ), attempts as (
        delete from delivery_attempts a using old where a.delivery_id = old.id
      ), gone as (
        delete from deliveries d using old where d.id = old.id
      ), bare as (
        delete from messages m using (select distinct message_id from old) o where m.id = o.message_id
          and not exists (select from deliveries d where d.message_id = m.id and d.id not in (select id from old))
      )
      select count(*)::int4 as count, (select id from old order by id desc limit 1) as last from old`
    if (deleted === undefined || deleted.last === null) return forgotten
    forgotten += deleted.count
    after = deleted.last
    if (deleted.count < batch) return forgotten
    yield* Effect.sleep(pause)
  }
})

/** Forgets in the background, now and every ten minutes. */
export const layer = (keepFor: Duration.Input): Layer.Layer<never, never, SqlClient.SqlClient> =>
  Layer.effectDiscard(
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const before = now - Duration.toMillis(Duration.fromInputUnsafe(keepFor))
      return Effect.andThen(forget(before), forgetDeliveries(before))
    })
      .pipe(
        Effect.catch((error) => Effect.logDebug("retention: will try again", error)),
        Effect.repeat(Schedule.spaced(rhythm)),
        Effect.forkScoped
      )
  )
