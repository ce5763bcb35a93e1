/** Handlers of jobs, one for each kind. `JobWorker` executes handlers; a new kind of job is a new handler. */
import type { JobKind, RunJobKind } from "@sluice/domain/run/Job"
import type { Effect } from "effect"
import type { JournalUnavailable } from "../journal/Journal.ts"
import type { Job, JobCounts, JobItem } from "./Jobs.ts"

/** A job that this process works on, with the means to report progress. */
export interface HeldJob {
  readonly job: Job
  /** True once the job was cancelled: no further run may be begun. */
  readonly cancelling: () => boolean
  /** Stores how far the work has come. */
  readonly progress: (counts: Partial<JobCounts>) => Effect.Effect<void, JournalUnavailable>
}

/** Acts on each run that the job's filter selects. */
export interface RunJobHandler {
  readonly _tag: "EachRun"
  readonly kind: RunJobKind
  /** Acts on one run. Called again for the same run after a crash, so it must recognise its earlier work. */
  readonly act: (job: Job, runId: string) => Effect.Effect<JobItem>
}

/** Does the work of a job as a whole. Interrupted when another process may have the job. */
export interface WholeJobHandler {
  readonly _tag: "Whole"
  readonly kind: JobKind
  /**
   * Does the work. Called again after a crash, so each part must be safe to repeat; called again later where it fails.
   */
  readonly work: (held: HeldJob) => Effect.Effect<"completed" | "cancelled", JournalUnavailable>
}

export type JobHandler = RunJobHandler | WholeJobHandler
