/**
 * The jobs that act on runs: retry, cancel, resolve. Each does for one run what the request for a single run does, so
 * that asking again after a crash changes nothing further. Contract: section 7,
 * `POST /v1/process-events/{cancel,retry,resolve}`.
 */
import { processEventId, uuidOf } from "@sluice/domain/identity/Ids"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { type Duration, Effect, Semaphore } from "effect"
import { CancelRun } from "../commands/CancelRun.ts"
import type { Receipt } from "../commands/Intake.ts"
import { awaitedStep, ResolveStep } from "../commands/ResolveStep.ts"
import { RetryRun } from "../commands/RetryRun.ts"
import { Journal } from "../journal/Journal.ts"
import { type PastRun, PastRuns } from "../journal/PastRuns.ts"
import { untilAvailable } from "../journal/UntilAvailable.ts"
import { Runs } from "../runs/Runs.ts"
import type { RunJobHandler } from "./JobHandler.ts"
import type { Job, JobItem } from "./Jobs.ts"

/** The wait where there is no room for a further run. */
const pause = "1 second"

/** Retries that are stored at once: each holds a connection of the pool that requests need too. */
const storedAtOnce = 4

/** The idempotency key of a job's retry of a run. After a crash it is the same, so that no run is retried twice. */
const keyOf = (job: Job, runId: string): string => `retry job ${job.id} ${runId}`

const skipped = (runId: string, message: string): JobItem => ({ runId, outcome: "skipped", message })

const requester = ({ requestedBy }: Job) => requestedBy === undefined ? {} : { requestedBy }

/** Retries a run and waits for the end of its retry, so that a partner that has just come back is not run over. */
export const retries = Effect.fnUntraced(function*(patience: Duration.Input = "30 seconds") {
  const retry = yield* RetryRun
  const runs = yield* Runs
  const journal = yield* Journal
  const storing = yield* Semaphore.make(storedAtOnce)

  const open = (job: Job, runId: string): Effect.Effect<Receipt | string> =>
    storing.withPermit(retry.retry(processEventId(runId), {
      reason: job.reason,
      idempotencyKey: keyOf(job, runId),
      ...requester(job),
      ...(job.options.pipeline !== undefined && { pipeline: job.options.pipeline }),
      ...(job.options.newKey !== undefined && { newKey: job.options.newKey })
    })).pipe(Effect.catchTags({
      IntakeConflict: ({ message }) => Effect.succeed(message),
      RetryRefused: ({ path, message }) => Effect.succeed(`${path} ${message}`),
      RunNotFound: ({ runId }) => Effect.succeed(`${runId} does not exist any more`),
      JournalFull: () => Effect.andThen(Effect.sleep(pause), Effect.suspend(() => open(job, runId))),
      JournalUnavailable: () => Effect.andThen(Effect.sleep(pause), Effect.suspend(() => open(job, runId)))
    }))

  const act = Effect.fnUntraced(function*(job: Job, runId: string) {
    const opened = yield* open(job, runId)
    if (typeof opened === "string") return skipped(runId, opened)
    const retryId = uuidOf(opened.processEventId) ?? ""
    const ended = yield* runs.awaitEnd(retryId, patience)
    const state = ended ? yield* untilAvailable(journal.state(retryId)) : undefined
    const item: JobItem = state === undefined
      ? { runId, retryId, outcome: "done", message: "its retry still goes on" }
      : state === "completed"
      ? { runId, retryId, outcome: "done" }
      : { runId, retryId, outcome: "failed", message: `its retry ended ${state}` }
    return item
  })

  return { _tag: "EachRun", kind: "retry", act } satisfies RunJobHandler
})

/** Cancels a run without waiting for its end. */
export const cancels = Effect.gen(function*() {
  const cancel = yield* CancelRun

  const act = (job: Job, runId: string): Effect.Effect<JobItem> =>
    untilAvailable(cancel.request(runId, { reason: job.reason, compensate: job.options.compensate })).pipe(
      Effect.as<JobItem>({ runId, outcome: "done" }),
      Effect.catchTags({
        RunEnded: ({ state }) => Effect.succeed(skipped(runId, `it has ended ${state}`)),
        RunNotFound: () => Effect.succeed(skipped(runId, "it does not exist any more"))
      })
    )

  return { _tag: "EachRun", kind: "cancel", act } satisfies RunJobHandler
})

/** The steps that the job settles: failed ones, one that waits for a callback, and those that it settled before a crash. */
const toSettle = (past: PastRun, { options, reason }: Job): ReadonlyArray<string> => {
  const awaited = awaitedStep(past)
  const ended = past.steps.filter(({ resolution, state }) =>
    (state === "failed" && isFinal(past.state)) || resolution?.reason === reason
  )
  return [...ended.map(({ stepId }) => stepId), ...(awaited === undefined ? [] : [awaited.id])]
    .filter((stepId) => options.stepId === undefined || options.stepId === stepId)
}

/** Settles the failed steps of a run. */
export const resolutions = Effect.gen(function*() {
  const resolution = yield* ResolveStep
  const pastRuns = yield* PastRuns

  const act = Effect.fnUntraced(function*(job: Job, runId: string) {
    const past = yield* untilAvailable(pastRuns.get(runId))
    if (past === undefined) return skipped(runId, "it does not exist any more")
    const steps = toSettle(past, job)
    if (steps.length === 0) return skipped(runId, "no step of it failed or waits for a callback")
    const { output } = job.options
    const request = { reason: job.reason, ...requester(job), ...(output !== undefined && { output }) }
    const refusals = yield* Effect.forEach(
      steps,
      (stepId) =>
        untilAvailable(resolution.resolve(processEventId(runId), stepId, request)).pipe(
          Effect.as(undefined),
          Effect.catchTags({
            RunNotFound: () => Effect.succeed("it does not exist any more"),
            StepNotFound: ({ stepId }) => Effect.succeed(`it has no step ${stepId}`),
            NotResolvable: ({ message }) => Effect.succeed(message)
          })
        )
    )
    const refusal = refusals.find((one) => one !== undefined)
    const item: JobItem = refusal === undefined ? { runId, outcome: "done" } : skipped(runId, refusal)
    return item
  })

  return { _tag: "EachRun", kind: "resolve", act } satisfies RunJobHandler
})

/** Every job that acts on runs. */
export const handlers = Effect.all([retries(), cancels, resolutions])
