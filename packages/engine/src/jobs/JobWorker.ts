/**
 * Works on jobs: one of each kind at a time, its runs in batches, oldest first, few at a time. Contract: section 7,
 * `/v1/jobs`.
 */
import { CurrentJobAct } from "@sluice/domain/access/Act"
import type { RecordedAction } from "@sluice/domain/access/Action"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import type { JobKind, RunJobKind } from "@sluice/domain/run/Job"
import { Effect, Layer, Semaphore } from "effect"
import { untilAvailable } from "../journal/UntilAvailable.ts"
import type { HeldJob, JobHandler, RunJobHandler } from "./JobHandler.ts"
import { type Job, type JobItem, Jobs } from "./Jobs.ts"

export interface JobOptions {
  /** Runs of a job that are acted on at once. Default 32. */
  readonly concurrency?: number
}

/** Runs that are taken up in one statement. The next ones are taken when all of these are settled. */
const batchSize = 512
/** The recorded action on each run of a job of the kind. */
const actions = { cancel: "run.cancel", retry: "run.retry", resolve: "step.resolve" } as const satisfies Record<
  RunJobKind,
  RecordedAction
>
/** The interval for finding other processes' jobs; own jobs are known at once. */
const lookEvery = "10 seconds"
/** The interval while another process has a job, which may die: its lease and this are at most 10 s. */
const watchEvery = "2 seconds"
const renewEvery = "2 seconds"

/** Counts what is settled while a statement is under way with the next one: one statement for many runs. */
const settler = Effect.fnUntraced(function*(jobs: Jobs["Service"], jobId: string) {
  const oneAtATime = yield* Semaphore.make(1)
  let waiting: Array<JobItem> = []
  const flush = oneAtATime.withPermit(Effect.suspend(() => {
    const items = waiting
    waiting = []
    return items.length === 0 ? Effect.void : untilAvailable(jobs.settle(jobId, items))
  }))
  return (item: JobItem): Effect.Effect<void> =>
    Effect.suspend(() => {
      waiting.push(item)
      return flush
    })
})

const make = Effect.fnUntraced(function*<R>(
  handlers: Effect.Effect<ReadonlyArray<JobHandler>, never, R>,
  { concurrency = 32 }: JobOptions
) {
  const jobs = yield* Jobs
  const owner = yield* newUuid

  const eachRun = Effect.fnUntraced(function*({ act, kind }: RunJobHandler, { cancelling, job }: HeldJob) {
    if (job.total === undefined) {
      const total = yield* untilAvailable(jobs.matches({ ...job, kind }))
      yield* untilAvailable(jobs.progress(job.id, owner, { total }))
    }
    const settle = yield* settler(jobs, job.id)
    const one = Effect.fnUntraced(function*(runId: string) {
      if (cancelling()) return
      const item = yield* Effect.provideService(act(job, runId), CurrentJobAct, {
        jobId: job.id,
        action: actions[kind]
      })
      yield* settle(item)
    })
    for (;;) {
      if (cancelling()) return "cancelled" as const
      const next = yield* untilAvailable(jobs.take(job.id, owner, batchSize))
      if (next.length === 0) return "completed" as const
      yield* Effect.forEach(next, one, { concurrency, discard: true })
    }
  })

  const work = Effect.fnUntraced(function*(handler: JobHandler, job: Job) {
    let cancelling = false
    const renew = Effect.map(untilAvailable(jobs.renew(job.id, owner)), (lease) => {
      cancelling = lease === "cancelling"
      return lease !== "lost"
    })
    const untilLost = Effect.gen(function*() {
      while (yield* renew) yield* Effect.sleep(renewEvery)
    })
    const held: HeldJob = {
      job,
      cancelling: () => cancelling,
      progress: (counts) => jobs.progress(job.id, owner, counts)
    }
    const toTheEnd = Effect.gen(function*() {
      if (!(yield* renew)) return
      const state = yield* handler._tag === "EachRun" ? eachRun(handler, held) : untilAvailable(handler.work(held))
      yield* untilAvailable(jobs.finish(job.id, owner, state))
    })
    yield* Effect.raceFirst(toTheEnd, untilLost).pipe(
      Effect.onInterrupt(() => Effect.ignore(jobs.release(job.id, owner)))
    )
  })

  const loop = (handler: JobHandler) =>
    Effect.forever(
      untilAvailable(jobs.claim(owner, handler.kind)).pipe(
        Effect.flatMap((job) =>
          job === undefined || job === "elsewhere"
            ? Effect.raceFirst(jobs.created(handler.kind), Effect.sleep(job === undefined ? lookEvery : watchEvery))
            : work(handler, job)
        ),
        Effect.catchCause((cause) =>
          Effect.andThen(Effect.logError("job: will try again", cause), Effect.sleep(lookEvery))
        )
      )
    )

  yield* Effect.forEach(
    yield* handlers,
    (handler) => BackgroundLoop.fork(loopName(handler.kind), loop(handler)),
    { discard: true }
  )
})

/** The name of the background loop that works on jobs of the kind. */
export const loopName = (kind: JobKind) => `${kind}-jobs` as const

/** Executes jobs while its scope is open; for processes that execute runs. */
export const layer = <R>(
  handlers: Effect.Effect<ReadonlyArray<JobHandler>, never, R>,
  options: JobOptions = {}
): Layer.Layer<never, never, R | Jobs> => Layer.effectDiscard(make(handlers, options))
