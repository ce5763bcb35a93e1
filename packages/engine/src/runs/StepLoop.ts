/**
 * The loop over what a run does step by step, its steps as well as its compensations: perform, decide, commit.
 *
 * | exit          | when                                                                          |
 * | ------------- | ----------------------------------------------------------------------------- |
 * | `Finished`    | every task has ended                                                          |
 * | `Ended`       | the run has ended with a task's commit                                        |
 * | `Compensates` | the run ends but for its compensations, or a cancel that was stored asks for them |
 * | `Interrupted` | a cancel or the deadline came before a task began                             |
 *
 * Where the process stops, the run is released before its next task, and the fiber ends by interruption.
 */
import { isLarge, largeLength, turn } from "@sluice/domain/internal/json/LargeText"
import type { Order } from "@sluice/domain/order/Order"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { Cause, Clock, Effect } from "effect"
import * as CalloutContext from "../callouts/CalloutContext.ts"
import type { Probe } from "../callouts/Probe.ts"
import type { OpenCallouts, StepCallouts } from "../callouts/StepCallouts.ts"
import * as Interruption from "../interruption/Interruption.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { Document, StepRow } from "../journal/Journal.ts"
import { toDefect } from "../plugins/PluginError.ts"
import { Settings } from "../settings/Settings.ts"
import { type PlacedStep, skippedRow } from "../steps/PlacedSteps.ts"
import type { RunOutcome } from "../steps/StepCommit.ts"
import { type StepDecision, StepOutcome } from "../steps/StepDecision.ts"
import { isLargeResult, redacted, redactorOf, withoutSecrets, withoutSecretsInTurns } from "../steps/StepRedaction.ts"
import type { RunCheckpoints } from "./RunCheckpoints.ts"

/** A run that this process executes. */
export interface RunInProgress {
  readonly checkpoints: RunCheckpoints
  readonly control: RunSignals
  readonly resumption: CalloutContext.Resumption
  readonly openCallouts: OpenCallouts
}

/** A task that has begun. */
export interface OpenTask {
  readonly document: Document
  readonly callouts: StepCallouts
}

/** The continuation of a run after a task: another task, or the run's end. */
export interface Following {
  readonly outcome: RunOutcome
  /** The rows of steps that are known to be skipped after this one. */
  readonly skipped: ReadonlyArray<StepRow>
}

/** A step of a run, or the compensation of one. */
export interface Task {
  readonly placed: PlacedStep
  readonly interruption: Interruption.Interruption
  /** The step waits for its partner rather than fail. */
  readonly holds: boolean
  /** The answer comes to a callback URL. */
  readonly isAnsweredLater: boolean
  /** The order's status if the run completes with this task; absent: unchanged. */
  readonly completedStatus: string | undefined
  /** The reason why the step is skipped without being begun; `undefined` where it is not. */
  readonly skippedBy: (order: Order) => string | undefined
  readonly probe: (document: Document) => Probe | undefined
  /** Does the work of the task. A text is the reason why the step is skipped after all. */
  readonly perform: (open: OpenTask) => Effect.Effect<StepOutcome | string>
  readonly decide: (outcome: StepOutcome, open: OpenTask) => StepDecision
  /**
   * Decides how the run goes on. `decision` holds no secret; `at` is the time of the task's end in epoch milliseconds.
   */
  readonly follow: (decision: StepDecision, outcome: StepOutcome, open: OpenTask, at: number) => Following
  /** Called once the task is stored; a large answer is read in turns. */
  readonly after: (row: StepRow, open: OpenTask) => Effect.Effect<void> | undefined
}

export type LoopExit =
  | { readonly _tag: "Finished" | "Ended" | "Compensates" }
  | { readonly _tag: "Interrupted"; readonly reason: Interruption.InterruptReason }

/** Logs a defect, with its stack, and makes the step's failure of it. */
export const broken = ({ id, name }: Step, defect: unknown): Effect.Effect<StepOutcome> =>
  Effect.as(
    Effect.logError("a step failed with a defect", { stepId: id, plugin: name }, Cause.die(defect)),
    StepOutcome.Failed({ error: toDefect(defect) })
  )

/**
 * Performs the work of a step until the run is interrupted. A run that is interrupted already performs it to its end: it
 * sends nothing, but records the calls that may have been open when the run was taken over.
 */
export const performed = (
  work: Effect.Effect<StepOutcome>,
  interruption: Interruption.Interruption
): Effect.Effect<StepOutcome> =>
  interruption.now() !== undefined ? work : Effect.map(
    Interruption.interruptible(work, interruption),
    (outcome) =>
      outcome ?? StepOutcome.Failed({
        error: Interruption.toPluginError(interruption.now() ?? { _tag: "DeadlineExceeded" })
      })
  )

/** The services that tasks are executed with; one for each process. */
interface Services {
  readonly settings: Settings["Service"]
  readonly clock: Clock.Clock
}

const commit = Effect.fnUntraced(
  function*(
    { clock, settings }: Services,
    { checkpoints }: RunInProgress,
    task: Task,
    open: OpenTask,
    outcome: StepOutcome
  ) {
    const redactor = redactorOf(settings.current().secrets)
    const finishedAt = clock.currentTimeMillisUnsafe()
    const decision = redacted(task.decide(outcome, open), redactor)
    const following = task.follow(decision, outcome, open, finishedAt)
    const result = outcome._tag === "Failed"
      ? undefined
      : isLargeResult(outcome.result)
      ? yield* withoutSecretsInTurns(outcome.result, redactor)
      : withoutSecrets(outcome.result, redactor)
    if (open.document.text.length >= largeLength || isLarge(result?.patch)) yield* Effect.uninterruptible(turn)
    const stored = yield* checkpoints.commit({
      placed: task.placed,
      decision,
      result,
      startedAt: checkpoints.startedAt(),
      finishedAt,
      records: open.callouts.pending(),
      effects: open.callouts.effects(),
      failedSteps: checkpoints.failedSteps() + (decision.state === "failed" ? 1 : 0),
      skipped: following.skipped,
      outcome: following.outcome,
      completedStatus: task.completedStatus
    })
    return { ...stored, goesOn: following.outcome._tag === "Continue" }
  }
)

/** Executes the tasks one after the other, each from the order's version that the commit before it left. */
const execute = Effect.fnUntraced(function*(services: Services, run: RunInProgress, tasks: Iterable<Task>) {
  const { settings } = services
  const { checkpoints, control, openCallouts, resumption } = run
  for (const task of tasks) {
    const { interruption, placed } = task
    if (control.stopping()) return yield* checkpoints.releaseRun(placed.index)
    const reason = interruption.now()
    if (reason !== undefined && !CalloutContext.hasBegun(resumption, placed.index)) {
      return { _tag: "Interrupted", reason } satisfies LoopExit as LoopExit
    }
    const document = yield* checkpoints.document
    const because = task.skippedBy(document.order)
    if (because !== undefined) {
      checkpoints.skip(skippedRow(placed, because, checkpoints.startedAt()))
      continue
    }
    const redactor = redactorOf(settings.current().secrets)
    const callouts = openCallouts({
      ...checkpoints.calloutContext(placed, document, redactor, resumption),
      interruption,
      probe: task.probe(document),
      callback: task.isAnsweredLater
        ? checkpoints.callback(placed.index, placed.step, interruption.deadline)
        : undefined
    }, task.holds)
    const open = { document, callouts }
    const outcome = yield* task.perform(open)
    if (typeof outcome === "string") {
      checkpoints.skip(skippedRow(placed, outcome, checkpoints.startedAt()))
      continue
    }
    resumption.mayBeOpen = false
    // A result that cannot be stored is a defect of the plugin, too.
    const { ended, goesOn, row } = yield* Effect.catchDefect(
      commit(services, run, task, open, outcome),
      (defect) => Effect.flatMap(broken(placed.step, defect), (failed) => commit(services, run, task, open, failed))
    )
    if (ended) return { _tag: "Ended" } as LoopExit
    const reads = task.after(row, open)
    if (reads !== undefined) yield* reads
    // A run that was to end and has not ended compensates its steps first.
    if (!goesOn) return { _tag: "Compensates" } as LoopExit
  }
  return { _tag: "Finished" } as LoopExit
})

export const make = Effect.gen(function*() {
  const services: Services = { settings: yield* Settings, clock: yield* Clock.Clock }
  return (run: RunInProgress, tasks: Iterable<Task>) => execute(services, run, tasks)
})
