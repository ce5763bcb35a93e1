/**
 * A journal that remembers in memory, for tests of the engine and of what is built on it. Several processes may share
 * one store, and any of them can be killed. Obeys `JournalSuite` like the one on PostgreSQL.
 */
import { isFinal, type RunState } from "@sluice/domain/run/ProcessEvent"
import { Clock, Effect, Layer, Stream } from "effect"
import type { RunCancellation } from "../journal/Cancellation.ts"
import {
  type ClaimedRun,
  type ClaimToken,
  type Committed,
  type Entry,
  Fenced,
  type Intake,
  IntakeConflict,
  Journal,
  type NewRun,
  OrderMoved,
  OrderNotFound,
  type OrderWrite,
  type Reprocess,
  type Stale,
  type Submission
} from "../journal/Journal.ts"
import { judge, progressOf, retries, retryConflict, sameFingerprint, takeoversAfter } from "../journal/JournalRules.ts"
import type { RunReader } from "../journal/RunReader.ts"
import type { PartnerBreaker } from "../partners/PartnerBreaker.ts"
import {
  answerCallbackIn,
  cancelIn,
  held,
  hitsOf,
  isAnswered,
  JournalStore,
  type MemoryOrder,
  type MemoryRun,
  type MemoryWorker,
  newest,
  reusedCallouts,
  takeCallbackIn
} from "./JournalStore.ts"
import * as PartnerBreakerMemory from "./PartnerBreakerMemory.ts"
import * as RunReaderMemory from "./RunReaderMemory.ts"

const openStates: ReadonlySet<RunState> = new Set(["running", "waiting", "compensating"])

const write = (order: MemoryOrder, change: OrderWrite): Stale | undefined => {
  const { version } = newest(order).order
  if (change.seen !== version) return { _tag: "Stale", version }
  order.versions.push(change.document)
  return undefined
}

const add = (run: MemoryRun, order: MemoryOrder, entry: Entry, release: boolean): Committed | Stale => {
  const ends = entry.finish !== undefined || entry.state === "compensating"
  if (run.cancel !== undefined && ends && entry.write !== undefined && entry.cancels !== true) {
    return { _tag: "Stale", version: newest(order).order.version, cancel: run.cancel }
  }
  const stale = entry.write && write(order, entry.write)
  if (stale !== undefined) return stale
  const { version } = newest(order).order
  for (const step of [...entry.skipped ?? [], ...entry.step === undefined ? [] : [entry.step]]) {
    run.steps.push({ ...step, nextVersion: version })
  }
  run.callouts.push(...entry.callouts)
  order.history.push(...entry.history)
  order.messages.push(...entry.messages ?? [])
  if (entry.wait !== undefined || entry.open !== undefined) {
    run.wait = entry.wait
    run.open = entry.open
  }
  run.effects = entry.effects ?? run.effects
  run.setAside = entry.setAside ?? run.setAside
  const wasWaiting = run.state === "waiting"
  run.state = entry.state ?? (run.state === "waiting" ? "running" : run.state)
  if (run.cancel === undefined) {
    // The reason for which a run waited is none for its end.
    run.reason = entry.finish?.reason ?? entry.reason ?? (wasWaiting ? undefined : run.reason)
  }
  if (release) {
    run.owner = undefined
    const wait = entry.wait
    const goesOn = run.cancel !== undefined || isAnswered(run, wait)
    run.heldFor = goesOn ? undefined : wait?.heldFor
    run.dueAt = goesOn ? 0 : wait?.heldFor === undefined ? wait?.dueAt : wait.until
  }
  if (entry.finish === undefined) return { _tag: "Committed", version }
  if (run.cancel?.compensate === true && run.state !== "compensating") {
    run.state = "compensating"
    return { _tag: "Committed", version }
  }
  const { state } = entry.finish
  const undone = state !== "compensation-failed" || run.cancel?.compensate === false
  run.state = run.cancel !== undefined && undone ? "cancelled" : state
  run.failedSteps = entry.finish.failedSteps
  run.finishedAt = entry.finish.at
  run.owner = undefined
  return { _tag: "Committed", version, ended: run.state }
}

/** A process over the store: what its journal reads and changes. */
interface MemoryProcess {
  readonly store: JournalStore["Service"]
  readonly clock: Clock.Clock
  /** The process's entry among the store's workers. */
  readonly me: MemoryWorker
  /** Runs of whose cancel this process was notified. */
  readonly told: Set<string>
}

const deadWorker: MemoryWorker = { alive: false, orderly: false }

const runsOf = (store: JournalStore["Service"], orderId: string): ReadonlyArray<MemoryRun> =>
  [...store.runs.values()].filter((run) => run.orderId === orderId)

const open = (
  { clock, me, store }: MemoryProcess,
  orderId: string,
  run: NewRun,
  starts: boolean,
  startVersion: number
): MemoryRun => {
  const opened: MemoryRun = {
    ...run,
    orderId,
    state: starts ? "running" : "queued",
    reason: undefined,
    failedSteps: 0,
    finishedAt: undefined,
    startedAt: clock.currentTimeMillisUnsafe(),
    startVersion,
    owner: starts ? me : undefined,
    claimToken: 1,
    dueAt: undefined,
    heldFor: undefined,
    takeovers: 0,
    progressAtTakeover: 0,
    steps: [],
    callouts: [],
    wait: undefined,
    open: undefined,
    effects: undefined,
    cancel: undefined,
    setAside: undefined,
    answers: new Map()
  }
  store.runs.set(run.runId, opened)
  return opened
}

const accept = (process: MemoryProcess, submission: Submission) =>
  Effect.suspend((): Effect.Effect<Intake, IntakeConflict> => {
    const { store } = process
    const judgement = judge(submission, hitsOf(store, submission))
    const { document, run } = submission
    switch (judgement._tag) {
      case "Gone": {
        store.orders.set(document.order.id, { versions: [document], history: [], messages: [], submission })
        const opened = open(process, document.order.id, run, run.paused !== true, 1)
        opened.startedAt = run.createdAt
        if (run.paused === true) {
          return Effect.succeed({
            _tag: "Queued",
            orderId: document.order.id,
            eventId: run.eventId,
            runId: run.runId
          })
        }
        return Effect.succeed({ _tag: "Accepted", run: held(opened, false, document) })
      }
      case "Own":
        return Effect.die(`run ${run.runId} was submitted twice: a submission's runId is fresh`)
      case "Repeated":
        return Effect.succeed(judgement)
      default:
        return Effect.fail(judgement)
    }
  })

/** The result of an earlier request under the same key; `undefined` where there was none. */
const repeatedRequest = (
  store: JournalStore["Service"],
  { fingerprint, idempotencyKey, orderId }: Reprocess,
  eventId: string
): Effect.Effect<Intake, IntakeConflict> | undefined => {
  if (idempotencyKey === undefined) return undefined
  const known = store.processKeys.get(JSON.stringify([orderId, idempotencyKey]))
  const first = known && store.runs.get(known.runId)
  if (known === undefined || first === undefined) return undefined
  const same = known.fingerprint === undefined && fingerprint === undefined
    || sameFingerprint(fingerprint, known.fingerprint)
  return same
    ? Effect.succeed({ _tag: "Repeated", orderId, eventId, runId: known.runId, state: first.state })
    : Effect.fail(
      new IntakeConflict({
        message: `Idempotency-Key ${JSON.stringify(idempotencyKey)} was used for another request to process `
          + `order ${orderId}`
      })
    )
}

const reprocess = (process: MemoryProcess, request: Reprocess) =>
  Effect.suspend((): Effect.Effect<Intake, IntakeConflict | OrderNotFound | OrderMoved> => {
    const { store } = process
    const { fingerprint, history, idempotencyKey, orderId, reused = [], run } = request
    const order = store.orders.get(orderId)
    if (order === undefined) return Effect.fail(new OrderNotFound({ orderId }))
    const { eventId } = order.submission.run
    const repeated = repeatedRequest(store, request, eventId)
    if (repeated !== undefined) return repeated
    const standing = runsOf(store, orderId).find((other) => retries(run, other) && !isFinal(other.state))
    if (standing !== undefined) return Effect.fail(retryConflict(run, standing))
    if (request.write !== undefined && write(order, request.write) !== undefined) return Effect.fail(new OrderMoved())
    order.history.push(...history ?? [])
    if (idempotencyKey !== undefined) {
      store.processKeys.set(JSON.stringify([orderId, idempotencyKey]), { runId: run.runId, fingerprint })
    }
    const { version } = newest(order).order
    const starts = run.paused !== true && runsOf(store, orderId).every((other) => isFinal(other.state))
    const opened = open(process, orderId, { ...run, eventId }, starts, version)
    for (const step of reused) opened.steps.push({ ...step, nextVersion: version })
    opened.callouts.push(...reusedCallouts(store, reused))
    return Effect.succeed(
      starts
        ? { _tag: "Accepted", run: held(opened, false) }
        : { _tag: "Queued", orderId, eventId, runId: run.runId }
    )
  })

const edit = (store: JournalStore["Service"], orderId: string, change: OrderWrite, history: Entry["history"]) =>
  Effect.suspend((): Effect.Effect<Committed | Stale, OrderNotFound> => {
    const order = store.orders.get(orderId)
    if (order === undefined) return Effect.fail(new OrderNotFound({ orderId }))
    const stale = write(order, change)
    if (stale !== undefined) return Effect.succeed(stale)
    order.history.push(...history)
    return Effect.succeed({ _tag: "Committed", version: change.seen + 1 })
  })

const document = (store: JournalStore["Service"], orderId: string, version: number | undefined) =>
  Effect.suspend(() => {
    const order = store.orders.get(orderId)
    const found = version === undefined ? order?.versions.at(-1) : order?.versions[version - 1]
    return found === undefined ? Effect.fail(new OrderNotFound({ orderId })) : Effect.succeed(found)
  })

const holds = ({ me, store }: MemoryProcess, { claimToken, runId }: ClaimToken): boolean => {
  const run = store.runs.get(runId)
  return me.alive && run?.owner === me && run.claimToken === claimToken
}

const commit = (process: MemoryProcess, entry: Entry, release: boolean): Effect.Effect<Committed | Stale, Fenced> =>
  Effect.suspend(() => {
    const { clock, store } = process
    const run = store.runs.get(entry.runId)
    const order = store.orders.get(entry.orderId)
    if (run === undefined || order === undefined || !holds(process, entry)) return Effect.fail(new Fenced())
    const added = add(run, order, entry, release)
    if (run.heldFor !== undefined) PartnerBreakerMemory.onHold(store, run.heldFor, clock.currentTimeMillisUnsafe())
    return Effect.as(store.changed.release, added)
  })

const take = (me: MemoryWorker, run: MemoryRun, fromTheDead: boolean): ClaimedRun => {
  const progress = progressOf(run)
  run.takeovers = takeoversAfter({ ...run, progress }, fromTheDead && run.owner?.orderly !== true)
  run.progressAtTakeover = progress
  run.owner = me
  run.claimToken++
  run.dueAt = undefined
  run.heldFor = undefined
  return held(run, fromTheDead)
}

/** Claims the next run that no process executes, if there is one. */
const claim = ({ me, store }: MemoryProcess, now: number): ClaimedRun | undefined => {
  if (!me.alive) return undefined
  const runs = [...store.runs.values()].toSorted((a, b) => (a.runId < b.runId ? -1 : 1))
  for (const run of runs) {
    if (run.owner !== undefined && !run.owner.alive) return take(me, run, true)
    if (run.dueAt !== undefined && run.dueAt <= now) return take(me, run, false)
    if (
      run.state === "queued" && run.paused !== true &&
      !runsOf(store, run.orderId).some((other) => openStates.has(other.state))
    ) {
      run.state = "running"
      run.startVersion = newest(store.orders.get(run.orderId) as MemoryOrder).order.version
      run.startedAt = now
      return take(me, run, false)
    }
  }
  return undefined
}

/** The next run that no process executes: waits for one. */
const claimNext = (process: MemoryProcess): Effect.Effect<ClaimedRun> =>
  Effect.suspend(() => {
    const { clock, me, store } = process
    const now = clock.currentTimeMillisUnsafe()
    if (me.alive) PartnerBreakerMemory.releaseDue(store, now)
    const run = claim(process, now)
    if (run !== undefined) return Effect.succeed(run)
    const due = [
      ...[...store.runs.values()].map(({ dueAt }) => dueAt),
      ...[...store.partners.values()].map(({ retryAt }) => retryAt)
    ].filter((at) => at !== undefined)
    const waiting = due.length === 0 ? Effect.never : Effect.sleep(Math.max(1, Math.min(...due) - now))
    return Effect.andThen(Effect.raceFirst(store.changed.await, waiting), claimNext(process))
  })

/** The next cancel of a run of this process: waits for one. */
const nextCancel = (process: MemoryProcess): Effect.Effect<RunCancellation> =>
  Effect.suspend(() => {
    const { me, store, told } = process
    for (const { cancel, owner, runId } of store.runs.values()) {
      if (cancel === undefined || owner !== me || told.has(runId)) continue
      told.add(runId)
      return Effect.succeed({ runId, ...cancel })
    }
    return Effect.andThen(store.changed.await, nextCancel(process))
  })

/** The callbacks' members of the journal. */
const callbacks = (process: MemoryProcess) => {
  const { store } = process
  const answerOf = (runId: string, index: number) => {
    const answer = store.runs.get(runId)?.answers.get(index)
    return answer === "closed" ? undefined : answer
  }
  return {
    issueToken: (token) =>
      Effect.sync(() => {
        store.callbackTokens.set(token.token, token)
        const { answers } = store.runs.get(token.runId) ?? { answers: new Map() }
        if (answers.get(token.index) === "closed") answers.delete(token.index)
      }),
    callbackAnswer: (runId, index) => Effect.sync(() => answerOf(runId, index)),
    closeCallback: (claimToken, index) =>
      Effect.suspend(() => {
        if (!holds(process, claimToken)) return Effect.fail(new Fenced())
        const answer = answerOf(claimToken.runId, index)
        if (answer === undefined) store.runs.get(claimToken.runId)?.answers.set(index, "closed")
        return Effect.succeed(answer)
      }),
    takeCallback: (token, answer) =>
      Effect.tap(Effect.sync(() => takeCallbackIn(store, token, answer)), store.changed.release),
    answerCallback: (runId, index, answer) =>
      Effect.tap(Effect.sync(() => answerCallbackIn(store, runId, index, answer)), store.changed.release)
  } satisfies Partial<Journal["Service"]>
}

/** Leaves the run to other processes, as if this one were dead. */
const abandon = (process: MemoryProcess, claimToken: ClaimToken): Effect.Effect<void> =>
  Effect.suspend(() => {
    const run = process.store.runs.get(claimToken.runId)
    if (run === undefined || !holds(process, claimToken)) return Effect.void
    run.owner = deadWorker
    return process.store.changed.release
  })

/** Starts a process over the store. Closing its scope leaves its runs to other processes. */
export const make = Effect.gen(function*() {
  const store = yield* JournalStore
  const me: MemoryWorker = { alive: true, orderly: false }
  const process: MemoryProcess = { store, clock: yield* Clock.Clock, me, told: new Set() }
  store.workers.add(me)
  yield* Effect.addFinalizer(() =>
    Effect.andThen(Effect.sync(() => Object.assign(me, { alive: false, orderly: true })), store.changed.release)
  )
  return Journal.of({
    ...callbacks(process),
    accept: (submission) => accept(process, submission),
    reprocess: (request) => reprocess(process, request),
    commit: (entry) => commit(process, entry, false),
    release: (entry) => commit(process, entry, true),
    edit: (orderId, change, history) => edit(store, orderId, change, history),
    document: (orderId, version) => document(store, orderId, version),
    cancel: (runId, cancellation, at) =>
      Effect.tap(Effect.sync(() => cancelIn(store, runId, cancellation, at)), store.changed.release),
    cancellations: Stream.fromEffectRepeat(nextCancel(process)),
    state: (runId) => Effect.sync(() => store.runs.get(runId)?.state),
    abandon: (claimToken) => abandon(process, claimToken),
    claimed: Stream.fromEffectRepeat(claimNext(process)),
    maySend: (claimToken) => claimToken === undefined ? me.alive : holds(process, claimToken),
    awaitLease: Effect.suspend(() => me.alive ? Effect.void : Effect.fail(new Fenced()))
  })
})

/** One process over a store that is provided, and may be shared. */
export const layerProcess: Layer.Layer<Journal | PartnerBreaker | RunReader, never, JournalStore> = Layer.mergeAll(
  Layer.effect(Journal, make),
  PartnerBreakerMemory.layer,
  RunReaderMemory.layer
)

/** One process over a store of its own. */
export const layer: Layer.Layer<Journal | PartnerBreaker | RunReader | JournalStore> = layerProcess.pipe(
  Layer.provideMerge(JournalStore.layer)
)
