/**
 * The position of one run: what its steps read, store between two commits of steps, and wait for. Only a commit of
 * `RunCheckpoints` moves it.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { PluginError } from "@sluice/domain/run/ProcessEvent"
import { type Clock, Effect } from "effect"
import { type CalloutContext, longWaitMs } from "../callouts/CalloutContext.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { Cancellation } from "../journal/Cancellation.ts"
import {
  type ClaimedRun,
  type Document,
  type Entry,
  Fenced,
  type Journal,
  type StepRow,
  type Wait
} from "../journal/Journal.ts"
import type { RunningStep } from "../journal/RunningStep.ts"
import { untilAvailable } from "../journal/UntilAvailable.ts"
import type { CallbackAddress } from "../plugins/CallbackAddress.ts"
import { errorsOf } from "../steps/StepCommit.ts"

/** The services that a run in progress uses to write to the journal and to wait; one set for each process. */
export interface Services {
  readonly journal: Journal["Service"]
  readonly clock: Clock.Clock
  readonly callbackBase: CallbackAddress
}

/** The progress of one run that this process executes. Its mutable members change by a commit alone. */
export interface Position {
  readonly services: Services
  readonly held: ClaimedRun
  readonly control: RunSignals
  readonly claimToken: { readonly runId: string; readonly claimToken: number }
  readonly running: RunningStep
  /** The failures of the steps so far. */
  readonly errors: Array<PluginError>
  /** The order's version from which the next step starts. */
  version: number
  /** The newest document that this process knows. */
  newest: Document | undefined
  startedAt: number
  failedSteps: number
  /** Steps that are skipped, for the next commit. */
  skipped: Array<StepRow>
  /** A cancel that the journal returned before the process was notified of it. */
  told: Cancellation | undefined
}

/** The index of the first step that has not ended. */
export const nextIndexOf = ({ steps }: ClaimedRun): number =>
  steps.length === 0 ? 0 : Math.max(...steps.map(({ index }) => index)) + 1

/**
 * The position of a claimed run. A run that reuses steps of another starts after them, at its own start time, on the
 * order's current version.
 */
export const positionOf = (services: Services, held: ClaimedRun, control: RunSignals): Position => {
  const last = held.steps.findLast(({ reusedFrom }) => reusedFrom === undefined)
  const version = last?.nextVersion ?? held.startVersion
  return {
    services,
    held,
    control,
    claimToken: { runId: held.runId, claimToken: held.claimToken },
    running: { runId: held.runId, step: nextIndexOf(held) },
    errors: [...errorsOf(held.steps)],
    version,
    newest: held.document?.order.version === version ? held.document : undefined,
    startedAt: last?.finishedAt ?? held.startedAt,
    failedSteps: held.steps.filter(({ state }) => state === "failed").length,
    skipped: [],
    told: undefined
  }
}

/** The order at a version; without one, the newest. */
export const documentAt = (
  { held, newest, services }: Position,
  at: number | undefined
): Effect.Effect<Document, Fenced> =>
  newest !== undefined && newest.order.version === at
    ? Effect.succeed(newest)
    : untilAvailable(services.journal.document(held.orderId, at)).pipe(Effect.catchTag("OrderNotFound", Effect.die))

/** The order at the version from which the next step starts. */
export const currentDocument = (at: Position): Effect.Effect<Document, Fenced> =>
  Effect.suspend(() =>
    at.newest !== undefined && at.newest.order.version === at.version
      ? Effect.succeed(at.newest)
      : Effect.tap(documentAt(at, at.version), (found) => Effect.sync(() => at.newest = found))
  )

/** Stores records of a step's callouts between two commits of steps. */
export const store = (at: Position, index: number): CalloutContext["store"] => (records, next) =>
  Effect.map(
    at.services.journal.commit({
      ...at.claimToken,
      orderId: at.held.orderId,
      callouts: records.map((record) => ({ index, record })),
      ...(at.skipped.length > 0 && { skipped: at.skipped }),
      history: [],
      ...next
    }),
    () => {
      at.skipped = []
    }
  )

/** The members of an entry that say what a released run waits for. */
export type Waiting = Pick<Entry, "state" | "reason" | "waitingStep">

const release = (at: Position, wait: Wait, records: ReadonlyArray<CalloutRecord> = [], waiting?: Waiting) =>
  at.services.journal.release({
    ...at.claimToken,
    orderId: at.held.orderId,
    callouts: records.map((record) => ({ index: wait.index, record })),
    ...(at.skipped.length > 0 && { skipped: at.skipped }),
    ...waiting,
    history: [],
    wait
  })

/** Releases the run and ends its fiber. */
export const leave = (
  at: Position,
  wait: Wait,
  records?: ReadonlyArray<CalloutRecord>,
  waiting?: Waiting
): Effect.Effect<never, Fenced> =>
  Effect.suspend(() => Effect.andThen(release(at, wait, records, waiting), Effect.interrupt))

/** Waits until this process may send under its claim of the run; fails once the claim has ended. */
export const leaseOf = ({ claimToken, services: { journal } }: Position): Effect.Effect<void, Fenced> =>
  Effect.suspend(() =>
    journal.maySend(claimToken)
      ? Effect.void
      : Effect.flatMap(
        journal.awaitLease,
        () => journal.maySend(claimToken) ? Effect.void : Effect.fail(new Fenced())
      )
  )

/** Waits within this process where the wait is short and the process is not stopping; otherwise leaves the run. */
export const waitUntil = Effect.fnUntraced(function*(at: Position, wait: Wait) {
  const { control, services } = at
  const left = wait.dueAt - services.clock.currentTimeMillisUnsafe()
  if (left <= longWaitMs) {
    yield* Effect.raceFirst(Effect.interruptible(Effect.sleep(Math.max(0, left))), control.stop)
    if (!control.stopping()) return
  }
  return yield* leave(at, wait)
})

export const inTurn = Effect.fnUntraced(function*(
  at: Position,
  wait: Wait,
  records: () => ReadonlyArray<CalloutRecord>,
  turn: Effect.Effect<void>
) {
  yield* Effect.raceFirst(turn, at.control.stop)
  if (!at.control.stopping()) return
  return yield* leave(at, wait, records())
})
