/**
 * The position of a run in its journal, which moves only by a commit. Holds the order as the next step sees it, the
 * time at which that step starts, and the skipped steps that wait for the next commit.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { isLarge, largeLength, turnFor } from "@sluice/domain/internal/json/LargeText"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import { Clock, Effect } from "effect"
import { type CalloutContext, longWaitMs, type Resumption, type StepCallback } from "../callouts/CalloutContext.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { Cancellation } from "../journal/Cancellation.ts"
import {
  type ClaimedRun,
  type Document,
  type Entry,
  Fenced,
  type Finish,
  Journal,
  type JournalUnavailable,
  type StepRow,
  type Wait
} from "../journal/Journal.ts"
import { CurrentRunMark, type RunningStep } from "../journal/RunningStep.ts"
import { CallbackBase } from "../plugins/CallbackAddress.ts"
import { writeInTurns } from "../steps/DocumentText.ts"
import { changeOrder, mergeInTurns } from "../steps/OrderChange.ts"
import type { PlacedStep } from "../steps/PlacedSteps.ts"
import { endHistory, ending, errorsOf } from "../steps/RunEnding.ts"
import { build, type EndedStep, setAsideBy } from "../steps/StepCommit.ts"

export interface RunCheckpoints {
  readonly held: ClaimedRun
  /** The first step that has not ended. */
  readonly nextIndex: number
  /** Epoch milliseconds at which the next step starts: the end of the one before it. */
  readonly startedAt: () => number
  readonly failedSteps: () => number
  /** The order at the version that the next step starts from. */
  readonly document: Effect.Effect<Document, Fenced>
  /** A step that is skipped; stored with the next commit. */
  readonly skip: (row: StepRow) => void
  readonly calloutContext: (
    placed: Pick<PlacedStep, "index" | "phase" | "step">,
    document: Document,
    redactor: Redactor,
    left: Resumption
  ) => Omit<CalloutContext, "interruption" | "probe" | "callback">
  /** The callback of step `index`; `deadline` in epoch milliseconds. */
  readonly callback: (
    index: number,
    step: Step,
    deadline: number
  ) => StepCallback | undefined
  /** Stores a step that ended, merged onto the newest order. */
  readonly commit: (ended: EndedStep) => Effect.Effect<CommittedStep, Fenced>
  /**
   * Ends the run without another step; `status` is the order's from then on, unless the run is cancelled. False where
   * the run has not ended: a cancel that came first wants it compensated.
   */
  readonly end: (
    finish: Omit<Finish, "at" | "failedSteps">,
    status: string | undefined
  ) => Effect.Effect<boolean, Fenced>
  /** The steps are over: from now on the run compensates. `status` as with `end`. */
  readonly compensate: (reason: string, status: string | undefined) => Effect.Effect<void, Fenced>
  /** Releases the run before its step `index` has begun, at shutdown. Never returns. */
  readonly releaseRun: (index: number) => Effect.Effect<never, Fenced>
}

export interface CommittedStep {
  readonly row: StepRow
  /** The run has ended with this step. */
  readonly ended: boolean
}

/** A read that the run cannot do without: waits for the database. */
export const untilAvailable = <A, E, R>(
  read: Effect.Effect<A, E | JournalUnavailable, R>
): Effect.Effect<A, Exclude<E, JournalUnavailable>, R> =>
  Effect.catchIf(
    read,
    (error): error is E & JournalUnavailable => (error as { readonly _tag?: string })._tag === "JournalUnavailable",
    () => Effect.andThen(Effect.sleep("500 millis"), Effect.suspend(() => untilAvailable(read)))
  ) as Effect.Effect<A, Exclude<E, JournalUnavailable>, R>

export const make = Effect.gen(function*() {
  const journal = yield* Journal
  const clock = yield* Clock.Clock
  const mark = yield* CurrentRunMark
  const callbackBase = yield* CallbackBase

  // For each run no generator functions but in what is seldom called: docs/adr/0002.
  return (held: ClaimedRun, control: RunSignals): RunCheckpoints => {
    // Reused steps ended in another run: this one starts after them, at its own time, on the order as it is now.
    const last = held.steps.findLast(({ reusedFrom }) => reusedFrom === undefined)
    const nextIndex = held.steps.length === 0 ? 0 : Math.max(...held.steps.map(({ index }) => index)) + 1
    const running: RunningStep = { runId: held.runId, step: nextIndex }
    mark.enter(running)
    const claimToken = { runId: held.runId, claimToken: held.claimToken }
    let version = last?.nextVersion ?? held.startVersion
    let newest = held.document?.order.version === version ? held.document : undefined
    let startedAt = last?.finishedAt ?? held.startedAt
    let failedSteps = held.steps.filter(({ state }) => state === "failed").length
    let skipped: Array<StepRow> = []
    const errors = [...errorsOf(held.steps)]
    /** A cancel that the journal returned before the process was notified of it. */
    let told: Cancellation | undefined

    const documentAt = (at: number | undefined): Effect.Effect<Document, Fenced> =>
      newest !== undefined && newest.order.version === at
        ? Effect.succeed(newest)
        : untilAvailable(journal.document(held.orderId, at)).pipe(Effect.catchTag("OrderNotFound", Effect.die))

    const document = Effect.suspend(() =>
      newest !== undefined && newest.order.version === version
        ? Effect.succeed(newest)
        : Effect.tap(documentAt(version), (found) => Effect.sync(() => newest = found))
    )
    const newestDocument = Effect.suspend(() => documentAt(undefined))

    /**
     * Stores the entry that `entryOn` builds on the order, again and again until the order did not change in between. A
     * large `patch` is merged beforehand, in turns.
     */
    const write = <B extends { readonly entry: Entry; readonly document: Document }>(
      base: Document,
      entryOn: (document: Document, cancellation: Cancellation | undefined) => B,
      patch?: JsonObject
    ): Effect.Effect<B & { readonly ended: boolean }, Fenced> => {
      const isLong = patch !== undefined && (isLarge(patch) || base.text.length >= largeLength)
      const stored = writeMerged(base, entryOn, patch)
      return isLong ? Effect.andThen(mergeInTurns(base.order, patch), stored) : stored
    }

    const writeMerged = <B extends { readonly entry: Entry; readonly document: Document }>(
      base: Document,
      entryOn: (document: Document, cancellation: Cancellation | undefined) => B,
      patch: JsonObject | undefined
    ): Effect.Effect<B & { readonly ended: boolean }, Fenced> =>
      Effect.suspend(() => {
        const built = entryOn(base, control.cancellation() ?? told)
        const { callouts, write: change } = built.entry
        const written = writeInTurns(change?.document, callouts.at(-1)?.record.patch ?? [])
        const commit = journal.commit(built.entry)
        return Effect.flatMap(written === undefined ? commit : Effect.andThen(written, commit), (stored) => {
          if (stored._tag === "Committed") {
            skipped = []
            version = stored.version
            newest = built.document.order.version === version ? built.document : undefined
            return Effect.succeed({ ...built, ended: stored.ended !== undefined })
          }
          told = stored.cancel ?? told
          return Effect.flatMap(newestDocument, (document) =>
            Effect.andThen(turnFor(document.text.length), write(document, entryOn, patch)))
        })
      })

    const store = (index: number): CalloutContext["store"] => (records, next) =>
      Effect.map(
        journal.commit({
          ...claimToken,
          orderId: held.orderId,
          callouts: records.map((record) => ({ index, record })),
          ...(skipped.length > 0 && { skipped }),
          history: [],
          ...next
        }),
        () => {
          skipped = []
        }
      )

    const release = (
      wait: Wait,
      records: ReadonlyArray<CalloutRecord> = [],
      waiting: Pick<Entry, "state" | "reason" | "waitingStep"> = {}
    ) =>
      journal.release({
        ...claimToken,
        orderId: held.orderId,
        callouts: records.map((record) => ({ index: wait.index, record })),
        ...(skipped.length > 0 && { skipped }),
        ...waiting,
        history: [],
        wait
      })

    const maySend = () => journal.maySend(claimToken)
    const lease = Effect.suspend(() =>
      maySend()
        ? Effect.void
        : Effect.flatMap(journal.awaitLease, () => maySend() ? Effect.void : Effect.fail(new Fenced()))
    )

    const waitUntil = (wait: Wait) =>
      Effect.gen(function*() {
        const left = wait.dueAt - clock.currentTimeMillisUnsafe()
        if (left <= longWaitMs) {
          yield* Effect.raceFirst(Effect.interruptible(Effect.sleep(Math.max(0, left))), control.stop)
          if (!control.stopping()) return
        }
        yield* release(wait)
        return yield* Effect.interrupt
      })

    /**
     * Ends the steps without another one. True where the run has ended with it. Otherwise it compensates, from the version
     * at which its last step was stored: that is where a takeover would start, and it has to send the same bytes.
     */
    const close = (status: string | undefined, how: (at: number) => Pick<Entry, "finish" | "state" | "reason">) =>
      Effect.gen(function*() {
        const at = clock.currentTimeMillisUnsafe()
        const before = yield* document
        const storesSteps = skipped.length > 0
        const { ended } = yield* write(before, (on, cancellation) => {
          const change = status === undefined || cancellation !== undefined ? {} : { status }
          const changed = changeOrder(on, change, () => isoOf(at))
          const end = how(at)
          const setAside = end.finish?.state === "completed" ? undefined : setAsideBy(on, changed.document)
          const after = changed.document ?? on
          return {
            document: after,
            entry: {
              ...claimToken,
              orderId: held.orderId,
              callouts: [],
              ...(skipped.length > 0 && { skipped }),
              ...(changed.document !== undefined &&
                { write: { seen: on.order.version, document: changed.document, before: on.order } }),
              history: endHistory(end.finish, after),
              ...end,
              ...(end.finish !== undefined && { finish: ending(end.finish, errors, after) }),
              ...(setAside !== undefined && { setAside }),
              ...(cancellation !== undefined && { cancels: true as const })
            }
          }
        })
        if (!storesSteps) {
          version = before.order.version
          newest = before
        }
        return ended
      })

    /** A compensating run stays so, whatever it waits for; one that waits for a callback waits for no partner's recovery. */
    const hold =
      ({ phase, step }: Pick<PlacedStep, "phase" | "step">): CalloutContext["hold"] => (wait, records, reason) =>
        Effect.gen(function*() {
          yield* release(
            wait,
            records,
            phase === "compensation"
              ? {}
              : { state: "waiting", ...(reason === undefined ? { waitingStep: step.id } : { reason }) }
          )
          return yield* Effect.interrupt
        })

    const inTurn: CalloutContext["inTurn"] = (wait, records, turn) =>
      Effect.gen(function*() {
        yield* Effect.raceFirst(turn, control.stop)
        if (!control.stopping()) return
        yield* release(wait, records())
        return yield* Effect.interrupt
      })

    return {
      held,
      nextIndex,
      startedAt: () => startedAt,
      failedSteps: () => failedSteps,
      document,
      skip: (row) => {
        skipped.push(row)
      },
      calloutContext: (placed, at, redactor, resumption) => {
        const { index } = placed
        running.step = index
        return {
          held,
          index,
          redactor,
          resumption,
          recorded: held.callouts.filter((callout) => callout.index === index).map(({ record }) => record),
          document: at,
          freshDocument: newestDocument,
          documentAt,
          store: store(index),
          waitUntil,
          hold: hold(placed),
          inTurn,
          lease
        }
      },
      callback: (index, { awaitCallback, id }, deadline) =>
        awaitCallback && {
          timeoutMs: awaitCallback.timeout,
          stepId: id,
          base: callbackBase.base(),
          issue: (token, attempt) =>
            untilAvailable(journal.issueToken({ token, runId: held.runId, index, attempt, deadline })),
          taken: untilAvailable(journal.callbackAnswer(held.runId, index)),
          close: untilAvailable(journal.closeCallback(claimToken, index))
        },
      commit: (ended) =>
        Effect.suspend(() => {
          const before = skipped
          const whole = before.length === 0 ? ended : { ...ended, skipped: [...before, ...ended.skipped] }
          const stored = Effect.flatMap(newest === undefined ? document : Effect.succeed(newest), (from) =>
            write(from, (on, cancellation) => build(held, whole, on, cancellation, errors), ended.result?.patch))
          return Effect.map(stored, ({ entry, ended: over }) => {
            startedAt = ended.finishedAt
            if (ended.decision.state === "failed") {
              failedSteps++
            }
            errors.push(...errorsOf([entry.step]))
            return { row: entry.step, ended: over }
          })
        }),
      end: (finish, status) => close(status, (at) => ({ finish: { ...finish, failedSteps, at } })),
      compensate: (reason, status) => Effect.asVoid(close(status, () => ({ state: "compensating", reason }))),
      releaseRun: (index) =>
        Effect.gen(function*() {
          yield* release({ index, request: 0, attempt: 1, dueAt: clock.currentTimeMillisUnsafe() })
          return yield* Effect.interrupt
        })
    }
  }
})
