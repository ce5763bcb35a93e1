/**
 * Port: jobs, each of which acts on many runs (or erases a customer), page by page. Durable: a job survives the process
 * that works on it, and each run is counted once. Contract: section 7, `POST /v1/process-events/{cancel,retry,resolve}`
 * and `/v1/jobs`.
 *
 * ```
 * queued ──claim──► running ──► completed
 *    │                 └──────► cancelled     after `cancel`, once the runs that were begun are counted
 *    └──cancel───────────────► cancelled
 * ```
 *
 * A job has one owner while the owner renews its lease; of each kind one job is worked on at a time, the oldest first.
 */
import type { Json } from "@sluice/domain/json/Json"
import type { JobKind, JobState, RunFilter, RunJobKind } from "@sluice/domain/run/Job"
import { Context, type Effect } from "effect"
import type { JournalUnavailable } from "../journal/Journal.ts"

/** The members of a request that say how its runs are treated. */
export interface JobOptions {
  /** cancel: undo the completed steps. */
  readonly compensate?: boolean
  /** retry: the pipeline version to run. */
  readonly pipeline?: "original" | "current"
  /** retry: send under new keys even where the outcome of the old requests is unknown. */
  readonly newKey?: boolean
  /** resolve: the step to settle; absent: every failed one. */
  readonly stepId?: string
  /** resolve: the value that later steps see as the step's output. */
  readonly output?: Json
  /** erase: the customer's id, or an e-mail address. */
  readonly customer?: string
}

export interface NewJob {
  /** Hyphenated UUIDv7. */
  readonly id: string
  readonly kind: JobKind
  /** Empty for a job that selects no runs. */
  readonly filter: RunFilter
  readonly options: JobOptions
  readonly reason: string
  readonly requestedBy?: string
  /** Epoch milliseconds. Runs created later are not the job's. */
  readonly createdAt: number
}

export interface Job extends NewJob, JobCounts {
  readonly state: JobState
  readonly startedAt?: number
  readonly finishedAt?: number
}

export interface JobCounts {
  /** The number of matching runs when the job began; absent until they are counted. */
  readonly total?: number
  /** Acted on. A retry counts here while it goes on. */
  readonly done: number
  /** Retried, and the retry ended in another way than `completed`. */
  readonly failed: number
  /** Not acted on: ended, open or settled meanwhile. */
  readonly skipped: number
}

/** The result for one run. */
export interface JobItem {
  readonly runId: string
  readonly outcome: "done" | "failed" | "skipped"
  /** The run that retries it. */
  readonly retryId?: string
  readonly message?: string
}

/** The runs that a request of `kind` acts on. */
export interface RunSelection {
  readonly kind: RunJobKind
  readonly filter: RunFilter
  readonly options: JobOptions
  /** Epoch milliseconds: runs created at this time or later are left out. */
  readonly createdAt: number
}

export class Jobs extends Context.Service<Jobs, {
  readonly create: (job: NewJob) => Effect.Effect<Job, JournalUnavailable>
  /** Passes when a job of the kind was made in this process after the last one that was claimed here. */
  readonly created: (kind: JobKind) => Effect.Effect<void>
  readonly get: (id: string) => Effect.Effect<Job | undefined, JournalUnavailable>
  /** The number of runs that a job would act on now. Counted in pages. */
  readonly matches: (selection: RunSelection) => Effect.Effect<number, JournalUnavailable>
  /** The first `limit` runs that were skipped or failed, oldest first. */
  readonly problems: (id: string, limit: number) => Effect.Effect<ReadonlyArray<JobItem>, JournalUnavailable>
  /** Stops the job from acting on further runs. `undefined` for an unknown job; a job that has ended does not change. */
  readonly cancel: (id: string) => Effect.Effect<Job | undefined, JournalUnavailable>
  /** The oldest job of the kind that has not ended, for `owner` alone and while it renews. */
  readonly claim: (owner: string, kind: JobKind) => Effect.Effect<Job | "elsewhere" | undefined, JournalUnavailable>
  /** `lost`: another may have the job. */
  readonly renew: (id: string, owner: string) => Effect.Effect<"held" | "cancelling" | "lost", JournalUnavailable>
  /** Runs to act on next: those taken up and not settled, else up to `size` further ones, oldest first; none at the end. */
  readonly take: (id: string, owner: string, size: number) => Effect.Effect<ReadonlyArray<string>, JournalUnavailable>
  /** Stores the results of runs, and counts each run once. */
  readonly settle: (id: string, items: ReadonlyArray<JobItem>) => Effect.Effect<void, JournalUnavailable>
  /** Replaces the counts that are given, of a job that has no items. */
  readonly progress: (id: string, owner: string, counts: Partial<JobCounts>) => Effect.Effect<void, JournalUnavailable>
  /** Ends the job, unless another has it. */
  readonly finish: (
    id: string,
    owner: string,
    state: "completed" | "cancelled"
  ) => Effect.Effect<void, JournalUnavailable>
  /** Releases the job, so that any process can go on with it. */
  readonly release: (id: string, owner: string) => Effect.Effect<void, JournalUnavailable>
}>()("@sluice/engine/Jobs") {}
