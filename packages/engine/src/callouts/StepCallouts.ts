/**
 * The callouts of one step: performs what `NextAttempt` decides. Stores what has to be stored before an attempt is sent,
 * waits, sends, asks the probe, and keeps the records. Contract: sections 5 and 10.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { PartnerTurnsService, TurnNotNear } from "@sluice/http-client/internal/PartnerTurns"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Semaphore } from "effect"
import { toPluginError } from "../interruption/Interruption.ts"
import type { Document, Fenced, Open, Wait } from "../journal/Journal.ts"
import type { PartnerConcurrency } from "../partners/PartnerConcurrency.ts"
import { hostOf, type PartnerHealth } from "../partners/PartnerHealth.ts"
import type { CalloutAnswer, CalloutRequest } from "../plugins/Callout.ts"
import { type PluginError, Unknown } from "../plugins/PluginError.ts"
import { type Retry, retryAfterEnds } from "../plugins/RetrySchedule.ts"
import type { Attempt, CalloutAttempt, Exchanged } from "./CalloutAttempt.ts"
import type { CalloutContext, Resumption } from "./CalloutContext.ts"
import { idempotencyKey, inheritedKey } from "./IdempotencyKey.ts"
import { type CalloutStanding, matches, needsRetry, nextAttempt, type ProbeStanding } from "./NextAttempt.ts"
import type { Probe } from "./Probe.ts"
import { answerOf, endOf, failureOf, isDefect, responseOf } from "./RecordedOutcome.ts"

/** The health and the concurrency limit of partners. */
export interface PartnerManners {
  readonly health: PartnerHealth
  readonly slots: PartnerConcurrency
  /** Turns at partners that an operator has limited. */
  readonly turns: PartnerTurnsService
}

export interface StepCallouts {
  /**
   * Calls that are asked for at once are made one after another, in the order in which they were asked for: a call may
   * have to give the run up, and no other may be open then. A run that this process may no longer hold ends here by
   * interruption: no plugin has to know of it.
   */
  readonly callout: (request: CalloutRequest) => Effect.Effect<CalloutAnswer, PluginError>
  /** Waits for the calls that a plugin has begun in other fibers. After it, none is made. */
  readonly close: Effect.Effect<void>
  /** Records that are not stored yet: they go with the step. */
  readonly pending: () => ReadonlyArray<CalloutRecord>
  /** All records of the step, stored or not. */
  readonly records: () => ReadonlyArray<CalloutRecord>
  /** The last of them. */
  readonly last: () => CalloutRecord | undefined
}

/** Begins a step's callouts. `holds`: the step would rather wait for its partner than fail. */
export type OpenCallouts = (scope: CalloutContext, holds: boolean) => StepCallouts

/** The position of one step in its callouts. */
interface Standing {
  readonly scope: CalloutContext
  readonly holds: boolean
  /** All of its records, and those that are not stored yet. */
  readonly recorded: Array<CalloutRecord>
  pending: Array<CalloutRecord>
  requests: number
  /** A permit to make a call. */
  readonly turn: Semaphore.Semaphore
  closed: boolean
}

/** An attempt that was interrupted uses up no retry. */
const endsOf = (own: ReadonlyArray<CalloutRecord>) => own.filter(({ outcome }) => outcome !== "interrupted").map(endOf)

/** Makes a call when it is its turn, unless the step has ended. */
const inTurn = <A, E>(step: Standing, call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  step.turn.withPermit(Effect.suspend(() => step.closed ? Effect.interrupt : call))

const close = (step: Standing): Effect.Effect<void> =>
  step.turn.withPermit(Effect.sync(() => {
    step.closed = true
  }))

const keep = ({ pending, recorded }: Standing, record: CalloutRecord) => {
  recorded.push(record)
  pending.push(record)
}

/** Stores all pending records or none: an interruption in between must neither lose a record nor store it twice. */
const flush = (step: Standing, next: { wait?: Wait; open?: Open }): Effect.Effect<void, Fenced> =>
  Effect.uninterruptible(Effect.map(step.scope.store(step.pending, next), () => {
    step.pending = []
  }))

/** One callout on its way to an answer. */
interface Call {
  readonly request: CalloutRequest
  /** The number of the request among the step's, from 0. */
  readonly number: number
  /** Its attempts on record, oldest first, without probes. */
  readonly own: Array<CalloutRecord>
  /** The document of the first attempt: later ones send the same bytes. */
  readonly document: Document
  readonly host: string
  /** The run was released to try the partner, although its circuit is open, or because its turn has come. */
  isTrial: boolean
  /** It had waited for a turn at a limited partner, not for the partner's circuit. */
  readonly hadTurn: boolean
  waited: boolean
  waitStored: boolean
  /** The number of questions of this claim since the last attempt, and what the last answer said. */
  asks: number
  verdict: ProbeStanding["verdict"]
  token: "valid" | "expired" | "refreshed"
  /** The last answer of this process, before redaction. */
  live: { readonly record: CalloutRecord; readonly response: OutboundResponse | undefined } | undefined
}

/** The document of the request's first attempt. */
const pinned = ({ scope }: Standing, own: ReadonlyArray<CalloutRecord>, number: number, request: CalloutRequest) => {
  const { index, resumption: { open } } = scope
  const first = own[0]
  if (first !== undefined) return scope.documentAt(first.orderVersion)
  if (matches(open, { index, request: number }, 1)) return scope.documentAt(open.orderVersion)
  return request.freshOrder === true ? scope.freshDocument : Effect.succeed(scope.document)
}

/** The answer of an attempt: as it came if this process received it, else as it is on record. */
const answered = ({ live }: Call, record: CalloutRecord): OutboundResponse | undefined =>
  live?.record === record ? live.response : responseOf(record)

/** The probes about attempt `of` of the request. */
const probesOf = (records: ReadonlyArray<CalloutRecord>, { number }: Call, of: number) =>
  records.filter(({ attempt, probe, request }) => probe === true && request === number && attempt === of)

const probeStanding = (step: Standing, call: Call): ProbeStanding | undefined => {
  const { held, index, probe, recorded } = step.scope
  if (probe === undefined) return undefined
  const of = call.own.at(-1)?.attempt ?? 1
  const last = probesOf(step.recorded, call, of).at(-1)
  const response = last && answered(call, last)
  const isSettled = response !== undefined && probe.verdict(response, call.request)._tag === "Settled"
  return {
    // An earlier run may have sent the request and not heard of it.
    first: probe.first || inheritedKey({ held, index, request: call.number }) !== undefined,
    settled: isSettled ? last : undefined,
    verdict: call.verdict,
    asks: probesOf(recorded, call, of).length + call.asks,
    last
  }
}

/** The next attempt begins: nothing was waited for, and nothing asked. */
const begun = (call: Call) => {
  call.waited = false
  call.waitStored = false
  call.asks = 0
  call.verdict = undefined
}

const noRetry: Retry = { beyond: 0, pause: 0 }

const unknownMessage = (probe: CalloutRecord | undefined): string =>
  `it is not known whether the call took effect, and it is not repeated: ${
    probe?.response === undefined ? `the probe ended ${probe?.outcome}: ` : ""
  }${probe?.error?.message ?? "the probe could not tell"}`

const add = (step: Standing, call: Call, record: CalloutRecord) => {
  call.own.push(record)
  keep(step, record)
}

const attemptOf = ({ scope: { held, index, redactor } }: Standing, call: Call, attempt: number): Attempt => ({
  orderId: held.orderId,
  request: call.number,
  attempt,
  idempotencyKey: idempotencyKey({ held, index, request: call.number }, call.own, call.request.retry, attempt),
  document: call.document,
  redactor
})

const useUp = (resumption: Resumption) => {
  resumption.wait = undefined
  resumption.open = undefined
  resumption.mayBeOpen = false
}

/** The generator functions are defined here once, not for each step: docs/adr/0002. */
export const make = (
  exchange: CalloutAttempt,
  { health, slots, turns }: PartnerManners,
  clock: Clock.Clock
): OpenCallouts => {
  /** One attempt, when the host has a slot for it and `ready` has passed; halted in the middle, it leaves its record. */
  const send = (
    step: Standing,
    request: CalloutRequest,
    attempt: Attempt,
    ready: Effect.Effect<void, Fenced>,
    call: Call
  ) => {
    const { scope } = step
    const host = hostOf(request.url)
    const letGo = call.isTrial && !call.hadTurn
    const turned = (turn: Effect.Effect<void>) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (dueAt) =>
          scope.inTurn(
            { index: scope.index, request: attempt.request, attempt: attempt.attempt, dueAt },
            () => step.pending,
            turn
          )
      )
    const exchanged = <E>(begins: Effect.Effect<void, E>) =>
      Effect.flatMap(Effect.andThen(begins, exchange.begin), (progress) =>
        Effect.onInterrupt(
          health.watch(host, exchange.exchange(request, attempt, progress), letGo),
          () =>
            Effect.sync(() => {
              // Where the process stops, nothing of this is stored; the plugin itself may have given the call up.
              keep(step, exchange.halted(request, attempt, progress, scope.interruption.now()))
            })
        ))
    return slots.withSlot(
      host,
      turned,
      turns.isLimited(host)
        ? limited(step, call, host, (begin) => exchanged(Effect.andThen(ready, begin)))
        : exchanged(ready)
    )
  }

  /** Makes the request when its turn has come at a partner with limits; leaves the run where that is not soon. */
  const limited = (
    step: Standing,
    call: Call,
    host: string,
    use: (begin: Effect.Effect<void, TurnNotNear>) => Effect.Effect<Exchanged, Fenced | TurnNotNear>
  ): Effect.Effect<Exchanged, Fenced> => {
    const { deadline } = step.scope.interruption
    const line = step.scope.held.pipeline.name
    const inTime = Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        restore(turns.take({ host, line, released: call.isTrial })),
        ({ begin, end }) => Effect.ensuring(restore(use(begin)), end)
      )
    )
    return Effect.catchTag(inTime, "TurnNotNear", ({ message }) =>
      step.scope.hold({
        index: step.scope.index,
        request: call.number,
        attempt: (call.own.at(-1)?.attempt ?? 0) + 1,
        dueAt: clock.currentTimeMillisUnsafe(),
        heldFor: host,
        turn: message,
        ...(deadline !== Infinity && { until: deadline })
      }, step.pending))
  }

  /** Asks whether attempt `of` happened. Fails where the question itself ends with a defect. */
  const ask = Effect.fnUntraced(function*(step: Standing, probe: Probe, call: Call, of: Attempt) {
    const question = yield* probe.request
    const request: CalloutRequest = {
      ...question,
      judge: (response) => {
        const verdict = probe.verdict(response, call.request)
        return verdict._tag === "Settled" ? verdict.judgement : question.judge(response)
      },
      check: (response) =>
        probe.verdict(response, call.request)._tag !== "Settled" || call.request.check === undefined
          ? Effect.succeed({ outcome: "succeeded" })
          : call.request.check(response)
    }
    // What is not stored yet must not be lost over the question.
    if (step.pending.length > 0) yield* flush(step, {})
    for (let refused = false;; refused = true) {
      // A key of its own: a partner that answers a repeated key from memory would answer what was, not what is.
      const attempt = { ...of, probe: true, idempotencyKey: `${of.idempotencyKey}-probe-${yield* newUuid}` }
      const { record, response, tokenRefused } = yield* send(step, request, attempt, step.scope.lease, call)
      keep(step, record)
      if (isDefect(record)) return yield* Effect.fail(failureOf(record, response, request))
      if (tokenRefused && !refused) continue
      call.live = { record, response }
      call.waited = false
      call.asks++
      const says = response === undefined ? "Unknown" : probe.verdict(response, call.request)._tag
      call.verdict = says === "Call" ? "call" : "unknown"
      return
    }
  })

  /** Sends an attempt, once what has to be stored before it is. */
  const attempt = Effect.fnUntraced(function*(step: Standing, call: Call, number: number, mark: boolean) {
    const { index, lease } = step.scope
    const open: Open = { index, request: call.number, attempt: number, orderVersion: call.document.order.version }
    const isMarked = mark || step.pending.length > 0
    const ready = isMarked
      ? Effect.andThen(Effect.suspend(() => flush(step, mark ? { open } : {})), lease)
      : lease
    const { record, response, tokenRefused } = yield* send(
      step,
      call.request,
      attemptOf(step, call, number),
      ready,
      call
    )
    call.isTrial = false
    begun(call)
    call.live = { record, response }
    // An expired token is nobody's failure: one more attempt with a fresh one, at once.
    call.token = tokenRefused && call.token === "valid" ? "expired" : call.token === "valid" ? "valid" : "refreshed"
    add(step, call, record)
  })

  const begin = Effect.fnUntraced(function*(step: Standing, request: CalloutRequest) {
    const number = step.requests++
    const own = step.recorded.filter((record) => record.request === number && record.probe !== true)
    const host = hostOf(request.url)
    const call: Call = {
      request,
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
      live: undefined
    }
    return call
  })

  const standingOf = ({ holds, scope }: Standing, call: Call, probe: ProbeStanding | undefined): CalloutStanding => ({
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
    probe,
    interruption: scope.interruption.now(),
    now: clock.currentTimeMillisUnsafe(),
    deadline: scope.interruption.deadline
  })

  const callout = Effect.fnUntraced(function*(step: Standing, request: CalloutRequest) {
    const { scope } = step
    const call = yield* begin(step, request)
    while (true) {
      const standing = standingOf(step, call, probeStanding(step, call))
      const next = nextAttempt(
        needsRetry(standing) ? { ...standing, retry: yield* retryAfterEnds(request.retry, endsOf(call.own)) } : standing
      )
      switch (next._tag) {
        case "Answer":
          return answerOf(answered(call, next.record), call.own.length)
        case "Fail":
          return yield* Effect.fail(failureOf(next.record, answered(call, next.record), request))
        case "FailUnknown":
          return yield* new Unknown({ message: unknownMessage(next.record) })
        case "Interrupt":
          return yield* Effect.fail(toPluginError(next.reason))
        case "Hold":
          return yield* scope.hold(next.wait, step.pending)
        case "RecordInterrupted":
          add(step, call, yield* exchange.interrupted(request, attemptOf(step, call, next.attempt)))
          useUp(scope.resumption)
          begun(call)
          break
        case "Wait":
          if (next.persist) yield* flush(step, { wait: next.wait })
          yield* scope.waitUntil(next.wait)
          useUp(scope.resumption)
          call.waited = true
          call.waitStored = true
          break
        case "Probe":
          useUp(scope.resumption)
          yield* ask(step, scope.probe!, call, attemptOf(step, call, next.of))
          break
        case "Send":
          useUp(scope.resumption)
          yield* attempt(step, call, next.attempt, next.mark)
      }
    }
  }, Effect.catchTag("Fenced", () => Effect.interrupt))

  return (scope, holds) => {
    const step: Standing = {
      scope,
      holds,
      recorded: [...scope.recorded],
      pending: [],
      requests: 0,
      turn: Semaphore.makeUnsafe(1),
      closed: false
    }
    return {
      callout: (request) => inTurn(step, callout(step, request)),
      close: close(step),
      pending: () => step.pending,
      records: () => step.recorded,
      last: () => step.recorded.at(-1)
    }
  }
}
