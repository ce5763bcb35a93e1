/** The progress of a step through its callouts, and of one callout through its attempts: the input of `NextAttempt`. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { Json } from "@sluice/domain/json/Json"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { type Clock, Effect, type Semaphore } from "effect"
import type { CallbackAnswer } from "../journal/Callback.ts"
import type { Document, Wait } from "../journal/Journal.ts"
import { hostOf, type PartnerHealth } from "../partners/PartnerHealth.ts"
import type { CalloutRequest } from "../plugins/Callout.ts"
import type { Retry } from "../plugins/RetrySchedule.ts"
import type { Attempt } from "./AttemptRequest.ts"
import { type CalloutContext, hasBegun, type Resumption, type StepCallback } from "./CalloutContext.ts"
import { idempotencyKey, inheritedKey } from "./IdempotencyKey.ts"
import { type CallbackStanding, type CalloutStanding, matches, type ProbeStanding } from "./NextAttempt.ts"
import { endOf, responseOf } from "./RecordedOutcome.ts"

/** The progress of one step through its callouts. */
export interface Standing {
  readonly scope: CalloutContext
  readonly holds: boolean
  /** All records of the step, those that are not stored yet included. */
  readonly recorded: Array<CalloutRecord>
  pending: Array<CalloutRecord>
  requests: number
  /** The results of effects that ran once, by name: as they are recorded, and as this process got them. */
  effects: Readonly<Record<string, Json>>
  readonly results: Map<string, Json>
  /** True while an effect of `once` is running. */
  insideOnce: boolean
  /** A permit to make a call. */
  readonly turn: Semaphore.Semaphore
  closed: boolean
}

/** The ends of the attempts that count as retries: all but those that were interrupted. */
export const endsOf = (own: ReadonlyArray<CalloutRecord>) =>
  own.filter(({ outcome }) => outcome !== "interrupted").map(endOf)

/** The progress of one callout through its attempts. */
export interface Call {
  /** The request as the plugin made it. */
  readonly request: CalloutRequest
  /** The request by which attempts are judged: where the answer comes later, a 2xx only acknowledges it. */
  readonly sent: CalloutRequest
  /** The number of the request among the step's, from 0. */
  readonly number: number
  /** The recorded attempts of the request, oldest first, without probes. */
  readonly own: Array<CalloutRecord>
  /** The document of the first attempt: later ones send the same bytes. */
  readonly document: Document
  readonly host: string
  /** The run was released to try the partner, although its circuit is open, or because its turn has come. */
  isTrial: boolean
  /** True if the run waited for a turn at a limited partner, and not for the partner's circuit. */
  readonly hadTurn: boolean
  waited: boolean
  waitStored: boolean
  /** The number of probes that this claim has made since the last attempt; `verdict`: the result of the last one. */
  asks: number
  verdict: ProbeStanding["verdict"]
  token: "valid" | "expired" | "refreshed"
  /**
   * The answer that was taken for the step, as far as this process knows; `mayBeTaken`: another process may have taken
   * one since.
   */
  taken: CallbackAnswer | undefined
  mayBeTaken: boolean
  /** True if the step takes no answer any more. */
  isClosed: boolean
  /** The last answer of this process, before redaction. */
  live: { readonly record: CalloutRecord; readonly response: OutboundResponse | undefined } | undefined
}

/** The document that the request is built from: that of its first attempt, so that later ones send the same bytes. */
export const pinned = (
  { scope }: Standing,
  own: ReadonlyArray<CalloutRecord>,
  number: number,
  request: CalloutRequest
) => {
  const { index, resumption: { open } } = scope
  const first = own[0]
  if (first !== undefined) return scope.documentAt(first.orderVersion)
  if (matches(open, { index, request: number }, 1)) return scope.documentAt(open.orderVersion)
  return request.freshOrder === true ? scope.freshDocument : Effect.succeed(scope.document)
}

/** The answer of an attempt: as it came if this process received it, else as it is on record. */
export const answered = ({ live }: Call, record: CalloutRecord): OutboundResponse | undefined =>
  live?.record === record ? live.response : responseOf(record)

/** The probes about attempt `of` of the request. */
const probesOf = (records: ReadonlyArray<CalloutRecord>, { number }: Call, of: number) =>
  records.filter(({ attempt, probe, request }) => probe === true && request === number && attempt === of)

export const probeStanding = (step: Standing, call: Call): ProbeStanding | undefined => {
  const { held, index, probe, recorded } = step.scope
  if (probe === undefined) return undefined
  const of = call.own.at(-1)?.attempt ?? 1
  const last = probesOf(step.recorded, call, of).at(-1)
  const response = last && answered(call, last)
  const isSettled = response !== undefined && probe.verdict(response, call.sent)._tag === "Settled"
  return {
    // An earlier run may have sent the request and not heard of it.
    first: probe.first || inheritedKey({ held, index, request: call.number }) !== undefined,
    settled: isSettled ? last : undefined,
    verdict: call.verdict,
    asks: probesOf(recorded, call, of).length + call.asks,
    last
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/**
 * The request by which the answers of attempts are judged. Where the answer comes to a callback URL, any 2xx counts as
 * success, because it only acknowledges the request; otherwise the request is as the plugin made it.
 */
export const sentRequest = ({ scope: { callback } }: Standing, request: CalloutRequest): CalloutRequest => {
  if (callback === undefined) return request
  const { check, judge, read, ...rest } = request
  return {
    ...rest,
    judge: (response) => isSuccess(response.status) ? { outcome: "succeeded" } : judge(response),
    ...(read !== undefined && { read }),
    ...(check !== undefined && {
      check: (response) => isSuccess(response.status) ? Effect.succeed({ outcome: "succeeded" }) : check(response)
    })
  }
}

export const callbackStanding = (step: Standing, call: Call): CallbackStanding | undefined => {
  const { callback } = step.scope
  return callback && {
    stepId: callback.stepId,
    record: step.recorded.find(({ callback, request }) => callback === true && request === call.number),
    isTaken: call.taken !== undefined,
    isClosed: call.isClosed,
    timeoutMs: callback.timeoutMs
  }
}

/** The run's reason while it waits for a callback. */
export const waitsFor = ({ stepId }: StepCallback, { dueAt }: Wait): string =>
  `waits for the callback of step ${stepId} until ${isoOf(dueAt)}`

/**
 * The run's reason while it waits to try its partner again; `undefined` where it waits for the partner's circuit, or
 * for a turn, which the wait itself names.
 */
export const triesAgain = (host: string, { dueAt, heldFor }: Wait): string | undefined =>
  heldFor === undefined ? `waits for partner ${host}, which is tried again at ${isoOf(dueAt)}` : undefined

/** Resets a call for its next attempt, before which no wait and no probe have happened yet. */
export const begun = (call: Call) => {
  call.waited = false
  call.waitStored = false
  call.asks = 0
  call.verdict = undefined
}

/** The attempt number `attempt` of a call, as it is sent. */
export const attemptOf = ({ scope: { held, index, redactor } }: Standing, call: Call, attempt: number): Attempt => ({
  orderId: held.orderId,
  request: call.number,
  attempt,
  idempotencyKey: idempotencyKey({ held, index, request: call.number }, call.own, call.request.retry, attempt),
  document: call.document,
  redactor
})

/** Adds a record of the step that is not stored yet. */
export const keep = ({ pending, recorded }: Standing, record: CalloutRecord) => {
  recorded.push(record)
  pending.push(record)
}

/** Adds the record of an attempt of the call. */
export const add = (step: Standing, call: Call, record: CalloutRecord) => {
  call.own.push(record)
  keep(step, record)
}

/** Clears what the previous holder of the run left: its wait is over, its open attempt has a record. */
export const useUp = (resumption: Resumption) => {
  resumption.wait = undefined
  resumption.open = undefined
  resumption.mayBeOpen = false
}

const noRetry: Retry = { beyond: 0, pause: 0 }

/** Begins the next callout of the step; it continues from the attempts that are already recorded for it. */
export const begin = Effect.fnUntraced(function*(step: Standing, request: CalloutRequest) {
  const number = step.requests++
  const own = step.recorded.filter((record) =>
    record.request === number && record.probe !== true && record.callback !== true
  )
  const host = hostOf(request.url)
  const call: Call = {
    request,
    sent: sentRequest(step, request),
    number,
    own,
    document: yield* pinned(step, own, number, request),
    host,
    isTrial: step.scope.resumption.wait?.heldFor === host,
    hadTurn: step.scope.resumption.wait?.turn !== undefined,
    waited: false,
    waitStored: false,
    asks: 0,
    verdict: undefined,
    token: "valid",
    taken: undefined,
    mayBeTaken: own.length > 0 || hasBegun(step.scope.resumption, step.scope.index),
    isClosed: false,
    live: undefined
  }
  return call
})

/** The current facts from which the next step of a call is decided. */
export const standingOf = (
  { clock, health }: { readonly clock: Clock.Clock; readonly health: Pick<PartnerHealth, "isDown"> },
  step: Standing,
  call: Call
): CalloutStanding => {
  const { holds, scope } = step
  return {
    index: scope.index,
    request: call.number,
    own: call.own,
    resumption: scope.resumption,
    waited: call.waited,
    waitStored: call.waitStored,
    retry: noRetry,
    tokenExpired: call.token === "expired",
    freshOrder: call.request.freshOrder === true,
    holds,
    host: call.host,
    circuit: !health.isDown(call.host) ? "closed" : call.isTrial ? "trial" : "open",
    probe: probeStanding(step, call),
    callback: callbackStanding(step, call),
    interruption: scope.interruption.now(),
    now: clock.currentTimeMillisUnsafe(),
    deadline: scope.interruption.deadline
  }
}
