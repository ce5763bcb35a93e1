/**
 * Answers the callers of writes once the result of their flush is known, and keeps the lease's claims in step with it.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { judge } from "@sluice/engine/internal/journal/JournalRules"
import { type Clock, Effect, Result } from "effect"
import type { Offer } from "../../outbox/DeliverySignal.ts"
import { ofSubmissions } from "../../outbox/LocalClaims.ts"
import type { Rows } from "../../sql/JournalConnection.ts"
import { type SqlFault, sqlFault } from "../../sql/SqlFault.ts"
import type { Lease } from "../lease/Lease.ts"
import type { WorkerRegistration } from "../lease/WorkerRegistration.ts"
import { flushAnswer, openedRun, queued, type StoredEntry } from "./FlushResult.ts"
import { duplicatesParameters, duplicatesStatement, erasedDuplicatesStatement, hitsOf } from "./KeyConflicts.ts"
import { type PendingEntry, type PendingSubmission, type PendingWrite, sorted } from "./PendingWrite.ts"
import { requeue, type WriteChannel } from "./WriteChannel.ts"
import type { Tracker } from "./WriteHealth.ts"

/** The observers of what the writer stores. */
export interface Options {
  /** Records every commit that is requested, and its result. */
  readonly health: Tracker
  /** Called after each commit that changed the run. */
  readonly changed: (runId: string) => void
  /**
   * Called when something can be claimed sooner than the next poll: a run whose turn has come, or an uncertain run.
   */
  readonly claimable: () => void
  /** Called when a run was put on hold for its turn at a partner with limits, which may have turns to give. */
  readonly held: () => void
  /** Called with entries that were not stored, because they lack messages of these types, which have subscribers. */
  readonly subscribed: (types: ReadonlyArray<string>, entries: ReadonlyArray<PendingEntry>) => void
  /** Called when there are deliveries to send. */
  readonly delivers: () => void
  /** The number of deliveries made by a flush that this process claims at once. */
  readonly offer: () => Offer
  /** Called when a run was stored that this process does not hold. */
  readonly queued: () => void
}

/** The dependencies of everything that stores and settles writes; one for each process. */
export interface WriterContext {
  readonly clock: Clock.Clock
  readonly lease: Lease
  readonly worker: WorkerRegistration
  readonly options: Options
}

/** The worker under whose name a statement was sent. */
export interface Sender {
  readonly worker: string
  readonly epoch: number
}

/** A flush that was sent. */
export interface SentFlush {
  readonly members: ReadonlyArray<PendingWrite>
  readonly by: Sender
  /** Monotonic nanoseconds, before the statement was sent. */
  readonly sent: bigint
  /** The room for deliveries that this process may claim with the flush. */
  readonly offer: Offer | undefined
}

/** $1 orders, $2 the run of each: returns the order's version and the run's cancel. */
const versionsStatement = `select o.id, o.version, r.reason, r.cancel_compensates
  from unnest($1::text[], $2::uuid[]) as u(order_id, run_id) join orders o on o.id = u.order_id
  left join runs r on r.id = u.run_id and r.cancel_requested`

/** Answers an entry that is stored, and ends the claim of a run that has ended or was released with it. */
export const settleEntry = ({ lease, options }: WriterContext, member: PendingEntry, stored: StoredEntry): void => {
  const { runId } = member.entry
  if (stored.ended !== undefined || member.release) lease.drop(member.entry)
  member.settle(Effect.succeed({
    _tag: "Committed",
    version: stored.version,
    ...(stored.ended === undefined ? {} : { ended: stored.ended })
  }))
  options.changed(runId)
  if (stored.next) options.claimable()
  if (member.release && member.entry.wait?.turn !== undefined) options.held()
}

/** The executor of a run whose submission is stored. */
export type Executor = "another" | "uncertain" | "this"

/**
 * Decides who executes a run whose submission is stored. `owned`: it was stored under the worker that this process
 * still is. `claimed`: this process holds the run already, because a takeover was faster than the reply. A submission
 * whose caller was answered with an error (`abandoned`) is left to the look-up of uncertain runs.
 */
export const executorOf = (
  { abandoned, claimed, owned, starts }: {
    readonly owned: boolean
    readonly starts: boolean
    readonly claimed: boolean
    readonly abandoned: boolean
  }
): Executor => !owned || !starts || claimed ? "another" : abandoned ? "uncertain" : "this"

/** Answers a submission that is stored; claims its run if this process is to execute it. */
export const settleSubmission = (
  { lease, options }: WriterContext,
  { abandoned, bytes, settle, starts, submission }: PendingSubmission,
  owned: boolean
): void => {
  const { pipeline, runId } = submission.run
  switch (executorOf({ owned, starts, claimed: lease.inFlight.has(runId), abandoned })) {
    case "another": {
      // A run that waits for its pipeline to be resumed cannot be claimed.
      if (!starts && submission.run.paused !== true) options.queued()
      return settle(Effect.succeed(queued(submission)))
    }
    case "uncertain": {
      lease.doubtful.set(runId, { takenOver: false })
      return options.claimable()
    }
    case "this": {
      const claimToken = lease.hold(runId, { pipeline: pipeline.name, bytes })
      settle(Effect.succeed({ _tag: "Accepted", run: openedRun(submission, claimToken) }))
    }
  }
}

/** Answers entries that were built on an older version of their order with the version that it has now. */
const settleStale = Effect.fnUntraced(function*(channel: WriteChannel, members: ReadonlyArray<PendingEntry>) {
  if (members.length === 0) return
  const orders = { ...PgTypes.text(null), oid: PgTypes.OID.textArray, value: members.map((m) => m.entry.orderId) }
  const runs = { ...PgTypes.uuid(null), oid: PgTypes.OID.uuidArray, value: members.map((m) => m.entry.runId) }
  const answer = yield* channel.link.query(versionsStatement, [orders, runs])
  const found = new Map(Result.isSuccess(answer) ? answer.success.map((row) => [row[0], row]) : [])
  for (const { entry, settle } of members) {
    const [, version, reason, compensate] = found.get(entry.orderId) ?? []
    settle(Effect.succeed({
      _tag: "Stale",
      version: typeof version === "number" ? version : entry.write?.seen ?? 0,
      ...(typeof compensate === "boolean" && { cancel: { reason: String(reason ?? ""), compensate } })
    }))
  }
})

/**
 * Answers submissions whose keys are taken: a repetition, a conflict, or their own row, stored by a statement whose
 * reply was lost. `sentBy`: the worker under which they were sent.
 */
export const settleDuplicates = Effect.fnUntraced(
  function*(
    writer: WriterContext,
    channel: WriteChannel,
    members: ReadonlyArray<PendingSubmission>,
    sentBy: string
  ): Effect.fn.Return<SqlFault | undefined> {
    if (members.length === 0) return
    const answer = yield* channel.link.query(
      duplicatesStatement,
      duplicatesParameters(members.map((m) => m.submission))
    )
    if (Result.isFailure(answer)) return sqlFault(answer.failure)
    const hits = hitsOf(answer.success, members.length)
    const missing = members.flatMap((member, i) => hits[i]?.length === 0 ? [{ member, i }] : [])
    if (missing.length > 0) {
      const erased = yield* channel.link.query(
        erasedDuplicatesStatement,
        duplicatesParameters(missing.map(({ member }) => member.submission))
      )
      if (Result.isFailure(erased)) return sqlFault(erased.failure)
      const found = hitsOf(erased.success, missing.length)
      missing.forEach(({ i }, n) => {
        hits[i] = found[n] ?? []
      })
    }
    members.forEach((member, i) => {
      const judgement = judge(member.submission, hits[i] ?? [])
      if (judgement._tag === "Own") settleSubmission(writer, member, sentBy === writer.lease.identity().worker)
      else if (judgement._tag === "Gone") requeue(channel, [member])
      else member.settle(judgement._tag === "Repeated" ? Effect.succeed(judgement) : Effect.fail(judgement))
    })
  }
)

/** Answers the writes of a flush by its rows; requeues them where the worker was fenced and nothing was stored. */
export const settleFlush = Effect.fnUntraced(
  function*(
    writer: WriterContext,
    channel: WriteChannel,
    { by, members, offer, sent }: SentFlush,
    rows: Rows
  ) {
    const { lease, options, worker } = writer
    const answer = flushAnswer(rows)
    if (answer.subscribed.length > 0) {
      offer?.taken([])
      const { accepts, entries } = sorted(members)
      requeue(channel, accepts)
      return options.subscribed(answer.subscribed, entries)
    }
    if (!answer.standing) {
      offer?.taken([])
      requeue(channel, members)
      const { epoch, worker: id } = lease.identity()
      // If another fiber of this process has rejoined meanwhile, raising the epoch again would only make that one fail
      // in its turn, for ever.
      return by.worker === id && by.epoch === epoch ? yield* worker.rejoin(channel.link) : undefined
    }
    const owned = by.worker === lease.identity().worker
    channel.flushedAt = sent
    if (answer.delivers) options.delivers()
    if (channel.renews && owned) lease.renewed(sent)
    const { accepts, entries } = sorted(members)
    const stale: Array<PendingEntry> = []
    entries.forEach((member, i) => {
      const stored = answer.entries.get(i + 1)
      if (stored === undefined) stale.push(member)
      else settleEntry(writer, member, stored)
    })
    const taken: Array<PendingSubmission> = []
    accepts.forEach((member, i) => {
      if (answer.accepts.has(i + 1)) settleSubmission(writer, member, owned)
      else taken.push(member)
    })
    offer?.taken(ofSubmissions(answer.handed, accepts.map(({ submission }) => submission)))
    yield* settleStale(channel, stale)
    if ((yield* settleDuplicates(writer, channel, taken, by.worker)) !== undefined) requeue(channel, taken)
  }
)
