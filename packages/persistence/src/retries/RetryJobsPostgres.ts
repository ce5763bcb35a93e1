/** Retry jobs in PostgreSQL: implements `@sluice/engine/RetryJobs`. Leases go by the database's clock. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { jobId } from "@sluice/domain/identity/Ids"
import type { JsonObject } from "@sluice/domain/json/Json"
import {
  type RetryFilter,
  type RetryJob,
  type RetryJobItem,
  RetryJobs,
  type RetryJobState
} from "@sluice/engine/internal/journal/RetryJobs"
import { Effect, Latch, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { recordAct } from "../audit/ActRecord.ts"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { matching } from "./RetryMatch.ts"

/** Any number that no other program locks; "sluicf" in ASCII. Of several processes one at a time claims. */
const LOCK = 0x736c75696366

/** A job is taken over this long after it was last renewed. */
const lease = "clock_timestamp() + interval '8 s'"

interface JobRow {
  readonly id: string
  readonly state: RetryJobState
  readonly filter: string
  readonly reason: string
  readonly requested_by: string | null
  readonly total: number | null
  readonly done: number
  readonly failed: number
  readonly skipped: number
  readonly cursor: string
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
}

interface ItemRow {
  readonly run_id: string
  readonly outcome: RetryJobItem["outcome"]
  readonly retry_id: string | null
  readonly message: string | null
}

const jobOf = (row: JobRow): RetryJob => ({
  id: row.id,
  state: row.state,
  filter: JSON.parse(row.filter) as RetryFilter,
  reason: row.reason,
  ...(row.requested_by !== null && { requestedBy: row.requested_by }),
  ...(row.total !== null && { total: row.total }),
  done: row.done,
  failed: row.failed,
  skipped: row.skipped,
  createdAt: row.created_at.getTime(),
  ...(row.started_at !== null && { startedAt: row.started_at.getTime() }),
  ...(row.finished_at !== null && { finishedAt: row.finished_at.getTime() })
})

/** A NUL is no text to PostgreSQL; in what a person wrote it is not worth failing for. */
const printable = (text: string): string => text.replaceAll("\0", "\ufffd")

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const columns = sql.literal(`id, state, filter, reason, requested_by, total, done, failed, skipped, cursor,
    created_at, started_at, finished_at`)

  const get: RetryJobs["Service"]["get"] = (id) =>
    orUnavailable(sql<JobRow>`select ${columns} from jobs where id = ${id}::uuid`).pipe(
      Effect.map(([row]) => row && jobOf(row))
    )

  const made = Latch.makeUnsafe(false)
  const created = Effect.andThen(made.await, Effect.sync(() => made.closeUnsafe()))

  const create: RetryJobs["Service"]["create"] = (job) =>
    transaction(
      sql,
      sql<JobRow>`insert into jobs (id, state, filter, reason, requested_by, created_at)
      values (${job.id}, 'queued', ${JSON.stringify(job.filter)}, ${printable(job.reason)},
        ${job.requestedBy === undefined ? null : printable(job.requestedBy)}, ${PgTypes.timestamptz(job.createdAt)})
      on conflict (id) do update set id = excluded.id returning ${columns}`.pipe(
        Effect.tap(() =>
          recordAct(sql, { after: { jobId: jobId(job.id), filter: job.filter as JsonObject }, reason: job.reason })
        )
      )
    ).pipe(
      orUnavailable,
      Effect.flatMap(([row]) =>
        row === undefined ? Effect.die("an insert returned no row") : Effect.succeed(jobOf(row))
      ),
      Effect.tap(() => Effect.sync(() => made.openUnsafe()))
    )

  const cancel: RetryJobs["Service"]["cancel"] = (id) =>
    transaction(
      sql,
      sql<{ readonly state: RetryJobState }>`update jobs set cancel_requested = true,
        finished_at = case when state = 'queued' then clock_timestamp() end,
        state = case when state = 'queued' then 'cancelled' else state end
      where id = ${id}::uuid and finished_at is null and not cancel_requested returning state`.pipe(
        Effect.tap(([row]) => row === undefined ? Effect.void : recordAct(sql, { after: { state: row.state } }))
      )
    ).pipe(orUnavailable, Effect.andThen(get(id)))

  /** Counts in the background: a job can proceed without the total. */
  const count = (row: JobRow) =>
    sql<{ readonly count: number }>`select count(*)::int4 as count from runs r
      where ${matching(sql, jobOf(row), undefined)}`.pipe(
      orUnavailable,
      Effect.flatMap(([found]) =>
        orUnavailable(sql`update jobs set total = ${found?.count ?? null} where id = ${row.id}::uuid`)
      ),
      Effect.ignore
    )

  const claim: RetryJobs["Service"]["claim"] = Effect.fnUntraced(function*(owner) {
    const [open] = yield* orUnavailable(sql`select id from jobs where finished_at is null limit 1`)
    if (open === undefined) return undefined
    const [row] = yield* orUnavailable(transaction(
      sql,
      Effect.andThen(
        sql`select pg_advisory_xact_lock(${LOCK}::bigint)`,
        sql<JobRow>`update jobs set owner = ${owner}::uuid, lease_until = ${sql.literal(lease)}, state = 'running',
            started_at = coalesce(started_at, clock_timestamp())
          where id = (select id from jobs where finished_at is null order by id limit 1)
            and not exists (select from jobs where finished_at is null and lease_until >= clock_timestamp())
          returning ${columns}`
      )
    ))
    if (row === undefined) return undefined
    if (row.total === null) yield* count(row)
    return (yield* get(row.id)) ?? jobOf(row)
  })

  const renew: RetryJobs["Service"]["renew"] = (id, owner) =>
    orUnavailable(sql<{ readonly cancel_requested: boolean }>`update jobs set lease_until = ${sql.literal(lease)}
      where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null returning cancel_requested`).pipe(
      Effect.map(([row]) => row === undefined ? "lost" : row.cancel_requested ? "cancelling" : "held")
    )

  const taking = (
    id: string,
    owner: string,
    size: number
  ): Effect.Effect<ReadonlyArray<string>, SqlError> =>
    transaction(
      sql,
      Effect.gen(function*() {
        const [row] = yield* sql<JobRow>`select ${columns} from jobs
        where id = ${id}::uuid and owner = ${owner}::uuid for update`
        if (row === undefined) return []
        const open = yield* sql<{ readonly id: string }>`select run_id as id from job_items
        where job_id = ${id}::uuid and outcome is null order by run_id limit ${size}`
        if (open.length > 0) return open.map((item) => item.id)
        const next = yield* sql<{ readonly id: string }>`select r.id from runs r
        where ${matching(sql, jobOf(row), row.cursor)} order by r.id limit ${size}`
        const ids = next.map((run) => run.id)
        const last = ids.at(-1)
        if (last === undefined) return []
        const refused = new Set<string>()
        yield* writeIsolated(ids, (some) =>
          // A savepoint each.
          transaction(
            sql,
            sql.unsafe(
              `insert into job_items (job_id, run_id) select $1, u.id from unnest($2::uuid[]) as u(id)
              on conflict do nothing`,
              [PgTypes.uuid(id), uuids(some)]
            )
          ), (runId, cause) =>
          Effect.andThen(
            Effect.logError("a job cannot take up a run", { runId }, cause),
            Effect.sync(() => refused.add(runId))
          ))
        yield* sql`update jobs set cursor = ${last}::uuid, failed = failed + ${refused.size} where id = ${id}::uuid`
        const taken = ids.filter((runId) => !refused.has(runId))
        // An empty answer ends the job.
        return taken.length > 0 ? taken : yield* Effect.suspend(() => taking(id, owner, size))
      })
    )

  const take: RetryJobs["Service"]["take"] = (id, owner, size) => orUnavailable(taking(id, owner, size))

  const settle: RetryJobs["Service"]["settle"] = (id, { runId, outcome, retryId, message }) =>
    Effect.asVoid(orUnavailable(sql`with item as (
        update job_items set outcome = ${outcome}, retry_id = ${retryId ?? null}::uuid, message = ${
      message === undefined ? null : printable(message)
    }
        where job_id = ${id}::uuid and run_id = ${runId}::uuid and outcome is null returning outcome)
      update jobs set done = done + (item.outcome = 'done')::int, failed = failed + (item.outcome = 'failed')::int,
        skipped = skipped + (item.outcome = 'skipped')::int from item where jobs.id = ${id}::uuid`))

  const finish: RetryJobs["Service"]["finish"] = (id, owner, state) =>
    Effect.asVoid(orUnavailable(sql`update jobs set state = ${state}, finished_at = clock_timestamp(), owner = null,
      lease_until = null where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null`))

  const release: RetryJobs["Service"]["release"] = (id, owner) =>
    Effect.asVoid(orUnavailable(sql`update jobs set owner = null, lease_until = null
      where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null`))

  const problems: RetryJobs["Service"]["problems"] = (id, limit) =>
    orUnavailable(sql<ItemRow>`select run_id, outcome, retry_id, message from job_items
      where job_id = ${id}::uuid and outcome in ('failed', 'skipped') order by run_id limit ${limit}`).pipe(
      Effect.map((rows) =>
        rows.map((row) => ({
          runId: row.run_id,
          outcome: row.outcome,
          ...(row.retry_id !== null && { retryId: row.retry_id }),
          ...(row.message !== null && { message: row.message })
        }))
      )
    )

  return RetryJobs.of({ create, created, get, cancel, claim, renew, take, settle, finish, release, problems })
})

export const layer: Layer.Layer<RetryJobs, never, SqlClient.SqlClient> = Layer.effect(RetryJobs, make)
