/**
 * The position of a run in its journal, which moves only by a commit. Holds the order as the next step sees it, the
 * time at which that step starts, and the skipped steps that wait for the next commit.
 */
import { isLarge, largeLength, turnFor } from "@sluice/domain/internal/json/LargeText"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import { Clock, Effect } from "effect"
import type { CalloutContext, Resumption, StepCallback } from "../callouts/CalloutContext.ts"
import type { RunSignals } from "../interruption/RunSignals.ts"
import type { Cancellation } from "../journal/Cancellation.ts"
import {
  atOnce,
  type ClaimedRun,
  type Document,
  type Entry,
  type Fenced,
  type Finish,
  Journal,
  type StepRow,
  type Wait
} from "../journal/Journal.ts"
import { CurrentRunMark } from "../journal/RunningStep.ts"
import { untilAvailable } from "../journal/UntilAvailable.ts"
import { CallbackBase } from "../plugins/CallbackAddress.ts"
import { writeInTurns } from "../steps/DocumentText.ts"
import { changeOrder, prepareChange } from "../steps/OrderChange.ts"
import type { PlacedStep } from "../steps/PlacedSteps.ts"
import { build, type EndedStep, endHistory, ending, errorsOf, setAsideBy } from "../steps/StepCommit.ts"
import {
  currentDocument,
  documentAt,
  inTurn,
  leaseOf,
  leave,
  nextIndexOf,
  type Position,
  positionOf,
  type Services,
  store,
  type Waiting,
  waitUntil
} from "./RunPosition.ts"

export interface RunCheckpoints {
  readonly held: ClaimedRun
  /** The first step that has not ended. */
  readonly nextIndex: number
  /** Epoch milliseconds at which the next step starts: the end of the one before it. */
  readonly startedAt: () => number
  readonly failedSteps: () => number
  /** The order at the version that the next step starts from. */
  readonly document: Effect.Effect<Document, Fenced>
  /** Adds a skipped step, which is stored with the next commit. */
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
  /** Ends the steps: from now on the run compensates. `status` as in `end`. */
  readonly compensate: (reason: string, status: string | undefined) => Effect.Effect<void, Fenced>
  /** Releases the run before its step `index` has begun, at shutdown. Never returns. */
  readonly releaseRun: (index: number) => Effect.Effect<never, Fenced>
}

export interface CommittedStep {
  readonly row: StepRow
  /** The run has ended with this step. */
  readonly ended: boolean
}

/** An entry, and the order as it is after it. */
interface Built {
  readonly entry: Entry
  readonly document: Document
}

type BuildOn<B extends Built> = (document: Document, cancellation: Cancellation | undefined) => B

/**
 * Stores the entry that `entryOn` builds on the order, again and again until the order did not change in between. What
 * a large order or `patch` takes is prepared in turns.
 */
const write = <B extends Built>(
  at: Position,
  base: Document,
  entryOn: BuildOn<B>,
  patch?: JsonObject
): Effect.Effect<B & { readonly ended: boolean }, Fenced> => {
  const isLong = isLarge(patch) || base.text.length >= largeLength
  const stored = writeMerged(at, base, entryOn, patch)
  return isLong ? Effect.andThen(prepareChange(base.order, patch), stored) : stored
}

const writeMerged = <B extends Built>(
  at: Position,
  base: Document,
  entryOn: BuildOn<B>,
  patch: JsonObject | undefined
): Effect.Effect<B & { readonly ended: boolean }, Fenced> =>
  Effect.suspend(() => {
    const built = entryOn(base, at.control.cancellation() ?? at.told)
    const { callouts, write: change } = built.entry
    const written = writeInTurns(change?.document, callouts.at(-1)?.record.patch ?? [])
    const commit = at.services.journal.commit(built.entry)
    return Effect.flatMap(written === undefined ? commit : Effect.andThen(written, commit), (stored) => {
      if (stored._tag === "Committed") {
        at.skipped = []
        at.version = stored.version
        at.newest = built.document.order.version === at.version ? built.document : undefined
        return Effect.succeed({ ...built, ended: stored.ended !== undefined })
      }
      at.told = stored.cancel ?? at.told
      return Effect.flatMap(documentAt(at, undefined), (document) =>
        Effect.andThen(turnFor(document.text.length), write(at, document, entryOn, patch)))
    })
  })

/** The part of an entry that ends the steps of a run. */
type Closing = Pick<Entry, "finish" | "state" | "reason">

/** Builds the entry that ends the steps of a run without another step. `status`: the order's from then on. */
const closingEntry = (
  { claimToken, errors, held, skipped }: Position,
  on: Document,
  cancellation: Cancellation | undefined,
  status: string | undefined,
  closing: Closing,
  at: number
): Built => {
  const change = status === undefined || cancellation !== undefined ? {} : { status }
  const changed = changeOrder(on, change, () => isoOf(at))
  const setAside = closing.finish?.state === "completed" ? undefined : setAsideBy(on, changed.document)
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
      history: endHistory(closing.finish, after),
      ...closing,
      ...(closing.finish !== undefined && { finish: ending(closing.finish, errors, after) }),
      ...(setAside !== undefined && { setAside }),
      ...(cancellation !== undefined && { cancels: true as const })
    }
  }
}

/**
 * Ends the steps without another one. True where the run has ended with it. Otherwise it compensates, from the version
 * at which its last step was stored: that is where a takeover would start, and it has to send the same bytes.
 */
const close = Effect.fnUntraced(function*(
  position: Position,
  status: string | undefined,
  how: (at: number) => Closing
) {
  const at = position.services.clock.currentTimeMillisUnsafe()
  const before = yield* currentDocument(position)
  const storesSteps = position.skipped.length > 0
  const { ended } = yield* write(
    position,
    before,
    (on, cancellation) => closingEntry(position, on, cancellation, status, how(at), at)
  )
  if (!storesSteps) {
    position.version = before.order.version
    position.newest = before
  }
  return ended
})

/** Stores a step that ended, with the skipped steps before it. */
const commitStep = (at: Position, ended: EndedStep): Effect.Effect<CommittedStep, Fenced> =>
  Effect.suspend(() => {
    const before = at.skipped
    const whole = before.length === 0 ? ended : { ...ended, skipped: [...before, ...ended.skipped] }
    const stored = Effect.flatMap(at.newest === undefined ? currentDocument(at) : Effect.succeed(at.newest), (from) =>
      write(
        at,
        from,
        (on, cancellation) =>
          build(at.held, whole, on, cancellation, at.errors),
        ended.result?.patch
      ))
    return Effect.map(stored, ({ entry, ended: over }) => {
      at.startedAt = ended.finishedAt
      if (ended.decision.state === "failed") {
        at.failedSteps++
      }
      at.errors.push(...errorsOf([entry.step]))
      return { row: entry.step, ended: over }
    })
  })

/** The state of a run that waits for its step; that of a compensating run does not change. */
const waitingFor = (
  { phase, step }: Pick<PlacedStep, "phase" | "step">,
  { callback }: Wait,
  reason: string | undefined
): Waiting | undefined => {
  if (phase === "compensation") return undefined
  return {
    state: "waiting",
    ...(callback === undefined && { waitingStep: step.id }),
    ...(reason !== undefined && { reason })
  }
}

const noEffects = {}

const calloutContext = (
  at: Position,
  placed: Pick<PlacedStep, "index" | "phase" | "step">,
  document: Document,
  redactor: Redactor,
  resumption: Resumption
): Omit<CalloutContext, "interruption" | "probe" | "callback"> => {
  const { index } = placed
  at.running.step = index
  return {
    held: at.held,
    index,
    redactor,
    resumption,
    effects: at.held.effects?.index === index ? at.held.effects.results : noEffects,
    recorded: at.held.callouts.filter((callout) => callout.index === index).map(({ record }) => record),
    document,
    freshDocument: Effect.suspend(() => documentAt(at, undefined)),
    documentAt: (version) => documentAt(at, version),
    store: store(at, index),
    waitUntil: (wait) => waitUntil(at, wait),
    hold: (wait, records, reason) => leave(at, wait, records, waitingFor(placed, wait, reason)),
    inTurn: (wait, records, turn) => inTurn(at, wait, records, turn),
    lease: leaseOf(at)
  }
}

/** The callback of step `index`, if the step has one. */
const callbackOf = (
  { claimToken, held: { runId }, services: { callbackBase, journal } }: Position,
  index: number,
  { awaitCallback, id }: Step,
  deadline: number
): StepCallback | undefined =>
  awaitCallback && {
    timeoutMs: awaitCallback.timeout,
    stepId: id,
    base: callbackBase.base(),
    issue: (token, attempt) => untilAvailable(journal.issueToken({ token, runId, index, attempt, deadline })),
    taken: untilAvailable(journal.callbackAnswer(runId, index)),
    close: untilAvailable(journal.closeCallback(claimToken, index))
  }

const checkpointsOf = (at: Position): RunCheckpoints => ({
  held: at.held,
  nextIndex: nextIndexOf(at.held),
  startedAt: () => at.startedAt,
  failedSteps: () => at.failedSteps,
  document: currentDocument(at),
  skip: (row) => {
    at.skipped.push(row)
  },
  calloutContext: (placed, document, redactor, resumption) =>
    calloutContext(at, placed, document, redactor, resumption),
  callback: (index, step, deadline) => callbackOf(at, index, step, deadline),
  commit: (ended) => commitStep(at, ended),
  end: (finish, status) =>
    close(at, status, (now) => ({ finish: { ...finish, failedSteps: at.failedSteps, at: now } })),
  compensate: (reason, status) => Effect.asVoid(close(at, status, () => ({ state: "compensating", reason }))),
  releaseRun: (index) => leave(at, { index, request: 0, attempt: 1, dueAt: atOnce })
})

export const make = Effect.gen(function*() {
  const services: Services = {
    journal: yield* Journal,
    clock: yield* Clock.Clock,
    callbackBase: yield* CallbackBase
  }
  const mark = yield* CurrentRunMark

  return (held: ClaimedRun, control: RunSignals): RunCheckpoints => {
    const position = positionOf(services, held, control)
    mark.enter(position.running)
    return checkpointsOf(position)
  }
})
