/**
 * The callouts of one step: performs what `NextAttempt` decides. Stores what has to be stored before an attempt is sent,
 * waits, sends, asks the probe, and keeps the records. Contract: sections 5 and 10.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { Json } from "@sluice/domain/json/Json"
import { both, makeRedactor } from "@sluice/domain/redaction/Redaction"
import type { PartnerTurnsService, TurnNotNear } from "@sluice/http-client/internal/PartnerTurns"
import { type Clock, Effect, Semaphore } from "effect"
import { toPluginError } from "../interruption/Interruption.ts"
import type { CallbackAnswer } from "../journal/Callback.ts"
import { atOnce, Fenced, type Open, type Wait } from "../journal/Journal.ts"
import type { PartnerConcurrency } from "../partners/PartnerConcurrency.ts"
import { hostOf, type PartnerHealth } from "../partners/PartnerHealth.ts"
import type { CalloutAnswer, CalloutRequest } from "../plugins/Callout.ts"
import type { StepInput } from "../plugins/Plugin.ts"
import { type PluginError, Unknown } from "../plugins/PluginError.ts"
import { retryAfterEnds } from "../plugins/RetrySchedule.ts"
import type { Progress } from "./AttemptRecord.ts"
import type { Attempt, TokenResult } from "./AttemptRequest.ts"
import { newToken, urlOf } from "./CallbackUrl.ts"
import type { CalloutAttempt, Exchanged } from "./CalloutAttempt.ts"
import type { CalloutContext, StepCallback } from "./CalloutContext.ts"
import {
  add,
  answered,
  attemptOf,
  begin,
  begun,
  type Call,
  endsOf,
  keep,
  type Standing,
  standingOf,
  triesAgain,
  useUp,
  waitsFor
} from "./CallStanding.ts"
import { needsRetry, nextAttempt } from "./NextAttempt.ts"
import type { Probe } from "./Probe.ts"
import { answerOf, failureOf, isDefect } from "./RecordedOutcome.ts"
import { once, outsideOnce } from "./StepEffects.ts"

/** The health and the concurrency limit of partners. */
export interface PartnerManners {
  readonly health: PartnerHealth
  readonly slots: PartnerConcurrency
  /** Turns at partners that an operator has limited. */
  readonly turns: PartnerTurnsService
}

export interface StepCallouts {
  /**
   * Makes a callout. Concurrent calls are made one after another, in the order in which they were requested: a call may
   * have to release the run, and no other may be open then. If this process may no longer hold the run, the call ends
   * by interruption, so that plugins need not handle it.
   */
  readonly callout: (request: CalloutRequest) => Effect.Effect<CalloutAnswer, PluginError>
  /** Runs an effect that is no callout, in turns with callouts; see `StepInput.once`. */
  readonly once: StepInput<never>["once"]
  /** The recorded results of the effects of `once`, by name; absent where there are none. */
  readonly effects: () => Readonly<Record<string, Json>> | undefined
  /** Waits for the calls that a plugin has begun in other fibers. After it, none is made. */
  readonly close: Effect.Effect<void>
  /** Records that are not stored yet: they go with the step. */
  readonly pending: () => ReadonlyArray<CalloutRecord>
  /** All records of the step, stored or not. */
  readonly records: () => ReadonlyArray<CalloutRecord>
  /** The last record of the step. */
  readonly last: () => CalloutRecord | undefined
}

/** Begins a step's callouts. `holds`: the step would rather wait for its partner than fail. */
export type OpenCallouts = (scope: CalloutContext, holds: boolean) => StepCallouts

/** Makes a call when it is its turn, unless the step has ended. */
const inTurn = <A, E, R>(step: Standing, call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  outsideOnce(step, step.turn.withPermit(Effect.suspend(() => step.closed ? Effect.interrupt : call)))

const close = (step: Standing): Effect.Effect<void> =>
  step.turn.withPermit(Effect.sync(() => {
    step.closed = true
  }))

/** A run that this process may no longer hold ends here by interruption. */
const orElseGivenUp = <A, E, R>(effect: Effect.Effect<A, E | Fenced, R>): Effect.Effect<A, Exclude<E, Fenced>, R> =>
  Effect.catchIf(
    effect,
    (error): error is E & Fenced => error instanceof Fenced,
    () => Effect.interrupt
  ) as Effect.Effect<
    A,
    Exclude<E, Fenced>,
    R
  >

/** Stores all pending records or none: an interruption in between must neither lose a record nor store it twice. */
const flush = (step: Standing, next: { wait?: Wait; open?: Open }): Effect.Effect<void, Fenced> =>
  Effect.uninterruptible(Effect.map(step.scope.store(step.pending, next), () => {
    step.pending = []
  }))

const unknownMessage = (probe: CalloutRecord | undefined): string =>
  `it is not known whether the call took effect, and it is not repeated: ${
    probe?.response === undefined ? `the probe ended ${probe?.outcome}: ` : ""
  }${probe?.error?.message ?? "the probe could not tell"}`

/** An attempt of which only the mark is left: its token is lost. */
const interruptedAttempt = (step: Standing, call: Call, attempt: number): Attempt => ({
  ...attemptOf(step, call, attempt),
  ...(step.scope.callback !== undefined && { callbackUrl: "" })
})

/** The attempt with a callback URL of its own; `issued` stores the digest of its token. */
const withToken = (callback: StepCallback, of: Attempt) => {
  const token = newToken()
  const redactor = both(of.redactor, makeRedactor([token]))
  return {
    of: { ...of, callbackUrl: urlOf(callback.base, token), redactor },
    issued: callback.issue(token, of.attempt)
  }
}

/** Looks for the answer that may have come to a callback URL since it was last looked for. */
const lookForAnswer = ({ taken }: StepCallback, call: Call): Effect.Effect<void> =>
  Effect.map(taken, (answer) => {
    call.taken = answer
    call.mayBeTaken = false
  })

/** The services that callouts are made with; one for each process. Per step there are no generator functions: docs/adr/0002. */
interface Tools extends PartnerManners {
  readonly exchange: CalloutAttempt
  readonly clock: Clock.Clock
}

/** One attempt, when the host has a slot for it and `ready` has passed; halted in the middle, it leaves its record. */
const send = (
  tools: Tools,
  step: Standing,
  request: CalloutRequest,
  attempt: Attempt,
  ready: Effect.Effect<void, Fenced>,
  call: Call
): Effect.Effect<Exchanged, Fenced> => {
  const { exchange, health, slots, turns } = tools
  const { scope } = step
  const host = hostOf(request.url)
  const isTrial = call.isTrial && !call.hadTurn
  const turned = (turn: Effect.Effect<void>) =>
    scope.inTurn(
      { index: scope.index, request: attempt.request, attempt: attempt.attempt, dueAt: atOnce },
      () => step.pending,
      turn
    )
  // Where the process stops, nothing of this is stored; the plugin itself may have given the call up.
  const recordsHalt = <A, E>(progress: Progress, work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.onInterrupt(
      work,
      () => Effect.sync(() => keep(step, exchange.halted(request, attempt, progress, scope.interruption.now())))
    )
  const exchanged = <E>(begins: Effect.Effect<void, E>, token: TokenResult | undefined) =>
    Effect.flatMap(
      Effect.andThen(begins, exchange.begin),
      (progress) =>
        recordsHalt(progress, health.watch(host, exchange.exchange(request, attempt, progress, token), isTrial))
    )
  const sent = (token: TokenResult | undefined) =>
    slots.withSlot(
      host,
      turned,
      turns.isLimited(host)
        ? limited(tools, step, call, host, (begin) => exchanged(Effect.andThen(ready, begin), token))
        : exchanged(ready, token)
    )
  const obtaining = exchange.token(request)
  return obtaining === undefined
    ? sent(undefined)
    : Effect.flatMap(exchange.begin, (progress) => recordsHalt(progress, obtaining)).pipe(
      Effect.catch((turn) => holdForTurn(tools, step, call, turn)),
      Effect.flatMap(sent)
    )
}

/** Leaves the run until its turn at a limited partner is near. */
const holdForTurn = (
  { clock }: Tools,
  { pending, scope }: Standing,
  call: Call,
  { host, message }: TurnNotNear
): Effect.Effect<never, Fenced> => {
  const { deadline } = scope.interruption
  return scope.hold({
    index: scope.index,
    request: call.number,
    attempt: (call.own.at(-1)?.attempt ?? 0) + 1,
    dueAt: clock.currentTimeMillisUnsafe(),
    heldFor: host,
    turn: message,
    ...(deadline !== Infinity && { until: deadline })
  }, pending)
}

/** Makes the request when its turn has come at a partner with limits; leaves the run where that is not soon. */
const limited = (
  tools: Tools,
  step: Standing,
  call: Call,
  host: string,
  use: (begin: Effect.Effect<void, TurnNotNear>) => Effect.Effect<Exchanged, Fenced | TurnNotNear>
): Effect.Effect<Exchanged, Fenced> => {
  const { turns } = tools
  const line = step.scope.held.pipeline.name
  const inTime = Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      restore(turns.take({ host, line, released: call.isTrial })),
      ({ begin, end }) => Effect.ensuring(restore(use(begin)), end)
    )
  )
  return Effect.catchTag(inTime, "TurnNotNear", (turn) => holdForTurn(tools, step, call, turn))
}

/** Asks whether attempt `of` happened. Fails where the question itself ends with a defect. */
const ask = Effect.fnUntraced(function*(tools: Tools, step: Standing, probe: Probe, call: Call, of: Attempt) {
  const question = yield* probe.request
  const { sent } = call
  const request: CalloutRequest = {
    ...question,
    judge: (response) => {
      const verdict = probe.verdict(response, sent)
      return verdict._tag === "Settled" ? verdict.judgement : question.judge(response)
    },
    check: (response) =>
      probe.verdict(response, sent)._tag !== "Settled" || sent.check === undefined
        ? Effect.succeed({ outcome: "succeeded" })
        : sent.check(response)
  }
  // Records that are not stored yet must not be lost while the probe is sent.
  if (step.pending.length > 0) yield* flush(step, {})
  for (let refused = false;; refused = true) {
    // A key of its own: a partner that answers a repeated key from memory would answer what was, not what is.
    const attempt = { ...of, probe: true, idempotencyKey: `${of.idempotencyKey}-probe-${yield* newUuid}` }
    const { record, response, tokenRefused } = yield* send(tools, step, request, attempt, step.scope.lease, call)
    keep(step, record)
    if (isDefect(record)) return yield* Effect.fail(failureOf(record, response, request))
    if (tokenRefused && !refused) continue
    call.live = { record, response }
    call.waited = false
    call.asks++
    const says = response === undefined ? "Unknown" : probe.verdict(response, sent)._tag
    call.verdict = says === "Call" ? "call" : "unknown"
    return
  }
})

/** Judges the answer that was taken, and records it. */
const judge = Effect.fnUntraced(function*({ exchange }: Tools, step: Standing, call: Call, answer: CallbackAnswer) {
  const of = attemptOf(step, call, call.own.at(-1)?.attempt ?? 1)
  const { record, response } = yield* exchange.judged(call.request, of, answer)
  call.live = { record, response }
  keep(step, record)
})

/** Sends an attempt, once what has to be stored before it is. */
const attempt = Effect.fnUntraced(function*(tools: Tools, step: Standing, call: Call, number: number, mark: boolean) {
  const { index, lease } = step.scope
  const open: Open = { index, request: call.number, attempt: number, orderVersion: call.document.order.version }
  const { callback } = step.scope
  const bare = attemptOf(step, call, number)
  const { issued, of } = callback === undefined ? { issued: Effect.void, of: bare } : withToken(callback, bare)
  const isMarked = mark || step.pending.length > 0
  const maySend = callback === undefined ? lease : Effect.andThen(issued, lease)
  const ready = isMarked
    ? Effect.andThen(Effect.suspend(() => flush(step, mark ? { open } : {})), maySend)
    : maySend
  const { record, response, tokenRefused } = yield* send(tools, step, call.sent, of, ready, call)
  call.isTrial = false
  call.isClosed = false
  call.mayBeTaken = true
  begun(call)
  call.live = { record, response }
  // An expired token is not counted as a failure: one more attempt with a fresh one, at once.
  if (call.token === "expired") call.token = "refreshed"
  else if (call.token === "valid" && tokenRefused) call.token = "expired"
  add(step, call, record)
})

const callout = Effect.fnUntraced(function*(tools: Tools, step: Standing, request: CalloutRequest) {
  const { exchange } = tools
  const { scope } = step
  const call = yield* begin(step, request)
  while (true) {
    if (scope.callback !== undefined && call.mayBeTaken) yield* lookForAnswer(scope.callback, call)
    const standing = standingOf(tools, step, call)
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
        return yield* scope.hold(next.wait, step.pending, triesAgain(standing.host, next.wait))
      case "RecordInterrupted":
        add(step, call, yield* exchange.interrupted(request, interruptedAttempt(step, call, next.attempt)))
        useUp(scope.resumption)
        begun(call)
        break
      case "Wait":
        if (next.persist) yield* flush(step, { wait: next.wait })
        yield* scope.waitUntil(next.wait)
        useUp(scope.resumption)
        call.waited = true
        call.waitStored = true
        call.mayBeTaken = true
        break
      case "Await":
        return yield* scope.hold(next.wait, step.pending, waitsFor(scope.callback!, next.wait))
      case "Judge":
        yield* judge(tools, step, call, call.taken!)
        break
      case "Close":
        call.taken = yield* scope.callback!.close
        call.isClosed = true
        break
      case "GiveUp":
        keep(step, yield* exchange.unanswered(request, attemptOf(step, call, next.of.attempt), next.message))
        break
      case "Probe":
        useUp(scope.resumption)
        yield* ask(tools, step, scope.probe!, call, attemptOf(step, call, next.of))
        break
      case "Send":
        useUp(scope.resumption)
        yield* attempt(tools, step, call, next.attempt, next.mark)
    }
  }
}, Effect.catchTag("Fenced", () => Effect.interrupt))

export const make = (exchange: CalloutAttempt, manners: PartnerManners, clock: Clock.Clock): OpenCallouts => {
  const tools: Tools = { ...manners, exchange, clock }
  return (scope, holds) => {
    const step: Standing = {
      scope,
      holds,
      recorded: [...scope.recorded],
      pending: [],
      requests: 0,
      effects: scope.effects,
      results: new Map(Object.entries(scope.effects)),
      insideOnce: false,
      turn: Semaphore.makeUnsafe(1),
      closed: false
    }
    return {
      callout: (request) => inTurn(step, callout(tools, step, request)),
      once: (name, effect) => inTurn(step, orElseGivenUp(once(step, name, effect))),
      effects: () => Object.keys(step.effects).length === 0 ? undefined : step.effects,
      close: close(step),
      pending: () => step.pending,
      records: () => step.recorded,
      last: () => step.recorded.at(-1)
    }
  }
}
