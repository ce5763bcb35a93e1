/**
 * Tracks if the journal's commits succeed in time. Each connection of the journal reports when it asks for a commit and
 * when it was answered; an idle one is asked for a commit every 2 s. Contract: section 10, promise 6.
 *
 * | state | becomes | when |
 * | --- | --- | --- |
 * | writing | stalled | a commit has been waited for longer than 2 s, or came later than that |
 * | stalled | writing | a commit came within 2 s, and none is waited for longer |
 *
 * An answer that is no commit (a lock that could not be had, a row at fault) ends the waiting and changes no state.
 */
import { Clock, Context, Effect } from "effect"

/** Nanoseconds that a commit may take. */
export const commitLimit = 2_000_000_000n

const seconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n) / 1000

/** The change that {@link Tracker.look} found since its last call. */
export type Transition =
  | { readonly _tag: "Stopped"; readonly why: string }
  | { readonly _tag: "WentOn"; readonly afterSeconds: number }

export interface Tracker {
  /**
   * Notes that a connection requests a commit at `now`. A second call before the reply keeps the time of the first.
   */
  readonly asked: (connection: object, now: bigint) => void
  readonly committed: (connection: object, now: bigint) => void
  /** Notes that a connection waits for nothing any more, without a result. */
  readonly withdrawn: (connection: object) => void
  /** Notes why the last attempt failed; its commit is still awaited. */
  readonly failed: (why: string) => void
  /** For how many seconds no commit has succeeded in time; 0 while all is well. */
  readonly stalledSeconds: (now: bigint) => number
  /** True if a commit has to be requested, so that the end of a stall is noticed. */
  readonly wantsCommit: () => boolean
  readonly look: (now: bigint) => Transition | undefined
}

export const tracker = (): Tracker => {
  const waiting = new Map<object, bigint>()
  let stalledSince: bigint | undefined
  let announced = false
  let endedAt: { readonly since: bigint; readonly at: bigint } | undefined
  let why: string | undefined

  const oldest = (): bigint | undefined => {
    let found: bigint | undefined
    for (const since of waiting.values()) if (found === undefined || since < found) found = since
    return found
  }

  /** The time since which commits stall, in monotonic nanoseconds; `undefined` if they do not. */
  const stalled = (now: bigint): bigint | undefined => {
    const since = oldest()
    if (stalledSince === undefined && since !== undefined && now - since > commitLimit) stalledSince = since
    return stalledSince
  }

  return {
    asked: (connection, now) => {
      if (!waiting.has(connection)) waiting.set(connection, now)
    },
    committed: (connection, now) => {
      const since = waiting.get(connection)
      waiting.delete(connection)
      if (since === undefined) return
      if (now - since > commitLimit) {
        stalledSince ??= since
        return
      }
      const other = oldest()
      if (stalledSince === undefined || (other !== undefined && now - other > commitLimit)) return
      endedAt = { since: stalledSince, at: now }
      stalledSince = undefined
    },
    withdrawn: (connection) => void waiting.delete(connection),
    failed: (text) => {
      why = text
    },
    stalledSeconds: (now) => {
      const since = stalled(now)
      return since === undefined ? 0 : seconds(now - since)
    },
    wantsCommit: () => stalledSince !== undefined && waiting.size === 0,
    look: (now) => {
      const isStalled = stalled(now) !== undefined
      if (isStalled === announced) return undefined
      announced = isStalled
      if (!isStalled) {
        const { at, since } = endedAt ?? { at: now, since: now }
        return { _tag: "WentOn", afterSeconds: Math.round(seconds(at - since)) }
      }
      const reason = why ?? "the database has not answered for 2 s"
      why = undefined
      return { _tag: "Stopped", why: reason }
    }
  }
}

/** The state of commits, for readiness and metrics. */
export class WriteHealth extends Context.Service<WriteHealth, {
  /** For how many seconds no commit has succeeded in time; 0 while all is well. */
  readonly stalledSeconds: Effect.Effect<number>
}>()("@sluice/persistence/journal/WriteHealth") {}

export const service = (tracker: Tracker) =>
  Effect.map(
    Clock.Clock,
    (clock) =>
      WriteHealth.of({ stalledSeconds: Effect.sync(() => tracker.stalledSeconds(clock.monotonicTimeNanosUnsafe())) })
  )

/** The two log lines of an outage. */
export const report = (transition: Transition | undefined): Effect.Effect<void> => {
  switch (transition?._tag) {
    case undefined:
      return Effect.void
    case "Stopped":
      return Effect.logWarning(`writes have stopped: ${transition.why}`)
    case "WentOn":
      return Effect.logInfo(`writes go on after ${transition.afterSeconds} s`)
  }
}
