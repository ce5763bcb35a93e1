/** Lists of jobs and of the runs that a job has acted on, newest first. Contract: section 7, `/v1/jobs`. */
import type { JobKind, JobState } from "@sluice/domain/run/Job"
import type { Job, JobItem } from "@sluice/engine/internal/jobs/Jobs"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { cursor, type CursorInvalid, type Page, page, type PageRequest } from "../sql/Page.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { itemOf, type ItemRow, jobColumns, jobOf, type JobRow } from "./JobsPostgres.ts"

export interface JobFilters {
  readonly kind?: JobKind | undefined
  readonly state?: JobState | undefined
}

const byId = cursor(Schema.Tuple([Schema.String.check(Schema.isUUID())]))

const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient

  const list = Effect.fn("JobLists.list")(function*({ kind, state }: JobFilters, request: PageRequest) {
    const after = yield* byId.read(request)
    const clauses = [
      sql`true`,
      ...(after === undefined ? [] : [sql`id < ${after[0]}`]),
      ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
      ...(state === undefined ? [] : [sql`state = ${state}`])
    ]
    const rows = yield* orUnavailable(sql<JobRow>`select ${sql.literal(jobColumns)} from jobs
      where ${sql.and(clauses)} order by id desc limit ${request.limit + 1}`)
    return page(rows, request.limit, byId, (row) => [row.id] as const, jobOf)
  })

  const items = Effect.fn("JobLists.items")(function*(jobId: string, request: PageRequest) {
    const after = yield* byId.read(request)
    const rows = yield* orUnavailable(sql<ItemRow>`select run_id, outcome, retry_id, message from job_items
      where job_id = ${jobId}::uuid and outcome is not null ${
      after === undefined ? sql`` : sql`and run_id < ${after[0]}`
    } order by run_id desc limit ${request.limit + 1}`)
    return page(rows, request.limit, byId, (row) => [row.run_id] as const, itemOf)
  })

  return JobLists.of({ list, items })
})

export class JobLists extends Context.Service<JobLists, {
  readonly list: (
    filters: JobFilters,
    page: PageRequest
  ) => Effect.Effect<Page<Job>, CursorInvalid | JournalUnavailable>
  /** The runs that are counted in the job `jobId`, a hyphenated UUID. */
  readonly items: (
    jobId: string,
    page: PageRequest
  ) => Effect.Effect<Page<JobItem>, CursorInvalid | JournalUnavailable>
}>()("@sluice/persistence/JobLists") {
  static readonly layer: Layer.Layer<JobLists, never, SqlClient.SqlClient> = Layer.effect(JobLists, make)
}
