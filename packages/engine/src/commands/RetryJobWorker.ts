/**
 * Works on the jobs that retry many runs: in batches, oldest first, few at a time, each waited for, so that a partner
 * that has just come back is not run over. Contract: section 7, `POST /v1/process-events/retry`.
 */
import { processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { type Duration, Effect, Layer } from "effect"
import { Journal } from "../journal/Journal.ts"
import { type RetryJob, type RetryJobItem, RetryJobs } from "../journal/RetryJobs.ts"
import { untilAvailable } from "../runs/RunCheckpoints.ts"
import { Runs } from "../runs/Runs.ts"
import type { Receipt } from "./Intake.ts"
import { RetryRun } from "./RetryRun.ts"

export interface RetryJobOptions {
  /** Retries that are open at once. Default 8. */
  readonly concurrency?: number
  /** The time to wait for one retry before starting the next in its place. Default 30 s. */
  readonly patience?: Duration.Input
}

/** Runs that are taken up in one statement. */
const batchSize = 64
/**
 * The interval for finding other processes' jobs (own jobs are known at once), for renewing a job's lease, and for
 * waiting where there is no room.
 */
const lookEvery = "10 seconds"
const renewEvery = "2 seconds"
const pause = "1 second"

/** The same after a crash, so that a retry that was opened before is found and not opened again. */
const keyOf = (job: RetryJob, runId: string): string => `retry job ${job.id} ${runId}`

const make = Effect.fnUntraced(function*(options: RetryJobOptions) {
  const jobs = yield* RetryJobs
  const retry = yield* RetryRun
  const runs = yield* Runs
  const journal = yield* Journal
  const owner = yield* newUuid
  const { concurrency = 8, patience = "30 seconds" } = options

  const open = (job: RetryJob, runId: string): Effect.Effect<Receipt | string> =>
    retry.retry(processEventId(runId), {
      reason: job.reason,
      idempotencyKey: keyOf(job, runId),
      ...(job.requestedBy !== undefined && { requestedBy: job.requestedBy })
    }).pipe(Effect.catchTags({
      IntakeConflict: ({ message }) => Effect.succeed(message),
      RetryRefused: ({ path, message }) => Effect.succeed(`${path} ${message}`),
      RunNotFound: ({ runId }) => Effect.succeed(`${runId} does not exist any more`),
      JournalFull: () => Effect.andThen(Effect.sleep(pause), Effect.suspend(() => open(job, runId))),
      JournalUnavailable: () => Effect.andThen(Effect.sleep(pause), Effect.suspend(() => open(job, runId)))
    }))

  const retried = Effect.fnUntraced(function*(job: RetryJob, runId: string) {
    const opened = yield* open(job, runId)
    if (typeof opened === "string") {
      const skipped: RetryJobItem = { runId, outcome: "skipped", message: opened }
      return skipped
    }
    const retryId = uuidOf(opened.processEventId) ?? ""
    const ended = yield* runs.awaitEnd(retryId, patience)
    const state = ended ? yield* untilAvailable(journal.state(retryId)) : undefined
    const item: RetryJobItem = state === undefined
      ? { runId, retryId, outcome: "done", message: "its retry still goes on" }
      : state === "completed"
      ? { runId, retryId, outcome: "done" }
      : { runId, retryId, outcome: "failed", message: `its retry ended ${state}` }
    return item
  })

  const work = Effect.fnUntraced(function*(job: RetryJob) {
    let cancelling = false
    const one = Effect.fnUntraced(function*(runId: string) {
      if (cancelling) return
      yield* untilAvailable(jobs.settle(job.id, yield* retried(job, runId)))
    })
    const untilLost = Effect.gen(function*() {
      for (;;) {
        const lease = yield* untilAvailable(jobs.renew(job.id, owner))
        if (lease === "lost") return
        cancelling = lease === "cancelling"
        yield* Effect.sleep(renewEvery)
      }
    })
    const batches = Effect.gen(function*() {
      for (;;) {
        if ((yield* untilAvailable(jobs.renew(job.id, owner))) === "cancelling") cancelling = true
        if (cancelling) return yield* untilAvailable(jobs.finish(job.id, owner, "cancelled"))
        const next = yield* untilAvailable(jobs.take(job.id, owner, batchSize))
        if (next.length === 0) return yield* untilAvailable(jobs.finish(job.id, owner, "completed"))
        yield* Effect.forEach(next, one, { concurrency, discard: true })
      }
    })
    yield* Effect.raceFirst(batches, untilLost).pipe(
      Effect.onInterrupt(() => Effect.ignore(jobs.release(job.id, owner)))
    )
  })

  yield* BackgroundLoop.fork(
    "retry-jobs",
    Effect.forever(
      untilAvailable(jobs.claim(owner)).pipe(
        Effect.flatMap((job) =>
          job === undefined ? Effect.raceFirst(jobs.created, Effect.sleep(lookEvery)) : work(job)
        ),
        Effect.catchCause((cause) =>
          Effect.andThen(Effect.logError("retry job: will try again", cause), Effect.sleep(lookEvery))
        )
      )
    )
  )
})

/** Executes retry jobs while its scope is open; for processes that execute runs. */
export const layer = (
  options: RetryJobOptions = {}
): Layer.Layer<never, never, RetryJobs | RetryRun | Runs | Journal> => Layer.effectDiscard(make(options))
