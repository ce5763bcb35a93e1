/**
 * The writer: stores everything that waits with one statement and, when that is committed, everything that came
 * meanwhile. There is no timer, and a system under load commits no more often than its disk can.
 */
import { Fenced } from "@sluice/engine/journal/Journal"
import { Effect, Result } from "effect"
import { SqlError } from "effect/sql/SqlError"
import { localClaimParameters } from "../../outbox/LocalClaims.ts"
import type { Rows } from "../../sql/JournalConnection.ts"
import { sqlFault, sqlText } from "../../sql/SqlFault.ts"
import type { Lease } from "../lease/Lease.ts"
import { partsOf } from "./FlushParts.ts"
import { reconciled, reconcileParameters, reconcileStatement } from "./LostReplies.ts"
import { type PendingWrite, sorted } from "./PendingWrite.ts"
import { settleDuplicates, settleEntry, settleFlush, type WriterContext } from "./Settlement.ts"
import { isAbandoned, requeue, type WriteChannel } from "./WriteChannel.ts"

/** Between two attempts to connect. */
const reconnectPause = "250 millis"

const refuse = (member: PendingWrite, error: unknown) => member.settle(Effect.die(error))

/**
 * Determines the result of a flush whose reply was lost: first revokes the right of what was sent to be stored, then
 * looks up what was stored before that. `sentBy`: the worker under which it was sent.
 */
const recover = Effect.fnUntraced(
  function*(
    writer: WriterContext,
    channel: WriteChannel,
    members: ReadonlyArray<PendingWrite>,
    sentBy: string
  ): Effect.fn.Return<void> {
    yield* writer.worker.rejoin(channel.link)
    const { accepts, entries } = sorted(members)
    const mine = entries.filter((member) => member.worker === writer.lease.identity().worker)
    const answer = yield* channel.link.query(reconcileStatement, reconcileParameters(mine))
    const fault = Result.isFailure(answer)
      ? sqlFault(answer.failure)
      : yield* settleDuplicates(writer, channel, accepts, sentBy)
    if (fault === "refused" && members.length > 1) {
      for (const member of members) yield* recover(writer, channel, [member], sentBy)
      return
    }
    // Writes that PostgreSQL refuses even as parameters of the look-up cannot have been stored.
    if (fault === "refused") return requeue(channel, members)
    if (fault !== undefined || Result.isFailure(answer)) return yield* recover(writer, channel, members, sentBy)
    const stored = reconciled(answer.success)
    for (const member of entries) {
      const found = stored.get(mine.indexOf(member) + 1)
      if (!mine.includes(member)) member.settle(Effect.fail(new Fenced()))
      else if (found === undefined) requeue(channel, [member])
      else settleEntry(writer, member, found)
    }
  }
)

/**
 * Fails the entries of runs that this process has lost, and returns the other writes. An entry of a claim that has ended
 * must not reach the database either: written after the release of its run, it would delete the time at which the run is
 * due.
 */
const failLost = (
  lease: Pick<Lease, "holds" | "identity">,
  members: ReadonlyArray<PendingWrite>
): ReadonlyArray<PendingWrite> =>
  members.filter((member) => {
    if (member.kind === "accept") return true
    if (member.worker === lease.identity().worker && lease.holds(member.entry)) return true
    member.settle(Effect.fail(new Fenced()))
    return false
  })

/** Takes the next writes from the queue, and fails the entries of runs that this process has lost. */
export const takeOwned = (
  lease: Pick<Lease, "holds" | "identity">,
  channel: WriteChannel
): ReadonlyArray<PendingWrite> => failLost(lease, channel.backlog.take())

/** Stores writes with one statement; after a refusal, each with a statement of its own. */
const store = Effect.fnUntraced(
  function*(writer: WriterContext, channel: WriteChannel, given: ReadonlyArray<PendingWrite>): Effect.fn.Return<void> {
    const { clock, lease, options } = writer
    options.health.asked(channel, clock.monotonicTimeNanosUnsafe())
    const connected = yield* (given.length === 0 ? channel.link.ready : channel.link.readyToFind)
    if (Result.isFailure(connected)) {
      options.health.failed(sqlText(connected.failure))
      requeue(channel, given)
      channel.beat ||= given.length === 0
      return yield* Effect.sleep(reconnectPause)
    }
    // While the connection was being made, or other writes of a refused flush were stored, a submission may have been
    // answered, and this process may have registered anew: what belongs to its old worker must not be sent as the new one.
    const members = failLost(lease, given.filter((member) => !isAbandoned(member)))
    if (members.length === 0 && given.length > 0) return options.health.withdrawn(channel)
    const by = lease.identity()
    const { accepts, entries } = sorted(members)
    for (const member of accepts) member.mayBeStored = true
    const sent = clock.monotonicTimeNanosUnsafe()
    const parts = partsOf(accepts, entries)
    const offer = parts.delivers ? options.offer() : undefined
    // A value that cannot even be encoded throws here.
    const answer: Result.Result<Rows, unknown> = yield* Effect.suspend(() =>
      channel.link.query(
        channel.texts(parts),
        [
          ...channel.parameters(by.worker, by.epoch, accepts, entries, parts),
          ...(offer === undefined ? [] : localClaimParameters(offer))
        ]
      )
    ).pipe(Effect.catchDefect((defect) => Effect.succeed(Result.fail(defect))))
    if (Result.isSuccess(answer)) {
      options.health.committed(channel, clock.monotonicTimeNanosUnsafe())
      return yield* settleFlush(writer, channel, { members, by, sent, offer }, answer.success)
    }
    // Deliveries that were stored all the same are sent once their claims have expired.
    offer?.taken([])
    const fault = answer.failure instanceof SqlError ? sqlFault(answer.failure) : "refused"
    if (fault === "away") {
      if (answer.failure instanceof SqlError) options.health.failed(sqlText(answer.failure))
      return yield* recover(writer, channel, members, by.worker)
    }
    options.health.withdrawn(channel)
    // One row's fault must not fail its neighbours, and one row's lock must not hold them up.
    if (members.length > 1) {
      for (const member of members) yield* store(writer, channel, [member])
      return
    }
    const [member] = members
    if (fault === "refused") {
      return member === undefined ?
        yield* Effect.logError("journal: cannot renew the lease", answer.failure)
        : refuse(member, answer.failure)
    }
    requeue(channel, members)
    yield* Effect.sleep("20 millis")
  }
)

/** Empties a channel for as long as it runs: flush after flush, then waits for the next write. */
export const run = Effect.fnUntraced(function*(writer: WriterContext, channel: WriteChannel) {
  for (;;) {
    while (channel.backlog.count() > 0 || channel.beat) {
      channel.beat = false
      channel.inFlight = takeOwned(writer.lease, channel)
      // A defect fails the writes that it concerns: none waits for ever, and the channel goes on.
      yield* Effect.catchDefect(store(writer, channel, channel.inFlight), (defect) =>
        Effect.andThen(
          Effect.logError("journal: a flush failed because of a defect", defect),
          Effect.sync(() => {
            for (const member of channel.inFlight) refuse(member, defect)
          })
        ))
      channel.inFlight = []
    }
    writer.options.health.withdrawn(channel)
    channel.wake.closeUnsafe()
    yield* channel.wake.await
  }
})
