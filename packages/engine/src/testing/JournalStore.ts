/** The storage of an in-memory journal, shared by several processes; tests can inspect it and kill its processes. */
import { uuidOf } from "@sluice/domain/identity/Ids"
import type { HistoryEntry } from "@sluice/domain/order/History"
import { isFinal, type RunState } from "@sluice/domain/run/ProcessEvent"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import { Context, Effect, Latch, Layer } from "effect"
import type { CallbackAnswer, CallbackToken, OperatorAnswer, TakenCallback } from "../journal/Callback.ts"
import type { CancelAnswer, Cancellation } from "../journal/Cancellation.ts"
import type {
  ClaimedRun,
  Document,
  NewRun,
  Open,
  SetAside,
  StepEffects,
  StepRow,
  Submission,
  Wait
} from "../journal/Journal.ts"
import { externalIdOf, type Hit, judgeCallback, standingEffects, standingMarks } from "../journal/JournalRules.ts"
import type { BreakerState } from "../partners/PartnerBreaker.ts"

export interface MemoryOrder {
  /** Versions from 1. */
  readonly versions: Array<Document>
  readonly history: Array<HistoryEntry>
  /** The messages that steps queued. */
  readonly messages: Array<OutgoingMessage>
  readonly submission: Submission
}

export interface MemoryRun extends Omit<NewRun, "eventId"> {
  readonly eventId: string
  readonly orderId: string
  state: RunState
  reason: string | undefined
  failedSteps: number
  finishedAt: number | undefined
  startedAt: number
  startVersion: number
  owner: MemoryWorker | undefined
  /** The number of claims so far: see `ClaimToken`. */
  claimToken: number
  dueAt: number | undefined
  /** The partner for which the run is on hold; it is released when that host's circuit closes, by rank and age. */
  heldFor: string | undefined
  takeovers: number
  progressAtTakeover: number
  steps: Array<ClaimedRun["steps"][number]>
  callouts: Array<ClaimedRun["callouts"][number]>
  wait: Wait | undefined
  open: Open | undefined
  effects: StepEffects | undefined
  cancel: Cancellation | undefined
  setAside: SetAside | undefined
  /** The answers that were taken for steps, by index; `closed` where a step takes none any more. */
  readonly answers: Map<number, CallbackAnswer | "closed">
}

/** True for an open run that no process executes and that nothing makes due: it would never end. */
export const isLost = ({ dueAt, heldFor, owner, state }: MemoryRun): boolean =>
  !isFinal(state) && state !== "queued" && owner === undefined && dueAt === undefined && heldFor === undefined

export interface MemoryWorker {
  alive: boolean
  orderly: boolean
}

/** A partner whose circuit has opened. Times are epoch milliseconds. */
export interface MemoryPartner {
  state: BreakerState
  since: number
  failures: number
  openings: number
  batch: number
  answers: number
  /** The time at which the last answer released further runs on hold. */
  answeredAt: number
  /** The time at which runs on hold are released. */
  retryAt: number | undefined
}

interface Key {
  readonly runId: string
  readonly fingerprint: Uint8Array | undefined
}

/** The stored orders and runs, for inspection, and a way to kill processes. */
export class JournalStore extends Context.Service<JournalStore, {
  readonly orders: Map<string, MemoryOrder>
  readonly runs: Map<string, MemoryRun>
  readonly processKeys: Map<string, Key>
  readonly callbackTokens: Map<string, CallbackToken>
  readonly workers: Set<MemoryWorker>
  readonly partners: Map<string, MemoryPartner>
  /** Released when a run may have become claimable. */
  readonly changed: Latch.Latch
  /** Declares every present process dead: its runs can be taken over, and its commits are rejected. */
  readonly killAll: Effect.Effect<void>
}>()("@sluice/engine/testing/JournalStore") {
  static readonly layer = Layer.sync(JournalStore, () => {
    const workers = new Set<MemoryWorker>()
    const changed = Latch.makeUnsafe(false)
    return JournalStore.of({
      orders: new Map(),
      runs: new Map(),
      processKeys: new Map(),
      callbackTokens: new Map(),
      workers,
      partners: new Map(),
      changed,
      killAll: Effect.andThen(
        Effect.sync(() => workers.forEach((worker) => (worker.alive = false))),
        changed.release
      )
    })
  })
}

/** The document at the order's newest version. */
export const newest = (order: MemoryOrder) => order.versions.at(-1) as Document

/** The run as a claim returns it. `mayBeOpen`: it comes from a process that may have been in the middle of a call. */
export const held = (run: MemoryRun, mayBeOpen: boolean, document?: Document): ClaimedRun => {
  const journal = { steps: [...run.steps], callouts: [...run.callouts] }
  const marks = standingMarks(journal, run)
  return {
    runId: run.runId,
    claimToken: run.claimToken,
    eventId: run.eventId,
    orderId: run.orderId,
    pipeline: run.pipeline,
    ...(run.shipmentId === undefined ? {} : { shipmentId: run.shipmentId }),
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    startVersion: run.startVersion,
    ...(document === undefined ? {} : { document }),
    takeovers: run.takeovers,
    ...(run.cancel === undefined ? {} : { cancel: run.cancel }),
    compensating: run.state === "compensating",
    ...(run.inheritedKeys === undefined ? {} : { inheritedKeys: run.inheritedKeys }),
    ...journal,
    ...marks,
    ...standingEffects(journal, run.effects),
    takenOver: mayBeOpen && marks.wait === undefined && marks.open === undefined
  }
}

/** Cancels a run in the store: see `Journal.cancel`. */
export const cancelIn = (
  store: JournalStore["Service"],
  runId: string,
  cancellation: Cancellation,
  at: number
): CancelAnswer => {
  const run = store.runs.get(runId)
  if (run === undefined) return { _tag: "Unknown" }
  if (run.cancel !== undefined) return { _tag: "Repeated", state: run.state }
  if (isFinal(run.state)) return { _tag: "TooLate", state: run.state }
  run.cancel = cancellation
  run.heldFor = undefined
  run.reason = cancellation.reason
  const untouched = run.state === "queued" && run.retryOf === undefined
  if (run.owner === undefined && (!cancellation.compensate || untouched)) {
    run.state = "cancelled"
    run.failedSteps = run.steps.filter(({ state }) => state === "failed").length
    run.finishedAt = at
    run.dueAt = undefined
  } else if (run.owner === undefined && run.state !== "queued") run.dueAt = 0
  return { _tag: "Stored", state: run.state }
}

/** The records of steps that a run reuses, from the runs in which they ran. */
export const reusedCallouts = (
  store: JournalStore["Service"],
  reused: ReadonlyArray<StepRow>
): ClaimedRun["callouts"] =>
  reused.flatMap(({ index, reusedFrom, reusedIndex }) =>
    (store.runs.get(uuidOf(reusedFrom ?? "") ?? "")?.callouts ?? [])
      .filter((callout) => callout.index === reusedIndex)
      .map(({ record }) => ({ index, record }))
  )

/** The orders that the submission's keys lead to. */
export const hitsOf = (store: JournalStore["Service"], submission: Submission): ReadonlyArray<Hit> => {
  const found: Array<Hit> = []
  const look = (key: Hit["key"], is: (order: MemoryOrder, id: string) => boolean) => {
    for (const [orderId, order] of store.orders) {
      const { fingerprint, run } = order.submission
      if (is(order, orderId)) {
        found.push({
          key,
          orderId,
          eventId: run.eventId,
          runId: run.runId,
          fingerprint: fingerprint ?? null,
          state: store.runs.get(run.runId)?.state ?? "completed"
        })
      }
    }
  }
  const externalId = externalIdOf(submission)
  const { idempotencyKey } = submission
  look("id", (_, id) => id === submission.document.order.id)
  if (externalId !== undefined) look("externalId", (order) => externalIdOf(order.submission) === externalId)
  if (idempotencyKey !== undefined) {
    look("Idempotency-Key", (order) => order.submission.idempotencyKey === idempotencyKey)
  }
  return found
}

/** An answer makes a run due that no process executes. */
const keepAnswer = (run: MemoryRun, index: number, answer: CallbackAnswer) => {
  run.answers.set(index, answer)
  if (run.owner !== undefined || run.state === "queued") return
  run.heldFor = undefined
  run.dueAt = 0
}

/** True if the entry leaves a run for which an answer was taken meanwhile: it is due at once. */
export const isAnswered = ({ answers }: MemoryRun, wait: Wait | undefined): boolean =>
  wait !== undefined && typeof answers.get(wait.index) === "object"

/** Takes a partner's answer in the store: see `Journal.takeCallback`. */
export const takeCallbackIn = (
  store: JournalStore["Service"],
  token: string,
  answer: CallbackAnswer
): TakenCallback => {
  const issued = store.callbackTokens.get(token)
  const run = issued && store.runs.get(issued.runId)
  if (issued === undefined || run === undefined) return { _tag: "Unknown" }
  const { deadline, index } = issued
  const known = run.answers.get(index)
  const _tag = judgeCallback({
    settled: known === undefined
      ? undefined
      : known === "closed"
      ? { _tag: "Closed" }
      : { _tag: "Answered", fingerprint: known.fingerprint ?? null },
    isOver: isFinal(run.state) || run.cancel !== undefined || run.steps.some((step) => step.index >= index),
    wait: run.wait,
    index,
    deadline
  }, answer)
  if (_tag === "Taken") keepAnswer(run, index, answer)
  return { _tag, runId: run.runId, orderId: run.orderId, state: run.state }
}

/** Takes an operator's answer in the store: see `Journal.answerCallback`. */
export const answerCallbackIn = (
  store: JournalStore["Service"],
  runId: string,
  index: number,
  { answer, history }: OperatorAnswer
): boolean => {
  const run = store.runs.get(runId)
  const wait = run?.wait
  if (run?.state !== "waiting" || run.cancel !== undefined || run.answers.has(index)) return false
  if (wait?.callback === undefined || wait.index !== index || wait.dueAt <= answer.at) return false
  keepAnswer(run, index, answer)
  store.orders.get(run.orderId)?.history.push(history)
  return true
}
