/**
 * The operations of the journal on PostgreSQL: what each member of the port does with the writer, the lease and the
 * statements of this folder. Contract: sections 3, 4, 6 and 10.
 */
import type { HistoryEntry } from "@sluice/domain/order/History"
import type { CallbackAnswer, OperatorAnswer } from "@sluice/engine/internal/journal/Callback"
import type { Cancellation } from "@sluice/engine/internal/journal/Cancellation"
import {
  type ClaimToken,
  type Committed,
  type Entry,
  Fenced,
  type Intake,
  type IntakeConflict,
  Journal,
  JournalFull,
  JournalUnavailable,
  type OrderWrite,
  type Reprocess,
  type Stale,
  type Submission
} from "@sluice/engine/journal/Journal"
import { Cause, type Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { actReference, recordAct } from "../audit/ActRecord.ts"
import { type DeliverySignal } from "../outbox/DeliverySignal.ts"
import { type LookedUp, outcomeBytes, outcomeOf, prepareOutcome } from "../outbox/Outcome.ts"
import { prepareChanges, untoldOf, untoldOfSubmission } from "../outbox/StateEvents.ts"
import type * as Subscribed from "../outbox/Subscribed.ts"
import { transaction } from "../sql/Transaction.ts"
import { orUnavailable } from "../sql/Unavailable.ts"
import { CurrentWriteProgress } from "../sql/WriteProgress.ts"
import { find, type Sought, soughtOf } from "../subscriptions/SubscriptionLookup.ts"
import * as Callbacks from "./claims/Callbacks.ts"
import { cancel } from "./claims/Cancels.ts"
import type * as QueueDepth from "./claims/QueueDepth.ts"
import { state } from "./claims/Recovery.ts"
import type * as RunClaimer from "./claims/RunClaimer.ts"
import { document, edit } from "./Documents.ts"
import type * as Lease from "./lease/Lease.ts"
import type * as WorkerRegistration from "./lease/WorkerRegistration.ts"
import { reprocess, type Reprocessed } from "./Reprocess.ts"
import { type RunChanges } from "./RunChanges.ts"
import { entryBytes, type PendingEntry, type PendingSubmission, submissionBytes } from "./writer/PendingWrite.ts"
import * as WriteChannel from "./writer/WriteChannel.ts"
import type * as WriteHealth from "./writer/WriteHealth.ts"

/** True if the request was answered, and refused. */
const refusal = (cause: Cause.Cause<{ readonly _tag: string }>): boolean =>
  cause.reasons.every((reason) => Cause.isFailReason(reason) && refusals.has(reason.error._tag))

const refusals: ReadonlySet<string> = new Set(["OrderNotFound", "OrderMoved", "IntakeConflict", "JournalFull"])

/** The parts of the journal of one process, and the state that they share. */
export interface Parts {
  readonly sql: SqlClient.SqlClient
  readonly clock: Clock.Clock
  readonly executes: boolean
  readonly lease: Lease.Lease
  readonly worker: WorkerRegistration.WorkerRegistration
  readonly channels: WriteChannel.WriteChannels
  readonly health: WriteHealth.Tracker
  readonly depth: QueueDepth.QueueDepth
  readonly claimer: Effect.Success<ReturnType<typeof RunClaimer.make>>
  readonly changes: RunChanges["Service"]
  readonly signal: DeliverySignal["Service"]
  readonly subscribed: Subscribed.Subscribed
  /** Notifies other processes, and this one if it executes runs, that a run was queued. */
  readonly queued: () => void
  /** Notifies the process that executes the run that an answer to its callback was taken. */
  readonly answered: (runId: string) => void
  /** The process is ending: nothing more is accepted. */
  closing: boolean
}

/** Queues a submission for the writer, and answers when it is stored. */
const accept = (parts: Parts, submission: Submission) =>
  Effect.withFiber<Intake, IntakeConflict | JournalFull | JournalUnavailable>((fiber) =>
    Effect.uninterruptible(Effect.callback((resume) => {
      const { channels, clock, depth, executes, lease } = parts
      if (parts.closing) return resume(Effect.fail(new JournalUnavailable({ message: "This process is ending" })))
      const bytes = submissionBytes(submission)
      const paused = submission.run.paused === true
      // A run of a paused pipeline waits outside the bound of the queue.
      const full = WriteChannel.refusedFor(depth.full() && !paused, WriteChannel.loadOf(channels), bytes)
      if (full !== undefined) return resume(Effect.fail(full))
      const member: PendingSubmission = {
        kind: "accept",
        submission,
        starts: executes && !paused && lease.inFlight.room(submission.run.pipeline.name) > 0,
        bytes,
        since: clock.monotonicTimeNanosUnsafe(),
        untold: () => untoldOfSubmission(submission, parts.subscribed),
        mayBeStored: false,
        progress: fiber.getRef(CurrentWriteProgress),
        abandoned: false,
        settle: resume
      }
      WriteChannel.add(WriteChannel.channelFor(channels, bytes, false), member)
    }))
  )

/** Queues an entry with the messages that follow from it, as far as their subscribers are known. */
export const queueEntry = (
  { channels, clock, subscribed }: Pick<Parts, "channels" | "clock" | "subscribed">,
  { entry, lookedUp, release, settle, worker }: Pick<
    PendingEntry,
    "entry" | "lookedUp" | "release" | "settle" | "worker"
  >
) => {
  const outcome = outcomeOf(entry, subscribed, clock.currentTimeMillisUnsafe(), lookedUp)
  const bytes = entryBytes(entry) + (outcome === undefined ? 0 : outcomeBytes(outcome))
  const untold = untoldOf(entry, subscribed)
  const member: PendingEntry = { kind: "entry", entry, lookedUp, worker, release, outcome, untold, bytes, settle }
  WriteChannel.add(WriteChannel.channelFor(channels, bytes, outcome !== undefined), member)
}

const add = (parts: Parts, entry: Entry, release: boolean, lookedUp?: LookedUp) =>
  Effect.uninterruptible(Effect.callback<Committed | Stale, Fenced>((resume) => {
    const { lease } = parts
    if (!lease.holds(entry)) return resume(Effect.fail(new Fenced()))
    queueEntry(parts, { entry, lookedUp, worker: lease.identity().worker, release, settle: resume })
  }))

/** Finds the subscription that the order names. Waits for the database for as long as the run is held. */
const lookUp = (parts: Parts, entry: Entry, sought: Sought): Effect.Effect<LookedUp, Fenced> =>
  find(parts.sql, sought).pipe(
    Effect.map((found) => ({ sought, found })),
    Effect.catchTag("SqlError", () =>
      Effect.andThen(
        Effect.sleep("250 millis"),
        Effect.suspend(() => parts.lease.holds(entry) ? lookUp(parts, entry, sought) : Effect.fail(new Fenced()))
      ))
  )

/** Queues an entry of a run for the writer, and answers when it is stored. `release`: the claim ends with it. */
const write = (parts: Parts, entry: Entry, release: boolean) => {
  const sought = soughtOf(entry)
  const written = sought === undefined
    ? add(parts, entry, release)
    : Effect.uninterruptible(
      Effect.flatMap(lookUp(parts, entry, sought), (lookedUp) => add(parts, entry, release, lookedUp))
    )
  const prepared = prepareOutcome(entry)
  const changes = prepareChanges(entry.write, parts.subscribed)
  if (prepared === undefined && changes === undefined) return written
  return Effect.uninterruptible(
    Effect.andThen(Effect.andThen(prepared ?? Effect.void, changes ?? Effect.void), written)
  )
}

/** Stores a change of an order outside of any run, with its record in the audit. */
const editOrder = (
  { signal, sql, subscribed }: Parts,
  orderId: string,
  change: OrderWrite,
  history: ReadonlyArray<HistoryEntry>
) =>
  (prepareChanges(change, subscribed) ?? Effect.void).pipe(
    Effect.andThen(actReference),
    Effect.flatMap((act) =>
      transaction(
        sql,
        Effect.tap(edit(orderId, change, history, { subscribed, act }), (answer) =>
          answer._tag === "Stale"
            ? Effect.void
            : recordAct(sql, {
              id: act?.id,
              before: { version: change.seen },
              after: { version: answer.version },
              orderId
            }))
      )
    ),
    Effect.tap((answer) =>
      Effect.sync(() => answer._tag === "Committed" && answer.tells ? signal.publish() : undefined)
    ),
    Effect.map((answer): Committed | Stale =>
      answer._tag === "Stale" ? answer : { _tag: "Committed", version: answer.version }
    ),
    orUnavailable,
    Effect.provideService(SqlClient.SqlClient, sql)
  )

/** Claims a run that was stored under worker `by`. If that worker is fenced, the run is left to a takeover. */
const reprocessed = ({ claimer, lease, queued }: Parts, answer: Reprocessed, by: string): Intake => {
  if (answer._tag === "Repeated") return answer
  if (answer._tag === "Accepted") {
    const { eventId, orderId, pipeline, runId } = answer.run
    if (by !== lease.identity().worker) return { _tag: "Queued", orderId, eventId, runId }
    return {
      _tag: "Accepted",
      run: { ...answer.run, claimToken: lease.hold(runId, { pipeline: pipeline.name, bytes: 4096 }) }
    }
  }
  queued()
  claimer.wakeUp()
  return answer
}

const storeReprocess = (parts: Parts, request: Reprocess) => {
  const { claimer, depth, executes, lease, sql, subscribed } = parts
  const paused = request.run.paused === true
  return (depth.full() && !paused ? Effect.fail(new JournalFull({ retryAfterSeconds: 5 })) : Effect.void).pipe(
    Effect.andThen(Effect.suspend(() => {
      const by = lease.identity()
      const starts = executes && !paused && lease.inFlight.room(request.run.pipeline.name) > 0
      return Effect.map(reprocess(request, by, starts, subscribed), (answer) => reprocessed(parts, answer, by.worker))
    })),
    Effect.provideService(SqlClient.SqlClient, sql),
    // After any other failure, a timeout included, the run may be stored, and no process executes it.
    Effect.onError((cause) =>
      Effect.sync(() => refusal(cause) || !executes || claimer.markUncertain(request.run.runId))
    ),
    Effect.interruptible,
    orUnavailable,
    Effect.uninterruptible
  )
}

const abandonRun = ({ lease, sql }: Parts, claimToken: ClaimToken) =>
  Effect.suspend(() => {
    if (!lease.drop(claimToken)) return Effect.void
    return Effect.ignore(orUnavailable(sql`update runs set owner = '00000000-0000-0000-0000-000000000000'
          where id = ${claimToken.runId}::uuid and owner = ${lease.identity().worker}::uuid`))
  })

const cancelRun = ({ changes, claimer, sql }: Parts, runId: string, cancellation: Cancellation, at: number) =>
  transaction(sql, cancel(runId, cancellation, at)).pipe(
    Effect.tap((answer) =>
      Effect.sync(() => {
        if (answer._tag !== "Stored") return
        changes.publish(runId)
        // Another run over the order may have its turn now, or this one is due.
        claimer.wakeUp()
      })
    ),
    orUnavailable,
    Effect.provideService(SqlClient.SqlClient, sql)
  )

const closeCallback = (
  parts: Parts,
  claimToken: ClaimToken,
  index: number
): ReturnType<Journal["Service"]["closeCallback"]> =>
  Effect.suspend(() => {
    const { lease, sql } = parts
    if (!lease.holds(claimToken)) return Effect.fail(new Fenced())
    return Callbacks.closeCallback(lease.identity(), claimToken.runId, index).pipe(
      orUnavailable,
      Effect.provideService(SqlClient.SqlClient, sql),
      // The epoch was raised meanwhile, unless the run was lost.
      Effect.flatMap((closed) => closed.holds ? Effect.succeed(closed.answer) : closeCallback(parts, claimToken, index))
    )
  })

const takeCallback = (parts: Parts, token: string, answer: CallbackAnswer) =>
  transaction(parts.sql, Callbacks.takeCallback(token, answer)).pipe(
    Effect.tap((taken) => taken._tag === "Taken" ? Effect.sync(() => parts.answered(taken.runId)) : Effect.void),
    orUnavailable,
    Effect.provideService(SqlClient.SqlClient, parts.sql)
  )

const answerCallback = (parts: Parts, runId: string, index: number, answer: OperatorAnswer) =>
  transaction(parts.sql, Callbacks.answerCallback(runId, index, answer)).pipe(
    Effect.tap((isTaken) => isTaken ? Effect.sync(() => parts.answered(runId)) : Effect.void),
    orUnavailable,
    Effect.provideService(SqlClient.SqlClient, parts.sql)
  )

/** The port's implementation on the parts of one process. */
export const serviceOf = (parts: Parts): Journal["Service"] => {
  const { claimer, lease, sql } = parts
  return Journal.of({
    accept: (submission) => accept(parts, submission),
    reprocess: (request) => storeReprocess(parts, request),
    commit: (entry) => write(parts, entry, false),
    release: (entry) => write(parts, entry, true),
    edit: (orderId, change, history) => editOrder(parts, orderId, change, history),
    document: (orderId, version) =>
      Effect.provideService(orUnavailable(document(orderId, version)), SqlClient.SqlClient, sql),
    state: (runId) => Effect.provideService(orUnavailable(state(runId)), SqlClient.SqlClient, sql),
    abandon: (claimToken) => abandonRun(parts, claimToken),
    cancel: (runId, cancellation, at) => cancelRun(parts, runId, cancellation, at),
    issueToken: (token) => Effect.provideService(orUnavailable(Callbacks.issueToken(token)), SqlClient.SqlClient, sql),
    callbackAnswer: (runId, index) =>
      Effect.provideService(orUnavailable(Callbacks.callbackAnswer(runId, index)), SqlClient.SqlClient, sql),
    closeCallback: (claimToken, index) => closeCallback(parts, claimToken, index),
    takeCallback: (token, answer) => takeCallback(parts, token, answer),
    answerCallback: (runId, index, answer) => answerCallback(parts, runId, index, answer),
    cancellations: claimer.cancellations,
    claimed: claimer.claimed,
    maySend: lease.maySend,
    awaitLease: lease.awaitLease
  })
}
