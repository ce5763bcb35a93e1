/**
 * The callouts of one step: decides which attempt is next, what is stored before it is sent, and how long to wait.
 *
 * What makes a callout happen once as far as anyone can tell stands here: an answer on record is never asked for again;
 * a second attempt is marked before its first byte leaves; an attempt that may have been open when a process died is
 * recorded as interrupted and its number not used again; a call of unknown outcome is asked after, where the step has a
 * probe, before it is made again. Contract: sections 5 and 10.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import { newUuid } from "@sluice/domain/internal/identity/UuidV7"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect, Semaphore } from "effect"
import { type Interruption, toPluginError } from "../interruption/Interruption.ts"
import type { Fenced, Open, Wait } from "../journal/Journal.ts"
import { openForMs } from "../partners/PartnerBreaker.ts"
import type { PartnerConcurrency } from "../partners/PartnerConcurrency.ts"
import { hostOf, type PartnerHealth, signOf } from "../partners/PartnerHealth.ts"
import type { CalloutAnswer, CalloutRequest } from "../plugins/Callout.ts"
import type { PluginError } from "../plugins/PluginError.ts"
import { delayAfter } from "../plugins/RetrySchedule.ts"
import type { Attempt, CalloutAttempt } from "./CalloutAttempt.ts"
import type { CalloutContext } from "./CalloutContext.ts"
import { idempotencyKey, inheritedKey } from "./IdempotencyKey.ts"
import type { Probe } from "./Probe.ts"
import { answerOf, endOf, failureOf, isDefect, responseOf } from "./RecordedOutcome.ts"

/** The health and the concurrency limit of partners. */
export interface PartnerManners {
  readonly health: PartnerHealth
  readonly slots: PartnerConcurrency
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

/** Makes a call when it is its turn, unless the step has ended. */
const inTurn = <A, E>(step: Standing, call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  step.turn.withPermit(Effect.suspend(() => step.closed ? Effect.interrupt : call))

const close = (step: Standing): Effect.Effect<void> =>
  step.turn.withPermit(Effect.sync(() => {
    step.closed = true
  }))

/** A partner that gave no answer is waited for; one that said it cannot, only where others hear the same. */
const heldAfter = (record: CalloutRecord, isDown: boolean): boolean => {
  const sign = signOf(record)
  return sign === "noAnswer" || (sign === "serverError" && isDown)
}

const matches = (mark: Wait | Open | undefined, index: number, request: number, attempt: number): boolean =>
  mark !== undefined && mark.index === index && mark.request === request && mark.attempt >= attempt

/** The wait of a held run: until the partner's circuit closes or the run's time is up. */
const heldFor = (
  attempt: Pick<Wait, "index" | "request" | "attempt">,
  host: string,
  now: number,
  { deadline }: Interruption
): Wait => ({
  ...attempt,
  dueAt: now,
  heldFor: host,
  ...(deadline !== Infinity && { until: deadline })
})

const keep = ({ pending, recorded }: Standing, record: CalloutRecord) => {
  recorded.push(record)
  pending.push(record)
}

/** Stores all pending records or none: an interruption in between must neither lose a record nor store it twice. */
const flush = (step: Standing, next: { wait?: Wait; open?: Open }): Effect.Effect<void, Fenced> =>
  Effect.uninterruptible(Effect.map(step.scope.store(step.pending, next), () => {
    step.pending = []
  }))

const unlessInterrupted = ({ scope: { interruption } }: Standing): Effect.Effect<void, PluginError> => {
  const halt = interruption.now()
  return halt === undefined ? Effect.void : Effect.fail(toPluginError(halt))
}

/** The document of the step's first attempt: later ones send the same bytes. */
const pinned = ({ scope }: Standing, own: ReadonlyArray<CalloutRecord>, number: number, request: CalloutRequest) => {
  const { index, resumption } = scope
  const first = own[0]
  if (first !== undefined) return scope.documentAt(first.orderVersion)
  if (matches(resumption.open, index, number, 1)) return scope.documentAt(resumption.open!.orderVersion)
  return request.freshOrder === true ? scope.freshDocument : Effect.succeed(scope.document)
}

/**
 * True if the outcome of an earlier run's request is unknown, so that the probe must be asked before it is repeated.
 */
const asksFirst = ({ scope: { held, index } }: Standing, probe: Probe, number: number): boolean =>
  probe.first || inheritedKey({ held, index, request: number }) !== undefined

/** The generator functions are defined here once, not for each step: docs/adr/0002. */
export const make = (exchange: CalloutAttempt, { health, slots }: PartnerManners): OpenCallouts => {
  /** One attempt, when the host has a slot for it and `ready` has passed; halted in the middle, it leaves its record. */
  const send = (
    step: Standing,
    request: CalloutRequest,
    attempt: Attempt,
    ready: Effect.Effect<void, Fenced>,
    letGo: boolean
  ) => {
    const { scope } = step
    const host = hostOf(request.url)
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
    const exchanged = Effect.flatMap(Effect.andThen(ready, exchange.begin), (progress) =>
      Effect.onInterrupt(
        health.watch(host, exchange.exchange(request, attempt, progress), letGo),
        () =>
          Effect.sync(() => {
            // Where the process stops, nothing of this is stored; the plugin itself may have given the call up.
            keep(step, exchange.halted(request, attempt, progress, scope.interruption.now()))
          })
      ))
    return slots.withSlot(host, turned, exchanged)
  }

  /** Asks whether attempt `of` of `call` happened; the record that settles it, or `undefined`. */
  const ask = Effect.fnUntraced(function*(
    step: Standing,
    probe: Probe,
    call: CalloutRequest,
    of: Attempt,
    letGo: boolean
  ) {
    const known = step.recorded.findLast((record) =>
      record.probe === true && record.request === of.request && record.attempt === of.attempt
    )
    const answered = known && responseOf(known)
    if (known !== undefined && answered !== undefined) {
      if (probe.settles(answered, call) !== undefined) return { record: known, response: answered }
    }
    const question = yield* probe.request
    const request: CalloutRequest = {
      ...question,
      judge: (response) => probe.settles(response, call) ?? question.judge(response),
      check: (response) =>
        probe.settles(response, call) === undefined || call.check === undefined
          ? Effect.succeed({ outcome: "succeeded" })
          : call.check(response)
    }
    // What is not stored yet must not be lost over the question.
    if (step.pending.length > 0) yield* flush(step, {})
    for (let refused = false;;) {
      // A key of its own: a partner that answers a repeated key from memory would answer what was, not what is.
      const attempt = { ...of, probe: true, idempotencyKey: `${of.idempotencyKey}-probe-${yield* newUuid}` }
      const { record, response, tokenRefused } = yield* send(step, request, attempt, step.scope.lease, letGo)
      keep(step, record)
      if (isDefect(record)) return yield* Effect.fail(failureOf(record, response, request))
      if (tokenRefused && !refused) {
        refused = true
        continue
      }
      const settled = response !== undefined && probe.settles(response, call) !== undefined
      return settled ? { record, response } : undefined
    }
  })

  const callout = Effect.fnUntraced(function*(step: Standing, request: CalloutRequest) {
    const { holds, scope } = step
    const { held, index, resumption } = scope
    const clock = yield* Clock.Clock
    const number = step.requests++
    const own = step.recorded.filter((record) => record.request === number && record.probe !== true)
    const document = yield* pinned(step, own, number, request)
    const keyed = { held, index, request: number }
    const attemptOf = (attempt: number) => ({
      orderId: held.orderId,
      request: number,
      attempt,
      idempotencyKey: idempotencyKey(keyed, own, request.retry, attempt),
      document,
      redactor: scope.redactor
    })
    const add = (record: CalloutRecord) => {
      own.push(record)
      keep(step, record)
    }
    const host = hostOf(request.url)
    // Let go, to be tried although the partner counts as down.
    let letGo = resumption.wait?.heldFor === host
    let response: OutboundResponse | undefined
    let refreshed = false
    let again = false

    while (true) {
      const last = own.at(-1)
      if (last?.outcome === "succeeded") {
        return answerOf(response ?? responseOf(last), own.length)
      }
      let attempt = (last?.attempt ?? 0) + 1
      // Whether the mark of this attempt has to be stored before it is sent.
      let mark = attempt > 1 || request.freshOrder === true

      if (matches(resumption.open, index, number, attempt)) {
        attempt = resumption.open!.attempt
        add(yield* exchange.interrupted(request, attemptOf(attempt)))
        attempt++
        mark = true
      } else if (last !== undefined && last.outcome !== "interrupted" && !again) {
        const resumed = matches(resumption.wait, index, number, attempt) ? resumption.wait : undefined
        const ends = own.filter((record) => record.outcome !== "interrupted").map(endOf)
        const delay = resumed !== undefined ? 0 : isDefect(last) ? undefined : yield* delayAfter(request.retry, ends)
        if (delay === undefined) {
          if (holds && heldAfter(last, health.isDown(host))) {
            yield* unlessInterrupted(step)
            const now = clock.currentTimeMillisUnsafe()
            const again = { index, request: number, attempt }
            // Alone in its trouble it comes back by time; among others, when the partner does.
            const dueAt = Math.min(now + openForMs(ends.length), scope.interruption.deadline)
            const wait = health.isDown(host) ? heldFor(again, host, now, scope.interruption) : { ...again, dueAt }
            return yield* scope.hold(wait, step.pending)
          }
          return yield* Effect.fail(failureOf(last, response ?? responseOf(last), request))
        }
        yield* unlessInterrupted(step)
        const dueAt = Math.min(clock.currentTimeMillisUnsafe() + delay, scope.interruption.deadline)
        const wait = resumed ?? { index, request: number, attempt, dueAt }
        if (resumed === undefined) yield* flush(step, { wait })
        yield* scope.waitUntil(wait)
      } else if (matches(resumption.wait, index, number, attempt)) {
        yield* unlessInterrupted(step)
        yield* scope.waitUntil(resumption.wait!)
        mark = true
      } else if (resumption.mayBeOpen) {
        add(yield* exchange.interrupted(request, attemptOf(attempt)))
        attempt++
        mark = true
      }
      resumption.wait = undefined
      resumption.open = undefined
      resumption.mayBeOpen = false

      yield* unlessInterrupted(step)
      if (holds && !letGo && health.isDown(host)) {
        const standing = { index, request: number, attempt }
        const now = clock.currentTimeMillisUnsafe()
        return yield* scope.hold(heldFor(standing, host, now, scope.interruption), step.pending)
      }
      const before = own.at(-1)
      const { probe } = scope
      if (
        probe !== undefined && !again &&
        (before === undefined ? asksFirst(step, probe, number) : before.unknown === true)
      ) {
        const settled = yield* ask(step, probe, request, attemptOf(before?.attempt ?? attempt), letGo)
        if (settled?.record.outcome === "succeeded") return answerOf(settled.response, own.length)
        if (settled !== undefined) return yield* Effect.fail(failureOf(settled.record, settled.response, request))
      }

      const opens: { open?: Open } = mark
        ? { open: { index, request: number, attempt, orderVersion: document.order.version } }
        : {}
      const isMarked = mark || step.pending.length > 0
      const ready = isMarked ? Effect.andThen(Effect.suspend(() => flush(step, opens)), scope.lease) : scope.lease
      const exchanged = yield* send(step, request, attemptOf(attempt), ready, letGo)
      letGo = false
      response = exchanged.response
      // An expired token is nobody's failure: one more attempt with a fresh one, at once.
      again = exchanged.tokenRefused && !refreshed
      refreshed = refreshed || exchanged.tokenRefused
      add(exchanged.record)
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
