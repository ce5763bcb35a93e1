/** Jobs in PostgreSQL: implements `@sluice/engine/Jobs`. Leases go by the database's clock. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { jobId } from "@sluice/domain/identity/Ids"
import { withoutNul } from "@sluice/domain/internal/json/Utf8"
import { type Json, type JsonObject, parseOwn, stringify } from "@sluice/domain/json/Json"
import type { JobKind, JobState, RunFilter } from "@sluice/domain/run/Job"
import {
  type Job,
  type JobCounts,
  type JobItem,
  type JobOptions,
  Jobs,
  type NewJob,
  type RunSelection
} from "@sluice/engine/internal/jobs/Jobs"
import { Effect, Latch, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { recordAct } from "../audit/ActRecord.ts"
import { columns, type ColumnTypes, unnest } from "../sql/ArrayParameters.ts"
import { writeIsolated } from "../sql/BatchIsolation.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { before, countAfter, runsAfter } from "./JobRuns.ts"

/** Any number that no other program locks; "sluicf" in ASCII. Of several processes one at a time claims. */
const LOCK = 0x736c75696366

/** A job is taken over this long after it was last renewed. */
const lease = "clock_timestamp() + interval '8 s'"

export interface JobRow {
  readonly id: string
  readonly kind: JobKind
  readonly state: JobState
  readonly filter: string
  readonly options: string | null
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

export interface ItemRow {
  readonly run_id: string
  readonly outcome: JobItem["outcome"]
  readonly retry_id: string | null
  readonly message: string | null
}

const itemColumns = {
  run_id: "uuid",
  outcome: "text",
  retry_id: "uuid",
  message: "text"
} as const satisfies ColumnTypes

export const jobColumns = `id, kind, state, filter, options, reason, requested_by, total, done, failed, skipped, cursor,
  created_at, started_at, finished_at`

export const itemOf = (row: ItemRow): JobItem => ({
  runId: row.run_id,
  outcome: row.outcome,
  ...(row.retry_id !== null && { retryId: row.retry_id }),
  ...(row.message !== null && { message: row.message })
})

/** Jobs of an earlier release name the step `failedStep`. */
const filterOf = (text: string): RunFilter => {
  const { failedStep, ...filter } = JSON.parse(text) as RunFilter & { readonly failedStep?: string }
  return failedStep === undefined ? filter : { step: failedStep, ...filter }
}

/** The runs of a row; a job of another kind selects none. */
const selectionOf = (job: Job): RunSelection | undefined =>
  job.kind === "erase" ? undefined : { ...job, kind: job.kind }

export const jobOf = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  filter: filterOf(row.filter),
  options: row.options === null ? {} : parseOwn(row.options) as JobOptions,
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

const optionsText = (options: JobOptions): string | null =>
  Object.keys(options).length === 0 ? null : stringify(options as Json)

const uuids = (value: ReadonlyArray<string>) => ({ ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value })

const servicesOf = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const columns = sql.literal(jobColumns)
  const latches = new Map<JobKind, Latch.Latch>()
  return { columns, latches, sql }
})

/** The services and the state that the functions of this module share. */
type Services = Effect.Success<typeof servicesOf>

const get = ({ columns, sql }: Services, id: string) =>
  orUnavailable(sql<JobRow>`select ${columns} from jobs where id = ${id}::uuid`).pipe(
    Effect.map(([row]) => row && jobOf(row))
  )

const made = ({ latches }: Services, kind: JobKind): Latch.Latch => {
  const latch = latches.get(kind) ?? Latch.makeUnsafe(false)
  latches.set(kind, latch)
  return latch
}

const created = (services: Services, kind: JobKind) =>
  Effect.andThen(made(services, kind).await, Effect.sync(() => made(services, kind).closeUnsafe()))

const create = (services: Services, job: NewJob) =>
  transaction(
    services.sql,
    services.sql<JobRow>`insert into jobs (id, kind, state, filter, options, reason, requested_by, created_at)
    values (${job.id}, ${job.kind}, 'queued', ${JSON.stringify(job.filter)}, ${optionsText(job.options)},
      ${withoutNul(job.reason)},
      ${withoutNul(job.requestedBy)}, ${PgTypes.timestamptz(job.createdAt)})
    on conflict (id) do update set id = excluded.id returning ${services.columns}`.pipe(
      Effect.tap(() =>
        recordAct(services.sql, {
          after: { jobId: jobId(job.id), filter: job.filter as JsonObject },
          reason: job.reason
        })
      )
    )
  ).pipe(
    orUnavailable,
    Effect.flatMap(([row]) => row === undefined ? Effect.die("an insert returned no row") : Effect.succeed(jobOf(row))),
    Effect.tap(() => Effect.sync(() => made(services, job.kind).openUnsafe()))
  )

const cancel = (services: Services, id: string) =>
  transaction(
    services.sql,
    services.sql<{ readonly state: JobState }>`update jobs set cancel_requested = true,
      finished_at = case when state = 'queued' then clock_timestamp() end,
      state = case when state = 'queued' then 'cancelled' else state end,
      options = case when kind = 'erase' and state = 'queued' then null else options end
    where id = ${id}::uuid and finished_at is null and not cancel_requested returning state`.pipe(
      Effect.tap(([row]) => row === undefined ? Effect.void : recordAct(services.sql, { after: { state: row.state } }))
    )
  ).pipe(orUnavailable, Effect.andThen(get(services, id)))

/** Counts page by page, each a statement of its own: counting many runs delays no other statement. */
const matches = Effect.fnUntraced(function*({ sql }: Services, selection: RunSelection) {
  let [total, cursor]: [number, string | undefined] = [0, before]
  while (cursor !== undefined) {
    const { count, next }: { count: number; next: string | undefined } = yield* orUnavailable(
      countAfter(sql, selection, cursor)
    )
    total += count
    cursor = next
  }
  return total
})

const claim = Effect.fnUntraced(function*({ columns, sql }: Services, owner: string, kind: JobKind) {
  const [open] = yield* orUnavailable(
    sql`select id from jobs where finished_at is null and kind = ${kind} limit 1`
  )
  if (open === undefined) return undefined
  const [row] = yield* orUnavailable(transaction(
    sql,
    Effect.andThen(
      sql`select pg_advisory_xact_lock(${LOCK}::bigint)`,
      sql<JobRow>`update jobs set owner = ${owner}::uuid, lease_until = ${sql.literal(lease)}, state = 'running',
          started_at = coalesce(started_at, clock_timestamp())
        where id = (select id from jobs where finished_at is null and kind = ${kind} order by id limit 1)
          and not exists (select from jobs
            where finished_at is null and kind = ${kind} and lease_until >= clock_timestamp())
        returning ${columns}`
    )
  ))
  return row === undefined ? "elsewhere" as const : jobOf(row)
})

const renew = ({ sql }: Services, id: string, owner: string) =>
  orUnavailable(sql<{ readonly cancel_requested: boolean }>`update jobs set lease_until = ${sql.literal(lease)}
    where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null returning cancel_requested`).pipe(
    Effect.map(([row]) => row === undefined ? "lost" : row.cancel_requested ? "cancelling" : "held")
  )

/** One page: what it took up, and whether there is more. */
const takePage = (
  { columns, sql }: Services,
  id: string,
  owner: string,
  size: number
): Effect.Effect<{ readonly taken: ReadonlyArray<string>; readonly more: boolean }, SqlError> =>
  transaction(
    sql,
    Effect.gen(function*() {
      const [row] = yield* sql<JobRow>`select ${columns} from jobs
      where id = ${id}::uuid and owner = ${owner}::uuid for update`
      const selection = row && selectionOf(jobOf(row))
      if (row === undefined || selection === undefined) return { taken: [], more: false }
      const open = yield* sql<{ readonly id: string }>`select run_id as id from job_items
      where job_id = ${id}::uuid and outcome is null order by run_id limit ${size}`
      if (open.length > 0) return { taken: open.map((item) => item.id), more: true }
      const { ids, next } = yield* runsAfter(sql, selection, row.cursor, size)
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
      const last = next ?? ids.at(-1)
      if (last !== undefined) {
        yield* sql`update jobs set cursor = ${last}::uuid, failed = failed + ${refused.size} where id = ${id}::uuid`
      }
      return { taken: ids.filter((runId) => !refused.has(runId)), more: next !== undefined }
    })
  )

const take = Effect.fnUntraced(function*(services: Services, id: string, owner: string, size: number) {
  for (;;) {
    const { more, taken } = yield* orUnavailable(takePage(services, id, owner, size))
    // An empty answer ends the job.
    if (taken.length > 0 || !more) return taken
  }
})

const progress = ({ sql }: Services, id: string, owner: string, { done, failed, skipped, total }: Partial<JobCounts>) =>
  Effect.asVoid(orUnavailable(sql`update jobs set total = coalesce(${total ?? null}::int4, total),
    done = coalesce(${done ?? null}::int4, done), failed = coalesce(${failed ?? null}::int4, failed),
    skipped = coalesce(${skipped ?? null}::int4, skipped)
    where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null`))

/** $1 job, then the columns of `itemColumns`. */
const settleStatement = `with u as materialized (select * from ${unnest(itemColumns, "u", 2)}),
  item as (
    update job_items i set outcome = u.outcome, retry_id = u.retry_id, message = u.message from u
    where i.job_id = $1 and i.run_id = any($2::uuid[]) and i.run_id = u.run_id and i.outcome is null
    returning i.outcome)
  update jobs set done = done + (select count(*)::int4 from item where outcome = 'done'),
    failed = failed + (select count(*)::int4 from item where outcome = 'failed'),
    skipped = skipped + (select count(*)::int4 from item where outcome = 'skipped')
  where id = $1`

const settle = ({ sql }: Services, id: string, items: ReadonlyArray<JobItem>) =>
  Effect.asVoid(orUnavailable(sql.unsafe(settleStatement, [
    PgTypes.uuid(id),
    ...columns(
      itemColumns,
      items.map(({ message, outcome, retryId, runId }) => ({
        run_id: runId,
        outcome,
        retry_id: retryId ?? null,
        message: withoutNul(message)
      }))
    )
  ])))

const finish = ({ sql }: Services, id: string, owner: string, state: "completed" | "cancelled") =>
  Effect.asVoid(orUnavailable(sql`update jobs set state = ${state}, finished_at = clock_timestamp(), owner = null,
    lease_until = null where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null`))

const release = ({ sql }: Services, id: string, owner: string) =>
  Effect.asVoid(orUnavailable(sql`update jobs set owner = null, lease_until = null
    where id = ${id}::uuid and owner = ${owner}::uuid and finished_at is null`))

const problems = ({ sql }: Services, id: string, limit: number) =>
  orUnavailable(sql<ItemRow>`select run_id, outcome, retry_id, message from job_items
    where job_id = ${id}::uuid and outcome in ('failed', 'skipped') order by run_id limit ${limit}`).pipe(
    Effect.map((rows) => rows.map(itemOf))
  )

const make = Effect.gen(function*() {
  const services = yield* servicesOf
  return Jobs.of({
    create: (job) => create(services, job),
    created: (kind) => created(services, kind),
    get: (id) => get(services, id),
    matches: (selection) => matches(services, selection),
    cancel: (id) => cancel(services, id),
    claim: (owner, kind) => claim(services, owner, kind),
    renew: (id, owner) => renew(services, id, owner),
    take: (id, owner, size) => take(services, id, owner, size),
    settle: (id, items) => settle(services, id, items),
    progress: (id, owner, counts) => progress(services, id, owner, counts),
    finish: (id, owner, state) => finish(services, id, owner, state),
    release: (id, owner) => release(services, id, owner),
    problems: (id, limit) => problems(services, id, limit)
  })
})

export const layer: Layer.Layer<Jobs, never, SqlClient.SqlClient> = Layer.effect(Jobs, make)
