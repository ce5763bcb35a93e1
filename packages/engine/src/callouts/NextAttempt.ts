/**
 * Decides the next action of a callout from its records: the function that guarantees at-least-once. Pure; `StepCallouts`
 * performs the decision and calls it again until the callout has an answer or has failed. Contract: sections 5 and 10.
 *
 * | standing, in this order                                     | decision            |
 * | ----------------------------------------------------------- | ------------------- |
 * | the last attempt succeeded, or a probe settled it           | `Answer`, or `Fail` |
 * | an attempt was marked as open, and has no record            | `RecordInterrupted` |
 * | a probe could not tell whether the last attempt happened    | `Wait`; in the end `Hold` or `FailUnknown` |
 * | the last attempt failed, and another one follows            | `Wait`              |
 * | … and none follows                                          | `Hold`, or `Fail`   |
 * | a wait before the attempt was stored                        | `Wait`              |
 * | the process died when the first attempt may have been open  | `RecordInterrupted` |
 * | the run was cancelled, or its deadline has come             | `Interrupt`         |
 * | the step would rather wait, and the partner's circuit is open | `Hold`            |
 * | it is not known whether the last attempt happened           | `Probe`             |
 * | otherwise                                                   | `Send`              |
 *
 * Where the answer comes to a callback URL, this table is asked last:
 *
 * | standing, in this order                                     | decision            |
 * | ----------------------------------------------------------- | ------------------- |
 * | the callback's record is there                              | `Answer`, or `Fail` |
 * | an attempt was marked as open, and has no record            | `RecordInterrupted` |
 * | an answer was taken                                         | `Judge`             |
 * | the last attempt was answered 2xx, and the run was cancelled | `Interrupt`        |
 * | … and the time is up, or the deadline has come              | `Close`, then `GiveUp` |
 * | … otherwise                                                 | `Await`             |
 * | the table above ends the callout                            | `Close`, then so    |
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { deadlineExceeded, type InterruptReason } from "../interruption/Interruption.ts"
import type { Open, Wait } from "../journal/Journal.ts"
import { openForMs } from "../partners/PartnerBreaker.ts"
import { signOf } from "../partners/PartnerHealth.ts"
import type { Retry } from "../plugins/RetrySchedule.ts"
import type { Resumption } from "./CalloutContext.ts"
import { probeDelaysMs } from "./Probe.ts"
import { isDefect } from "./RecordedOutcome.ts"

/** The position of one callout of a step. Times are epoch milliseconds. */
export interface CalloutStanding {
  /** The step's position in the run. */
  readonly index: number
  /** The number of the request among the step's, from 0. */
  readonly request: number
  /** The attempts on record, oldest first, without probes. */
  readonly own: ReadonlyArray<CalloutRecord>
  /** The parts of an earlier claim's work that no callout has used up yet. */
  readonly resumption: Readonly<Resumption>
  /** The wait before the next attempt, or before the next question, is over. */
  readonly waited: boolean
  /** A wait before this attempt is stored: the attempt's mark has to take its place. */
  readonly waitStored: boolean
  /** The next attempt by the request's policy. See `needsRetry`. */
  readonly retry: Retry
  /** The last attempt was refused for its token: the next one follows at once, with a fresh one. */
  readonly tokenExpired: boolean
  /** The order is read anew before the first attempt, whose version must be stored before it is sent. */
  readonly freshOrder: boolean
  /** The step waits for its partner rather than fail (`onUnavailable: "hold"`). */
  readonly holds: boolean
  /** The partner, as `PartnerHealth` names it. */
  readonly host: string
  /** `trial`: it is open, and this run was released to try the partner. */
  readonly circuit: "closed" | "open" | "trial"
  readonly probe: ProbeStanding | undefined
  /** Present where the answer comes to a callback URL. */
  readonly callback: CallbackStanding | undefined
  readonly interruption: InterruptReason | undefined
  readonly now: number
  /** Infinity if the run has none. */
  readonly deadline: number
}

/** The results so far of the probe, which asks the partner if the last attempt took effect. */
export interface ProbeStanding {
  /** True if the probe is sent before the first attempt, too. */
  readonly first: boolean
  /** The record of the probe that settled the question. */
  readonly settled: CalloutRecord | undefined
  /** The result of the last probe of this claim; `call`: nothing had happened; `undefined` before the first probe. */
  readonly verdict: "call" | "unknown" | undefined
  /** The number of probes, those of earlier holders of the run included. */
  readonly asks: number
  /** The record of the last probe. */
  readonly last: CalloutRecord | undefined
}

/** The position of a callback. */
export interface CallbackStanding {
  readonly stepId: string
  /** The record of the answer, or of the end of the wait for it. */
  readonly record: CalloutRecord | undefined
  /** An answer was taken, and has no record. */
  readonly isTaken: boolean
  /** No answer is taken any more. */
  readonly isClosed: boolean
  /** Milliseconds from the 2xx. */
  readonly timeoutMs: number
}

export type NextAttempt =
  /** The record's answer is the callout's. */
  | { readonly _tag: "Answer"; readonly record: CalloutRecord }
  /** The callout fails as the record says. */
  | { readonly _tag: "Fail"; readonly record: CalloutRecord }
  /** It stays unknown whether the call took effect, as the probe's record says. */
  | { readonly _tag: "FailUnknown"; readonly record: CalloutRecord | undefined }
  /** The run is interrupted: nothing more is sent. */
  | { readonly _tag: "Interrupt"; readonly reason: InterruptReason }
  /** Attempt `attempt` may have been sent when a process ended: its record says so, and its number is used up. */
  | { readonly _tag: "RecordInterrupted"; readonly attempt: number }
  /** `persist`: the wait has to be stored before it begins. */
  | { readonly _tag: "Wait"; readonly wait: Wait; readonly persist: boolean }
  /** The run is released, `waiting`, until its partner may be tried again. */
  | { readonly _tag: "Hold"; readonly wait: Wait }
  /** The run is released, `waiting`, until the answer comes to the callback URL, or `wait.dueAt`. */
  | { readonly _tag: "Await"; readonly wait: Wait }
  /** The answer that was taken is judged and recorded. */
  | { readonly _tag: "Judge" }
  /** No answer is taken from now on, unless one was taken before. */
  | { readonly _tag: "Close" }
  /** No answer came in time: a record for attempt `of` says so. */
  | { readonly _tag: "GiveUp"; readonly of: CalloutRecord; readonly message: string }
  /** Ask whether attempt `of` happened. */
  | { readonly _tag: "Probe"; readonly of: number }
  /** `mark`: a mark that the attempt is open has to be stored before its first byte is sent. */
  | { readonly _tag: "Send"; readonly attempt: number; readonly mark: boolean }

type Mark = Wait | Open | undefined

/** True if the mark (of a wait, or of an open call) belongs to this request, and to `attempt` or a later one. */
export const matches = <M extends Mark>(
  mark: M,
  { index, request }: Pick<CalloutStanding, "index" | "request">,
  attempt: number
): mark is NonNullable<M> =>
  mark !== undefined && mark.index === index && mark.request === request && mark.attempt >= attempt

const attemptAfter = ({ own }: CalloutStanding): number => (own.at(-1)?.attempt ?? 0) + 1

/** The last attempt, if it came to an end of its own that the retry policy has to judge. */
const failedAttempt = ({ own, tokenExpired, waited }: CalloutStanding): CalloutRecord | undefined => {
  const last = own.at(-1)
  return waited || tokenExpired || last?.outcome === "interrupted" ? undefined : last
}

/** True if the decision depends on `retry`. */
export const needsRetry = (standing: CalloutStanding): boolean => {
  const { resumption } = standing
  const failed = failedAttempt(standing)
  const attempt = attemptAfter(standing)
  return failed !== undefined && failed.outcome !== "succeeded"
    && !matches(resumption.open, standing, attempt) && !matches(resumption.wait, standing, attempt)
}

/** The wait of a run on hold: until the partner's circuit closes, or the run's time is up. */
const heldFor = ({ deadline, host, index, now, request }: CalloutStanding, attempt: number): Wait => ({
  index,
  request,
  attempt,
  dueAt: now,
  heldFor: host,
  ...(deadline !== Infinity && { until: deadline })
})

const waitFor = ({ deadline, index, now, request }: CalloutStanding, attempt: number, delay: number): Wait => ({
  index,
  request,
  attempt,
  dueAt: Math.min(now + delay, deadline)
})

/** The `tries`th wait in a row for the partner: 1 s, doubling to 30 s, or for as long as it asks for. */
const hold = (standing: CalloutStanding, attempt: number, tries: number, pause = 0): NextAttempt => ({
  _tag: "Hold",
  // With a closed circuit only this run has a problem, and it returns after a time; otherwise all return with the partner.
  wait: standing.circuit !== "closed" && pause === 0
    ? heldFor(standing, attempt)
    : waitFor(standing, attempt, Math.max(openForMs(tries), pause))
})

/** True if a step that holds waits for its partner after the attempt: it gave no answer, or answered with a 5xx. */
const isHeldAfter = (record: CalloutRecord): boolean => {
  const sign = signOf(record)
  return sign === "noAnswer" || sign === "serverError"
}

/** Decides what follows a probe that could not tell. */
const afterProbe = (standing: CalloutStanding, attempt: number, { asks, last }: ProbeStanding): NextAttempt => {
  const delay = probeDelaysMs[asks - 1]
  if (delay !== undefined) return { _tag: "Wait", wait: waitFor(standing, attempt, delay), persist: true }
  return standing.holds
    ? hold(standing, attempt, asks - probeDelaysMs.length)
    : { _tag: "FailUnknown", record: last }
}

/** Decides what precedes the attempt: a wait, a hold, or the failure. `undefined` if it may be made. */
const beforeAttempt = (standing: CalloutStanding, attempt: number): NextAttempt | undefined => {
  const { holds, resumption, retry, waited } = standing
  if (waited) return undefined
  if (matches(resumption.wait, standing, attempt)) return { _tag: "Wait", wait: resumption.wait, persist: false }
  const failed = failedAttempt(standing)
  if (failed === undefined) {
    return resumption.mayBeOpen ? { _tag: "RecordInterrupted", attempt } : undefined
  }
  if (isDefect(failed)) return { _tag: "Fail", record: failed }
  if ("delay" in retry) return { _tag: "Wait", wait: waitFor(standing, attempt, retry.delay), persist: true }
  return holds && isHeldAfter(failed)
    ? hold(standing, attempt, retry.beyond, retry.pause)
    : { _tag: "Fail", record: failed }
}

/** Decides what precedes the next request, an attempt or its probe; `asked`: the probe that precedes the attempt. */
const beforeProbeOrAttempt = (
  standing: CalloutStanding,
  attempt: number,
  asked: ProbeStanding | undefined
): NextAttempt | undefined => {
  if (standing.waited || asked?.verdict === undefined) return beforeAttempt(standing, attempt)
  return asked.verdict === "unknown" ? afterProbe(standing, attempt, asked) : undefined
}

/** Decides on the next request: a probe, or the attempt, unless the run is put on hold instead. */
const probeOrAttempt = (
  standing: CalloutStanding,
  attempt: number,
  asked: ProbeStanding | undefined
): NextAttempt => {
  const { callback, circuit, freshOrder, holds, own, waitStored } = standing
  if (holds && circuit === "open") return { _tag: "Hold", wait: heldFor(standing, attempt) }
  if (asked !== undefined && asked.verdict !== "call") return { _tag: "Probe", of: own.at(-1)?.attempt ?? attempt }
  // A takeover that found the wait instead of a mark would not know that the attempt may be open.
  return { _tag: "Send", attempt, mark: attempt > 1 || freshOrder || waitStored || callback !== undefined }
}

/** The decision, unless the run is interrupted: then nothing is waited for or sent, but records are still made. */
const unlessInterrupted = ({ interruption }: CalloutStanding, decision: NextAttempt): NextAttempt =>
  interruption === undefined || ["Fail", "FailUnknown", "RecordInterrupted"].includes(decision._tag)
    ? decision
    : { _tag: "Interrupt", reason: interruption }

/** True for a 2xx, by which a partner that answers later acknowledges the request. */
export const isAccepted = ({ outcome, response }: CalloutRecord): boolean =>
  outcome === "succeeded" && response !== undefined && response.status >= 200 && response.status <= 299

/** Decides what follows once the partner took the request. */
const afterAcceptance = (standing: CalloutStanding, callback: CallbackStanding, of: CalloutRecord): NextAttempt => {
  const { deadline, index, interruption, now, request } = standing
  if (interruption?._tag === "Cancelled") return { _tag: "Interrupt", reason: interruption }
  const dueAt = Math.min(of.startedAt + of.durationMs + callback.timeoutMs, deadline)
  if (interruption === undefined && now < dueAt) {
    const attempt = attemptAfter(standing)
    return { _tag: "Await", wait: { index, request, attempt, dueAt, callback: callback.stepId } }
  }
  if (!callback.isClosed) return { _tag: "Close" }
  const isLate = interruption !== undefined || dueAt === deadline
  return { _tag: "GiveUp", of, message: isLate ? deadlineExceeded : noCallback }
}

/** The message of a step whose partner did not answer in time. */
export const noCallback = "no answer came to the callback URL in time"

const whereAnsweredLater = (standing: CalloutStanding, callback: CallbackStanding): NextAttempt => {
  const { isClosed, isTaken, record } = callback
  if (record !== undefined) return { _tag: record.outcome === "succeeded" ? "Answer" : "Fail", record }
  const { open } = standing.resumption
  if (matches(open, standing, attemptAfter(standing))) return { _tag: "RecordInterrupted", attempt: open.attempt }
  if (isTaken) return { _tag: "Judge" }
  const next = asAnsweredAtOnce(standing)
  if (next._tag === "Answer" && isAccepted(next.record)) return afterAcceptance(standing, callback, next.record)
  return ["Answer", "Fail", "FailUnknown"].includes(next._tag) && !isClosed ? { _tag: "Close" } : next
}

/** Decides what a callout does next. */
export const nextAttempt = (standing: CalloutStanding): NextAttempt =>
  standing.callback === undefined ? asAnsweredAtOnce(standing) : whereAnsweredLater(standing, standing.callback)

const asAnsweredAtOnce = (standing: CalloutStanding): NextAttempt => {
  const { own, probe, resumption, tokenExpired } = standing
  const last = own.at(-1)
  if (last?.outcome === "succeeded") return { _tag: "Answer", record: last }
  const attempt = attemptAfter(standing)
  const asksFirst = probe !== undefined && !tokenExpired && (last === undefined ? probe.first : last.unknown === true)
  const asked = asksFirst ? probe : undefined
  if (asked?.settled !== undefined) {
    return { _tag: asked.settled.outcome === "succeeded" ? "Answer" : "Fail", record: asked.settled }
  }
  if (matches(resumption.open, standing, attempt)) {
    return { _tag: "RecordInterrupted", attempt: resumption.open.attempt }
  }
  return unlessInterrupted(
    standing,
    beforeProbeOrAttempt(standing, attempt, asked) ?? probeOrAttempt(standing, attempt, asked)
  )
}
