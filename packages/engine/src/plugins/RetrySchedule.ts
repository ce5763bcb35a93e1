/**
 * Decides when an attempt is repeated: a real `Schedule`, replayed from the number of attempts on record, so that a
 * wait survives the process that began it. Contract: section 6, "Retries".
 */
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { retryAfterMs } from "@sluice/domain/internal/decode/RetryAfter"
import { Cause, Duration, Effect, Pull, Schedule } from "effect"

/** The end of an attempt, as far as a retry depends on it. */
export interface AttemptEnd {
  readonly outcome: Outcome
  /** `dns`, `refused`, … of an `unreachable` one; the partner's own error code of a `rejected` one. */
  readonly code?: string
  /** Present if there was an answer. */
  readonly status?: number
  /** True if it is unknown whether the call took effect. */
  readonly unknown?: boolean
  /** The headers of the answer, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly at?: number
}

export interface RetryPolicy {
  /**
   * The schedule of the attempts: its nth delay comes before attempt n + 1, and its end means that there are no more.
   */
  readonly schedule: Schedule.Schedule<unknown, AttemptEnd>
  /** True if an attempt that ended like this is worth repeating. */
  readonly retries: (end: AttemptEnd) => boolean
  /**
   * True if the attempt after this end gets a new key: only where the end proves that nothing was done, and the partner
   * would answer the old key with its stored refusal. Absent: never.
   */
  readonly mintsKey?: (end: AttemptEnd) => boolean
  /**
   * Milliseconds for which such an end asks not to be called, beside `Retry-After`: the next attempt comes no sooner,
   * and an hour later at most. Absent: no end asks for a pause.
   */
  readonly pause?: (end: AttemptEnd) => number | undefined
}

/** A schedule of exactly these delays, in milliseconds. */
export const delays = (list: ReadonlyArray<number>): Schedule.Schedule<number, AttemptEnd> =>
  Schedule.fromStep(Effect.sync(() => {
    let next = 0
    return () => {
      const delay = list[next]
      if (delay === undefined) return Cause.done(next)
      next++
      return Effect.succeed<[number, Duration.Duration]>([next, Duration.millis(delay)])
    }
  }))

/** The longest wait that a partner can ask for, in milliseconds: an hour. Contract: section 5. */
export const longestPauseMs = 3_600_000

/** The wait that `Retry-After` asks for on a 429 or a 503, where RFC 9110 and RFC 6585 define it. */
export const retryAfter = ({ at = 0, headers, status }: AttemptEnd): number | undefined =>
  status === 429 || status === 503 ? retryAfterMs(headers?.["retry-after"], at) : undefined

/**
 * True if there was no answer: the partner was not reached (unless the address guard blocked it), or its response head
 * cannot be read.
 */
export const isNetworkError = ({ code, outcome, unknown }: AttemptEnd): boolean =>
  (outcome === "unreachable" && code !== "blocked") || (outcome === "invalid-response" && unknown === true)

/** The decision of a policy after the recorded attempts; times are in milliseconds. */
export type Retry =
  | { readonly delay: number }
  /** No attempt follows. */
  | {
    /**
     * The number of recorded attempts after the last one that the policy repeats: 1, unless the step also waited for
     * its partner to recover.
     */
    readonly beyond: number
    /** The time for which the partner asks for no further request, although no attempt follows. */
    readonly pause: number
  }

const pauseAfter = ({ pause }: RetryPolicy, last: AttemptEnd): number =>
  Math.min(longestPauseMs, Math.max(retryAfter(last) ?? 0, pause?.(last) ?? 0))

/** A policy without retries: exactly one attempt. */
export const never: RetryPolicy = { schedule: delays([]), retries: () => false }

/**
 * The next attempt by a policy, after the ends of the recorded attempts (oldest first): never sooner than the partner
 * asks for. An interrupted attempt uses up no retry (contract, section 10.2), so leave it out of `ends`.
 */
export const retryAfterEnds = Effect.fnUntraced(function*(policy: RetryPolicy, ends: ReadonlyArray<AttemptEnd>) {
  const last = ends.at(-1)
  if (last === undefined) return { beyond: 0, pause: 0 } satisfies Retry as Retry
  const isRepeated = policy.retries(last)
  const step = yield* Schedule.toStep(policy.schedule)
  let now = 0
  let asked = 0
  let delay = 0
  for (const end of ends) {
    const next = yield* Pull.catchDone(step(now, end), () => Effect.undefined)
    if (next === undefined) break
    delay = Duration.toMillis(next[1])
    now += delay
    asked++
  }
  const pause = pauseAfter(policy, last)
  if (isRepeated && asked === ends.length) return { delay: Math.max(delay, pause) } satisfies Retry as Retry
  const wanted = ends.findLastIndex((end, i) => i < asked && policy.retries(end))
  return { beyond: ends.length - 1 - wanted, pause } satisfies Retry as Retry
})

/** The delay before the next attempt in milliseconds; `undefined` when there is none. */
export const delayAfter = (policy: RetryPolicy, ends: ReadonlyArray<AttemptEnd>): Effect.Effect<number | undefined> =>
  Effect.map(retryAfterEnds(policy, ends), (retry) => "delay" in retry ? retry.delay : undefined)
