/**
 * Port: jobs that retry many runs, for the morning after an outage. Durable: a job survives the process that works on
 * it, and each run is taken up at most once in a job. Contract: section 7, `POST /v1/process-events/retry`.
 */
import type { FinalRunState } from "@sluice/domain/run/ProcessEvent"
import { Context, type Effect } from "effect"
import type { JournalUnavailable } from "./Journal.ts"

/**
 * Selects the runs to retry: ended, not yet retried, and matching all members given. Without `state` and `errorsOnly`:
 * those that ended `failed` or `compensation-failed`. Times are exclusive, in epoch milliseconds.
 */
export interface RetryFilter {
  readonly state?: FinalRunState
  readonly orderId?: string
  readonly pipeline?: string
  /** Only runs in which a step failed, completed ones too. */
  readonly errorsOnly?: boolean
  readonly createdAfter?: number
  readonly createdBefore?: number
  /** Only runs in which this step failed. */
  readonly failedStep?: string
}

export type RetryJobState = "queued" | "running" | "completed" | "cancelled"

export interface NewRetryJob {
  /** Hyphenated UUIDv7. */
  readonly id: string
  readonly filter: RetryFilter
  readonly reason: string
  readonly requestedBy?: string
  /** Epoch milliseconds. Runs created later are not the job's. */
  readonly createdAt: number
}

export interface RetryJob extends NewRetryJob {
  readonly state: RetryJobState
  /** The number of matching runs when the job began; absent until then, and where counting took too long. */
  readonly total?: number
  /** Retried, and the retry completed or still goes on. */
  readonly done: number
  /** Retried, and the retry ended in another way. */
  readonly failed: number
  /** The number of runs that were not retried: open meanwhile, or not retryable. */
  readonly skipped: number
  readonly startedAt?: number
  readonly finishedAt?: number
}

/** The result for one run. */
export interface RetryJobItem {
  readonly runId: string
  readonly outcome: "done" | "failed" | "skipped"
  /** The run that retries it. */
  readonly retryId?: string
  readonly message?: string
}

export class RetryJobs extends Context.Service<RetryJobs, {
  readonly create: (job: NewRetryJob) => Effect.Effect<RetryJob, JournalUnavailable>
  /** Passes when a job was made in this process after the last one that was claimed here. */
  readonly created: Effect.Effect<void>
  readonly get: (id: string) => Effect.Effect<RetryJob | undefined, JournalUnavailable>
  /** The first `limit` runs that were skipped or failed again, oldest first. */
  readonly problems: (id: string, limit: number) => Effect.Effect<ReadonlyArray<RetryJobItem>, JournalUnavailable>
  /** Stops the job from retrying further runs. `undefined` for an unknown job; a job that has ended does not change. */
  readonly cancel: (id: string) => Effect.Effect<RetryJob | undefined, JournalUnavailable>
  /** The oldest job that has not ended, for `owner` alone and while it renews; nothing while another works on one. */
  readonly claim: (owner: string) => Effect.Effect<RetryJob | undefined, JournalUnavailable>
  /** `lost`: another may have the job. */
  readonly renew: (id: string, owner: string) => Effect.Effect<"held" | "cancelling" | "lost", JournalUnavailable>
  /** Runs to retry next: those taken up and not settled, else up to `size` further ones, oldest first; none at the end. */
  readonly take: (id: string, owner: string, size: number) => Effect.Effect<ReadonlyArray<string>, JournalUnavailable>
  /** Counts a run, once. */
  readonly settle: (id: string, item: RetryJobItem) => Effect.Effect<void, JournalUnavailable>
  /** Ends the job, unless another has it. */
  readonly finish: (
    id: string,
    owner: string,
    state: "completed" | "cancelled"
  ) => Effect.Effect<void, JournalUnavailable>
  /** Releases the job, so that any process can go on with it. */
  readonly release: (id: string, owner: string) => Effect.Effect<void, JournalUnavailable>
}>()("@sluice/engine/RetryJobs") {}
