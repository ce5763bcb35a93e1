/**
 * The writer: stores everything that waits with one statement and, when that is committed, everything that came
 * meanwhile. There is no timer, and a system under load commits no more often than its disk can.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { judge } from "@sluice/engine/internal/journal/JournalRules"
import { Fenced, JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Clock, Effect, Latch, Result } from "effect"
import { SqlError } from "effect/sql/SqlError"
import type { Offer } from "../../outbox/DeliverySignal.ts"
import { localClaimParameters, ofSubmissions } from "../../outbox/LocalClaims.ts"
import type { JournalConnection, Rows } from "../../sql/JournalConnection.ts"
import { type SqlFault, sqlFault, sqlText } from "../../sql/SqlFault.ts"
import type { Lease } from "../lease/Lease.ts"
import type { WorkerRegistration } from "../lease/WorkerRegistration.ts"
import { flushAnswer, openedRun, queued, type StoredEntry } from "./FlushResult.ts"
import { flushParameters } from "./FlushRows.ts"
import { type FlushTexts, partsOf } from "./FlushStatement.ts"
import { duplicatesParameters, duplicatesStatement, erasedDuplicatesStatement, hitsOf } from "./KeyConflicts.ts"
import { reconciled, reconcileParameters, reconcileStatement } from "./LostReplies.ts"
import { type PendingEntry, type PendingSubmission, type PendingWrite, sorted } from "./PendingWrite.ts"
import type { Tracker } from "./WriteHealth.ts"
import * as WriteQueue from "./WriteQueue.ts"

/** A backlog, the connection that empties it, and the statements it does so with. */
export interface WriteChannel {
  readonly backlog: WriteQueue.WriteQueue
  readonly link: JournalConnection
  readonly texts: FlushTexts
  readonly parameters: typeof flushParameters
  /** The statements renew the lease. */
  readonly renews: boolean
  readonly wake: Latch.Latch
  inFlight: ReadonlyArray<PendingWrite>
  /** An empty flush is wanted, for the lease's sake. */
  beat: boolean
  /** Monotonic nanoseconds. */
  flushedAt: bigint
}

export const channel = (
  link: JournalConnection,
  texts: FlushTexts,
  renews: boolean,
  parameters = flushParameters
): WriteChannel => ({
  backlog: WriteQueue.make(),
  link,
  texts,
  parameters,
  renews,
  wake: Latch.makeUnsafe(false),
  inFlight: [],
  beat: false,
  flushedAt: 0n
})

/**
 * Puts writes back at the front: none of them is stored. A write whose caller was already answered is not tried again.
 */
const again = (channel: WriteChannel, members: ReadonlyArray<PendingWrite>) => {
  for (const member of members) if (member.kind === "accept") member.mayBeStored = false
  channel.backlog.putBack(members.filter((member) => member.kind === "entry" || !member.abandoned))
}

/** Between two attempts to connect. */
const reconnectPause = "250 millis"

const refuse = (member: PendingWrite, error: unknown) => member.settle(Effect.die(error))

export const add = (channel: WriteChannel, member: PendingWrite) => {
  channel.backlog.add(member)
  channel.wake.openUnsafe()
}

const isAbandoned = (member: PendingWrite): boolean => member.kind === "accept" && member.abandoned

/** Answers submissions that have waited since before `since`; what is on its way may still be stored. */
export const abandon = (channel: WriteChannel, since: bigint) => {
  const old = (member: PendingWrite): member is PendingSubmission =>
    member.kind === "accept" && !member.abandoned && member.since < since
  for (
    const member of [...channel.backlog.extract(old), ...channel.inFlight.filter(old)] as ReadonlyArray<
      PendingSubmission
    >
  ) {
    member.abandoned = true
    if (member.mayBeStored) member.progress?.sent()
    member.settle(Effect.fail(new JournalUnavailable({ message: "The database did not answer in time" })))
  }
}

export interface Options {
  /** Learns of every commit that is asked for. */
  readonly health: Tracker
  /** After each commit. */
  readonly changed: (runId: string) => void
  /** There is something to claim sooner than the next poll: a run's turn has come, or a run is in doubt. */
  readonly claimable: () => void
  /** Entries that were not stored, because the types now known to have subscribers are told of: to be given again. */
  readonly subscribed: (types: ReadonlyArray<string>, entries: ReadonlyArray<PendingEntry>) => void
  /** There are deliveries to send. */
  readonly delivers: () => void
  /** The number of deliveries made by a flush that this process claims at once. */
  readonly offer: () => Offer
  /** A run was stored that this process does not hold. */
  readonly queued: () => void
}

/** $1 orders, $2 the run of each: returns the order's version and the run's cancel. */
const versionsStatement = `select o.id, o.version, r.reason, r.cancel_compensates
  from unnest($1::text[], $2::uuid[]) as u(order_id, run_id) join orders o on o.id = u.order_id
  left join runs r on r.id = u.run_id and r.cancel_requested`

export const make = Effect.fnUntraced(function*(lease: Lease, worker: WorkerRegistration, options: Options) {
  const clock = yield* Clock.Clock

  const settleEntry = (member: PendingEntry, stored: StoredEntry) => {
    const { runId } = member.entry
    if (stored.ended !== undefined || member.release) lease.drop(member.entry)
    member.settle(Effect.succeed({
      _tag: "Committed",
      version: stored.version,
      ...(stored.ended === undefined ? {} : { ended: stored.ended })
    }))
    options.changed(runId)
    if (stored.next) options.claimable()
  }

  /** `owned`: stored under the worker that this process still is. A takeover may have been faster than this answer. */
  const settleAccept = ({ abandoned, bytes, settle, starts, submission }: PendingSubmission, owned: boolean) => {
    const { pipeline, runId } = submission.run
    if (!owned || !starts || lease.inFlight.has(runId)) {
      // What waits for its pipeline to be resumed is nobody's to claim.
      if (!starts && submission.run.paused !== true) options.queued()
      return settle(Effect.succeed(queued(submission)))
    }
    if (abandoned) {
      lease.doubtful.set(runId, { takenOver: false })
      return options.claimable()
    }
    const claimToken = lease.hold(runId, { pipeline: pipeline.name, bytes })
    settle(Effect.succeed({ _tag: "Accepted", run: openedRun(submission, claimToken) }))
  }

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

  /** `sentBy`: the worker under which they were sent, and may have been stored without our knowing. */
  const settleDuplicates = Effect.fnUntraced(
    function*(
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
      const lost = members.filter((_, i) => hits[i]?.length === 0)
      if (lost.length > 0) {
        const erased = yield* channel.link.query(
          erasedDuplicatesStatement,
          duplicatesParameters(lost.map((m) => m.submission))
        )
        if (Result.isFailure(erased)) return sqlFault(erased.failure)
        hitsOf(erased.success, lost.length).forEach((found, i) => {
          const member = lost[i]
          if (member !== undefined) hits[members.indexOf(member)] = found
        })
      }
      members.forEach((member, i) => {
        const judgement = judge(member.submission, hits[i] ?? [])
        if (judgement._tag === "Own") settleAccept(member, sentBy === lease.identity().worker)
        else if (judgement._tag === "Gone") again(channel, [member])
        else member.settle(judgement._tag === "Repeated" ? Effect.succeed(judgement) : Effect.fail(judgement))
      })
    }
  )

  const settle = Effect.fnUntraced(
    function*(
      channel: WriteChannel,
      members: ReadonlyArray<PendingWrite>,
      rows: Rows,
      by: { readonly worker: string; readonly epoch: number },
      sent: bigint,
      offer: Offer | undefined
    ) {
      const answer = flushAnswer(rows)
      if (answer.subscribed.length > 0) {
        offer?.taken([])
        const { accepts, entries } = sorted(members)
        again(channel, accepts)
        return options.subscribed(answer.subscribed, entries)
      }
      if (!answer.standing) {
        offer?.taken([])
        again(channel, members)
        const { epoch, worker: id } = lease.identity()
        // Nothing was stored. Where somebody else here has rejoined meanwhile, raising the epoch would only answer them
        // in kind, for ever.
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
        else settleEntry(member, stored)
      })
      const taken: Array<PendingSubmission> = []
      accepts.forEach((member, i) => {
        if (answer.accepts.has(i + 1)) settleAccept(member, owned)
        else taken.push(member)
      })
      offer?.taken(ofSubmissions(answer.handed, accepts.map(({ submission }) => submission)))
      yield* settleStale(channel, stale)
      if ((yield* settleDuplicates(channel, taken, by.worker)) !== undefined) again(channel, taken)
    }
  )

  /** The answer was lost: first what was sent loses its right to be stored, then we look what was stored before. */
  const recover = Effect.fnUntraced(
    function*(channel: WriteChannel, members: ReadonlyArray<PendingWrite>, sentBy: string): Effect.fn.Return<void> {
      yield* worker.rejoin(channel.link)
      const { accepts, entries } = sorted(members)
      const mine = entries.filter((member) => member.worker === lease.identity().worker)
      const answer = yield* channel.link.query(reconcileStatement, reconcileParameters(mine))
      const fault = Result.isFailure(answer)
        ? sqlFault(answer.failure)
        : yield* settleDuplicates(channel, accepts, sentBy)
      if (fault === "refused" && members.length > 1) {
        for (const member of members) yield* recover(channel, [member], sentBy)
        return
      }
      // What cannot even be asked for cannot have been stored.
      if (fault === "refused") return again(channel, members)
      if (fault !== undefined || Result.isFailure(answer)) return yield* recover(channel, members, sentBy)
      const stored = reconciled(answer.success)
      for (const member of entries) {
        const found = stored.get(mine.indexOf(member) + 1)
        if (!mine.includes(member)) member.settle(Effect.fail(new Fenced()))
        else if (found === undefined) again(channel, [member])
        else settleEntry(member, found)
      }
    }
  )

  const store = Effect.fnUntraced(
    function*(channel: WriteChannel, given: ReadonlyArray<PendingWrite>): Effect.fn.Return<void> {
      options.health.asked(channel, clock.monotonicTimeNanosUnsafe())
      const connected = yield* channel.link.ready
      if (Result.isFailure(connected)) {
        options.health.failed(sqlText(connected.failure))
        again(channel, given)
        channel.beat ||= given.length === 0
        return yield* Effect.sleep(reconnectPause)
      }
      // Answered while the connection was being made: what was said to be stored nowhere must not be sent.
      const members = given.some(isAbandoned) ? given.filter((member) => !isAbandoned(member)) : given
      const by = lease.identity()
      const { accepts, entries } = sorted(members)
      for (const member of accepts) member.mayBeStored = true
      const sent = clock.monotonicTimeNanosUnsafe()
      const parts = partsOf(accepts, entries)
      const offer = parts.accepts ? options.offer() : undefined
      // A value that cannot even be encoded throws here.
      const answer: Result.Result<Rows, unknown> = yield* Effect.suspend(() =>
        channel.link.query(
          channel.texts(parts),
          [
            ...channel.parameters(by.worker, by.epoch, accepts, entries),
            ...(offer === undefined ? [] : localClaimParameters(offer))
          ]
        )
      ).pipe(Effect.catchDefect((defect) => Effect.succeed(Result.fail(defect))))
      if (Result.isSuccess(answer)) {
        options.health.committed(channel, clock.monotonicTimeNanosUnsafe())
        return yield* settle(channel, members, answer.success, by, sent, offer)
      }
      // What was stored all the same is sent when its claims run out.
      offer?.taken([])
      const fault = answer.failure instanceof SqlError ? sqlFault(answer.failure) : "refused"
      if (fault === "away") {
        if (answer.failure instanceof SqlError) options.health.failed(sqlText(answer.failure))
        return yield* recover(channel, members, by.worker)
      }
      options.health.withdrawn(channel)
      // One row's fault must not fail its neighbours, and one row's lock must not hold them up.
      if (members.length > 1) {
        for (const member of members) yield* store(channel, [member])
        return
      }
      const [member] = members
      if (fault === "refused") {
        return member === undefined ?
          yield* Effect.logError("journal: cannot renew the lease", answer.failure)
          : refuse(member, answer.failure)
      }
      again(channel, members)
      yield* Effect.sleep("20 millis")
    }
  )

  /**
   * Entries of runs that are another's by now never reach the database, nor do those of a claim that has ended: written
   * after the release of its run, an entry would take away the time at which the run is due.
   */
  const takeMine = (channel: WriteChannel) =>
    channel.backlog.take().filter((member) => {
      if (member.kind === "accept") return true
      if (member.worker === lease.identity().worker && lease.holds(member.entry)) return true
      member.settle(Effect.fail(new Fenced()))
      return false
    })

  const run = (channel: WriteChannel) =>
    Effect.gen(function*() {
      for (;;) {
        while (channel.backlog.count() > 0 || channel.beat) {
          channel.beat = false
          channel.inFlight = takeMine(channel)
          // A defect is answered to those whom it concerns: nobody waits for ever, and the channel goes on.
          yield* Effect.catchDefect(store(channel, channel.inFlight), (defect) =>
            Effect.andThen(
              Effect.logError("journal: a flush failed because of a defect", defect),
              Effect.sync(() => {
                for (const member of channel.inFlight) refuse(member, defect)
              })
            ))
          channel.inFlight = []
        }
        options.health.withdrawn(channel)
        channel.wake.closeUnsafe()
        yield* channel.wake.await
      }
    })

  return { run }
})
