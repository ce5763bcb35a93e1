/**
 * The runs that this process executes: a bounded set of fibers, fed by intake and by the runs that the journal claims.
 *
 * A run is forked into this service's scope, never into a request's: a client that hangs up does not end its order.
 * Contract: section 10.
 */
import { uuidOfRun } from "@sluice/domain/identity/Ids"
import { ofOrder, spanIdOf } from "@sluice/domain/identity/TraceSpan"
import * as BackgroundLoop from "@sluice/domain/internal/telemetry/BackgroundLoop"
import { isFinal } from "@sluice/domain/run/ProcessEvent"
import { Cause, Context, Deferred, Duration, Effect, FiberMap, Layer, Stream, Tracer } from "effect"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { Cancellation } from "../journal/Cancellation.ts"
import { type ClaimedRun, Journal, type JournalUnavailable, type RunNotFound } from "../journal/Journal.ts"
import { RunReader, type RunRecord } from "../journal/RunReader.ts"
import * as CancelRegistry from "./CancelRegistry.ts"
import * as PipelineRun from "./PipelineRun.ts"

export interface RunsOptions {
  /** Runs at once in this process; above it intake answers that it is full. Default 10,000. */
  readonly capacity?: number
  /** The grace of an open call after the process was asked to stop. Default 20 s. */
  readonly grace?: Duration.Input
  /** True to claim runs left by other processes. Default true; false in a process that only takes orders in. */
  readonly claims?: boolean
}

/**
 * Executes runs, and reports their ends. A run's id may be given as `process_event-<32 hex>`, as a receipt has it, or
 * as the UUID inside.
 */
export class Runs extends Context.Service<Runs, {
  /** Executes a run in the background. Never fails: how the run ends is in the journal. */
  readonly start: (run: ClaimedRun) => Effect.Effect<void>
  /** Tells a run that its cancel is stored; false where it is not executed here. */
  readonly cancel: (runId: string, cancellation: Cancellation) => boolean
  /** True if another run can be started. */
  readonly hasRoom: Effect.Effect<boolean>
  /** Waits until the run has ended, in this process or another; false where `atMost` passed before. */
  readonly awaitEnd: (runId: string, atMost: Duration.Input) => Effect.Effect<boolean>
  /**
   * The run once it has ended, in this process or another, with its steps, attempts and order. Waits as long as that
   * takes: a run that is held for a partner may take days.
   */
  readonly result: (runId: string) => Effect.Effect<RunRecord, RunNotFound | JournalUnavailable>
}>()("@sluice/engine/Runs") {
  static readonly layer = (options: RunsOptions = {}) => Layer.effect(Runs, make(options))
}

/** The interval at which a run of another process is polled. */
const lookEvery = Duration.millis(250)

/** The parent of a plugin's spans, and the annotations of the run's log lines. */
const spanOf = ({ orderId, runId }: ClaimedRun) =>
  [
    Tracer.ParentSpan,
    Tracer.externalSpan({ traceId: ofOrder(orderId).traceId, spanId: spanIdOf(runId) })
  ] as const

/** The fibers of the runs that this process executes, and the callers that wait for the end of one. */
interface RunFibers {
  readonly fibers: FiberMap.FiberMap<string>
  readonly endings: Map<string, Deferred.Deferred<void>>
  readonly cancels: CancelRegistry.CancelRegistry
  readonly stop: Deferred.Deferred<void>
}

const isStopping = ({ stop }: RunFibers) => Deferred.isDoneUnsafe(stop)

const makeFibers = Effect.fnUntraced(function*(grace: Duration.Input) {
  const stop = yield* Deferred.make<void>()
  const fibers = yield* FiberMap.make<string>()
  // Runs before the fibers are interrupted: finalizers go backwards.
  yield* Effect.addFinalizer(() =>
    Deferred.succeed(stop, undefined).pipe(
      Effect.andThen(Effect.timeoutOption(Effect.ignore(FiberMap.awaitEmpty(fibers)), grace))
    )
  )
  return { fibers, endings: new Map(), cancels: CancelRegistry.make(), stop } satisfies RunFibers
})

/** Wakes the callers that wait for the end of the run's fiber. */
const noteEnd = ({ endings }: RunFibers, runId: string) => {
  const ending = endings.get(runId)
  if (ending === undefined) return
  endings.delete(runId)
  Deferred.doneUnsafe(ending, Effect.void)
}

/** Starts runs as fibers. Each is abandoned if this process still holds it when its fiber ends. */
const starter = (its: RunFibers, journal: Journal["Service"], execute: Effect.Success<typeof PipelineRun.make>) => {
  const stop = Deferred.await(its.stop)
  const stopping = () => isStopping(its)
  /** A run that has ended, was released or is held by a later fiber is left alone. */
  const leave = (held: ClaimedRun, control: RunSignals) =>
    Effect.andThen(
      Effect.suspend(() => stopping() ? Effect.void : journal.abandon(held)),
      // Last, so that a caller that begins to wait after this finds no fiber.
      Effect.sync(() => {
        its.cancels.close(held.runId, control)
        noteEnd(its, held.runId)
      })
    )
  const run = (held: ClaimedRun, control: RunSignals) =>
    execute(held, control).pipe(
      Effect.catchTag("Fenced", () => Effect.logDebug("run left to its new holder", { runId: held.runId })),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.void
          : Effect.logError("run given up because of a defect", { runId: held.runId }, cause)
      ),
      Effect.ensuring(leave(held, control))
    )
  // A fiber that is left from before the lease was lost is interrupted by the one that takes its place.
  return (held: ClaimedRun): Effect.Effect<void> =>
    Effect.suspend(() => {
      const control = { stopping, stop, ...its.cancels.open(held) }
      const fiber = Effect.provideService(run(held, control), ...spanOf(held))
      return Effect.asVoid(FiberMap.run(its.fibers, held.runId, fiber))
    })
}

/** Starts the runs that the journal claims, and passes cancels on to the runs of this process. */
const followJournal = Effect.fnUntraced(function*(
  its: RunFibers,
  journal: Journal["Service"],
  start: (held: ClaimedRun) => Effect.Effect<void>
) {
  yield* BackgroundLoop.fork(
    "run-claims",
    journal.claimed.pipe(
      Stream.takeUntil(() => isStopping(its)),
      Stream.runForEach((held) => isStopping(its) ? Effect.void : start(held))
    )
  )
  yield* BackgroundLoop.fork(
    "run-cancellations",
    Stream.runForEach(
      journal.cancellations,
      ({ runId, ...cancellation }) => Effect.sync(() => its.cancels.tell(runId, cancellation))
    )
  )
})

/** Waits for the end of a run, by its UUID: of its fiber, where this process has one, and then by polling. */
const ender = ({ endings, fibers }: RunFibers, journal: Journal["Service"]) => {
  const isOver = (runId: string) =>
    Effect.map(
      Effect.orElseSucceed(journal.state(runId), () => undefined),
      (state) => state !== undefined && isFinal(state)
    )
  const awaitElsewhere = (runId: string): Effect.Effect<void> =>
    isOver(runId).pipe(
      Effect.flatMap((over) =>
        over ? Effect.void : Effect.andThen(Effect.sleep(lookEvery), Effect.suspend(() => awaitElsewhere(runId)))
      )
    )
  return (runId: string) =>
    Effect.suspend(() => {
      if (!FiberMap.hasUnsafe(fibers, runId)) return awaitElsewhere(runId)
      const ending = endings.get(runId) ?? Deferred.makeUnsafe<void>()
      endings.set(runId, ending)
      // A run that was released ends in this process without having ended.
      return Effect.andThen(Deferred.await(ending), awaitElsewhere(runId))
    })
}

const make = Effect.fnUntraced(function*(options: RunsOptions) {
  const capacity = options.capacity ?? 10_000
  const journal = yield* Journal
  const reader = yield* RunReader
  const execute = yield* PipelineRun.make
  const its = yield* makeFibers(options.grace ?? "20 seconds")
  const start = starter(its, journal, execute)
  if (options.claims !== false) yield* followJournal(its, journal, start)
  const end = ender(its, journal)

  const awaitEnd = (id: string, atMost: Duration.Input) =>
    end(uuidOfRun(id)).pipe(Effect.timeoutOption(atMost), Effect.map((result) => result._tag === "Some"))

  const result = Effect.fn("Runs.result")(function*(id: string) {
    const now = yield* reader.get(id)
    if (isFinal(now.state)) return now
    yield* end(uuidOfRun(id))
    return yield* reader.get(id)
  })

  return Runs.of({
    start,
    cancel: (id, cancellation) => its.cancels.tell(uuidOfRun(id), cancellation),
    hasRoom: Effect.map(FiberMap.size(its.fibers), (size) => size < capacity && !isStopping(its)),
    awaitEnd,
    result
  })
})
