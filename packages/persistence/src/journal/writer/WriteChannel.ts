/**
 * A queue of writes with the connection that stores them. The journal has three: one for small writes, which also renews
 * the lease, one for large ones, and one for entries that make deliveries.
 */
import { JournalFull, JournalUnavailable } from "@sluice/engine/journal/Journal"
import { Effect, Latch } from "effect"
import type { JournalConnection } from "../../sql/JournalConnection.ts"
import { type FlushParameters, flushParameters } from "./FlushRows.ts"
import type { FlushTexts } from "./FlushStatement.ts"
import type { PendingSubmission, PendingWrite } from "./PendingWrite.ts"
import * as WriteQueue from "./WriteQueue.ts"

/** A queue, the connection that empties it, and the statements it does so with. */
export interface WriteChannel {
  readonly backlog: WriteQueue.WriteQueue
  readonly link: JournalConnection
  readonly texts: FlushTexts
  readonly parameters: FlushParameters
  /** True if the statements renew the lease. */
  readonly renews: boolean
  readonly wake: Latch.Latch
  inFlight: ReadonlyArray<PendingWrite>
  /** True if an empty flush was requested, to renew the lease or to see if commits succeed. */
  beat: boolean
  /** Monotonic nanoseconds. */
  flushedAt: bigint
}

export const make = (
  link: JournalConnection,
  texts: FlushTexts,
  renews: boolean,
  parameters: FlushParameters = flushParameters
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

export const add = (channel: WriteChannel, member: PendingWrite): void => {
  channel.backlog.add(member)
  channel.wake.openUnsafe()
}

/** Asks for a commit, even if there is nothing to store. */
export const requestBeat = (channel: WriteChannel): void => {
  channel.beat = true
  channel.wake.openUnsafe()
}

export const isIdle = (channel: WriteChannel): boolean => channel.backlog.count() === 0 && channel.inFlight.length === 0

/**
 * Puts writes of which none is stored back at the front. A submission that has been answered with an error is not
 * tried again.
 */
export const requeue = (channel: WriteChannel, members: ReadonlyArray<PendingWrite>): void => {
  for (const member of members) if (member.kind === "accept") member.mayBeStored = false
  channel.backlog.putBack(members.filter((member) => !isAbandoned(member)))
}

export const isAbandoned = (member: PendingWrite): boolean => member.kind === "accept" && member.abandoned

/**
 * Answers the submissions that have waited since before `since`, in monotonic nanoseconds, with an error; one whose
 * statement was sent may still be stored.
 */
export const abandon = (channel: WriteChannel, since: bigint): void => {
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

/** The channels of a journal: no write waits for another one that takes much longer. */
export interface WriteChannels {
  /** Small writes; its statements renew the lease. */
  readonly main: WriteChannel
  /** Writes that fill a flush alone. */
  readonly wide: WriteChannel
  /** Entries that make deliveries: they lock customers and sequences, which must delay no other write. */
  readonly outcomes: WriteChannel
}

export const all = ({ main, outcomes, wide }: WriteChannels): ReadonlyArray<WriteChannel> => [main, wide, outcomes]

/** Selects the channel for a write of this size and kind. */
export const channelFor = (
  channels: WriteChannels,
  bytes: number,
  makesDeliveries: boolean
): WriteChannel => makesDeliveries ? channels.outcomes : bytes > WriteQueue.maxBytes ? channels.wide : channels.main

/**
 * The size of the write queue above which submissions are refused. A flush takes milliseconds: this is a few seconds of
 * work.
 */
const limits = { members: 4096, bytes: 64 * 1024 * 1024 }

/** The writes and bytes that wait, over all channels. */
export interface Load {
  readonly members: number
  readonly bytes: number
}

export const loadOf = (channels: WriteChannels): Load => {
  let [members, bytes] = [0, 0]
  for (const { backlog } of all(channels)) {
    members += backlog.count()
    bytes += backlog.bytes()
  }
  return { members, bytes }
}

/**
 * Decides if a submission of `bytes` is refused: because too many runs are queued in the database, which takes a while to
 * change, or because too much waits to be written.
 */
export const refusedFor = (queueFull: boolean, load: Load, bytes: number): JournalFull | undefined =>
  queueFull
    ? new JournalFull({ retryAfterSeconds: 5 })
    : load.members >= limits.members || load.bytes + bytes > limits.bytes
    ? new JournalFull({ retryAfterSeconds: 1 })
    : undefined
