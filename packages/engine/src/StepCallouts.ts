/**
 * The callouts of one step: which attempt is next, what is stored before it is sent, and how long to wait.
 *
 * What makes a callout happen once as far as anyone can tell stands here: an answer on record is never asked for again;
 * a second attempt is marked before its first byte leaves; an attempt that may have been open when a process died is
 * recorded as interrupted and its number not used again; a call of unknown outcome is asked after, where the step has a
 * probe, before it is made again. Contract: sections 5 and 10.
 */
import type { CalloutRecord } from "@sluice/domain/CalloutRecord"
import type { Redactor } from "@sluice/domain/Redaction"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Clock, Effect } from "effect"
import type { CalloutAnswer, CalloutRequest } from "./Callout.ts"
import type { Attempt, CalloutExchange } from "./CalloutExchange.ts"
import { errorOf, type Halting } from "./Halting.ts"
import { idempotencyKey, inheritedKey } from "./IdempotencyKey.ts"
import type { Document, Fenced, HeldRun, Open, Wait } from "./Journal.ts"
import { newUuid } from "./NewId.ts"
import { openForMs } from "./PartnerBoard.ts"
import { hostOf, type PartnerHealth, signOf } from "./PartnerHealth.ts"
import type { PartnerSlots } from "./PartnerSlots.ts"
import type { PluginError } from "./PluginError.ts"
import type { Probe } from "./Probe.ts"
import { answerOf, endOf, failureOf, responseOf } from "./RecordedEnd.ts"
import { delayAfter } from "./RetrySchedule.ts"

/** A wait longer than this gives the run up until it is due, in milliseconds. */
export const longWaitMs = 30_000

/** What the former holder of a run left open; used up by the first callout after it. */
export interface Resumption {
  wait: Wait | undefined
  open: Open | undefined
  /** The next first attempt may have been open when its process died. */
  mayBeOpen: boolean
}

export const resumption = (held: HeldRun): Resumption => ({
  wait: held.wait,
  open: held.open,
  mayBeOpen: held.takenOver
})

/** Whether step `index` may have been in the middle of a callout, or of a wait between two. */
export const hasBegun = ({ wait, open, mayBeOpen }: Resumption, index: number): boolean =>
  mayBeOpen || open?.index === index || wait?.index === index

/** What a step's callouts need of the run around them. */
export interface CalloutScope {
  readonly held: HeldRun
  readonly index: number
  readonly redactor: Redactor
  readonly resumption: Resumption
  /** Records that were stored before this process took the step up. */
  readonly recorded: ReadonlyArray<CalloutRecord>
  /** The document that the step starts from. */
  readonly document: Document
  /** The newest committed document, for steps that want it. */
  readonly freshDocument: Effect.Effect<Document, Fenced>
  /** The document at another version: that of the step's first attempt. */
  readonly documentAt: (version: number) => Effect.Effect<Document, Fenced>
  /** Stores records, and what comes next. */
  readonly store: (
    records: ReadonlyArray<CalloutRecord>,
    next: { wait?: Wait; open?: Open }
  ) => Effect.Effect<void, Fenced>
  /** Waits until `dueAt`; ends the run here where the wait is long or the process is stopping. */
  readonly waitUntil: (wait: Wait) => Effect.Effect<void, Fenced>
  /** Stores records and leaves the run, `waiting`, until its partner may be asked again. Never returns. */
  readonly hold: (wait: Wait, records: ReadonlyArray<CalloutRecord>) => Effect.Effect<never, Fenced>
  /** Waits for the run's turn; where the process is stopping, leaves the run at `wait` instead. */
  readonly inTurn: (
    wait: Wait,
    records: () => ReadonlyArray<CalloutRecord>,
    turn: Effect.Effect<void>
  ) => Effect.Effect<void, Fenced>
  /** Passes when this process may send. */
  readonly lease: Effect.Effect<void, Fenced>
  /** Halted, a callout is not begun; one that is interrupted meanwhile leaves a record that says so. */
  readonly halting: Halting
  readonly probe: Probe | undefined
}

/** What is known of partners, and how a step takes it. */
export interface PartnerManners {
  readonly health: PartnerHealth
  readonly slots: PartnerSlots
  /** The step would rather wait than fail. */
  readonly holds: boolean
}

export interface StepCallouts {
  /** A run that this process may no longer hold ends here by interruption: no plugin has to know of it. */
  readonly callout: (request: CalloutRequest) => Effect.Effect<CalloutAnswer, PluginError>
  /** Records that are not stored yet: they go with the step. */
  readonly pending: () => ReadonlyArray<CalloutRecord>
  /** All records of the step, stored or not. */
  readonly records: () => ReadonlyArray<CalloutRecord>
  /** The last of them. */
  readonly last: () => CalloutRecord | undefined
}

/** A partner that gave no answer is waited for; one that said it cannot, only where others hear the same. */
const heldAfter = (record: CalloutRecord, isDown: boolean): boolean => {
  const sign = signOf(record)
  return sign === "absent" || (sign === "ailing" && isDown)
}

const matches = (mark: Wait | Open | undefined, index: number, request: number, attempt: number): boolean =>
  mark !== undefined && mark.index === index && mark.request === request && mark.attempt >= attempt

export const make = (exchange: CalloutExchange, scope: CalloutScope, partners: PartnerManners): StepCallouts => {
  const { held, index, resumption } = scope
  const { health, holds, slots } = partners
  const { deadline } = scope.halting
  /** Until the partner is well again, or the run's time is up. */
  const heldFor = (attempt: Pick<Wait, "index" | "request" | "attempt">, host: string, now: number): Wait => ({
    ...attempt,
    dueAt: now,
    heldFor: host,
    ...(deadline !== Infinity && { until: deadline })
  })
  const recorded = [...scope.recorded]
  let pending: Array<CalloutRecord> = []
  let requests = 0

  const keep = (record: CalloutRecord) => {
    recorded.push(record)
    pending.push(record)
  }

  /** As a whole or not at all: a halt in the middle must neither lose a record nor store it twice. */
  const flush = (next: { wait?: Wait; open?: Open }): Effect.Effect<void, Fenced> =>
    Effect.uninterruptible(Effect.map(scope.store(pending, next), () => {
      pending = []
    }))

  const unlessHalted = Effect.suspend(() => {
    const halt = scope.halting.now()
    return halt === undefined ? Effect.void : Effect.fail(errorOf(halt))
  })

  /** One attempt, when the host has a slot for it and `ready` has passed; halted in the middle, it leaves its record. */
  const send = (request: CalloutRequest, attempt: Attempt, ready: Effect.Effect<void, Fenced>, letGo: boolean) => {
    const host = hostOf(request.url)
    const turned = (turn: Effect.Effect<void>) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (dueAt) =>
          scope.inTurn({ index, request: attempt.request, attempt: attempt.attempt, dueAt }, () => pending, turn)
      )
    const exchanged = Effect.gen(function*() {
      yield* ready
      const progress = yield* exchange.begin
      return yield* Effect.onInterrupt(
        health.watch(host, exchange.exchange(request, attempt, progress), letGo),
        () =>
          Effect.sync(() => {
            const halt = scope.halting.now()
            if (halt !== undefined) keep(exchange.halted(request, attempt, progress, halt))
          })
      )
    })
    return slots.withSlot(host, turned, exchanged)
  }

  /** Asks whether attempt `of` of `call` happened; the record that settles it, or `undefined`. */
  const ask = Effect.fnUntraced(function*(probe: Probe, call: CalloutRequest, of: Attempt, letGo: boolean) {
    const known = recorded.findLast((record) =>
      record.probe === true && record.request === of.request && record.attempt === of.attempt
    )
    const answered = known && responseOf(known)
    if (known !== undefined && answered !== undefined) {
      if (probe.settles(answered, call) !== undefined) return { record: known, response: answered }
    }
    const question = yield* probe.request
    const request: CalloutRequest = {
      ...question,
      judge: (response) => probe.settles(response, call) ?? question.judge(response)
    }
    // What is not stored yet must not be lost over the question.
    if (pending.length > 0) yield* flush({})
    for (let refused = false;;) {
      // A key of its own: a partner that answers a repeated key from memory would answer what was, not what is.
      const attempt = { ...of, probe: true, idempotencyKey: `${of.idempotencyKey}-probe-${yield* newUuid}` }
      const { record, response, tokenRefused } = yield* send(request, attempt, scope.lease, letGo)
      keep(record)
      if (tokenRefused && !refused) {
        refused = true
        continue
      }
      const settled = response !== undefined && probe.settles(response, call) !== undefined
      return settled ? { record, response } : undefined
    }
  })

  /** The document of the step's first attempt: later ones send the same bytes. */
  const pinned = (own: ReadonlyArray<CalloutRecord>, number: number, request: CalloutRequest) => {
    const first = own[0]
    if (first !== undefined) return scope.documentAt(first.orderVersion)
    if (matches(resumption.open, index, number, 1)) return scope.documentAt(resumption.open!.orderVersion)
    return request.freshOrder === true ? scope.freshDocument : Effect.succeed(scope.document)
  }

  /** What an earlier run sent, and nobody knows the outcome of, is asked about before it is sent again. */
  const asksFirst = (probe: Probe, number: number): boolean =>
    probe.first || inheritedKey({ held, index, request: number }) !== undefined

  const callout = Effect.fnUntraced(function*(request: CalloutRequest) {
    const clock = yield* Clock.Clock
    const number = requests++
    const own = recorded.filter((record) => record.request === number && record.probe !== true)
    const document = yield* pinned(own, number, request)
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
      keep(record)
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
        const delay = resumed === undefined ? yield* delayAfter(request.retry, ends) : 0
        if (delay === undefined) {
          if (holds && heldAfter(last, health.isDown(host))) {
            yield* unlessHalted
            const now = clock.currentTimeMillisUnsafe()
            const again = { index, request: number, attempt }
            // Alone in its trouble it comes back by time; among others, when the partner does.
            const dueAt = Math.min(now + openForMs(ends.length), scope.halting.deadline)
            return yield* scope.hold(health.isDown(host) ? heldFor(again, host, now) : { ...again, dueAt }, pending)
          }
          return yield* Effect.fail(failureOf(last, response ?? responseOf(last), request))
        }
        yield* unlessHalted
        const dueAt = Math.min(clock.currentTimeMillisUnsafe() + delay, scope.halting.deadline)
        const wait = resumed ?? { index, request: number, attempt, dueAt }
        if (resumed === undefined) yield* flush({ wait })
        yield* scope.waitUntil(wait)
      } else if (matches(resumption.wait, index, number, attempt)) {
        yield* unlessHalted
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

      yield* unlessHalted
      if (holds && !letGo && health.isDown(host)) {
        const standing = { index, request: number, attempt }
        return yield* scope.hold(heldFor(standing, host, clock.currentTimeMillisUnsafe()), pending)
      }
      const before = own.at(-1)
      const { probe } = scope
      if (
        probe !== undefined && !again && (before === undefined ? asksFirst(probe, number) : before.unknown === true)
      ) {
        const settled = yield* ask(probe, request, attemptOf(before?.attempt ?? attempt), letGo)
        if (settled?.record.outcome === "succeeded") return answerOf(settled.response, own.length)
        if (settled !== undefined) return yield* Effect.fail(failureOf(settled.record, settled.response, request))
      }

      const opens: { open?: Open } = mark
        ? { open: { index, request: number, attempt, orderVersion: document.order.version } }
        : {}
      const marked = Effect.suspend(() => mark || pending.length > 0 ? flush(opens) : Effect.void)
      const exchanged = yield* send(request, attemptOf(attempt), Effect.andThen(marked, scope.lease), letGo)
      letGo = false
      response = exchanged.response
      // An expired token is nobody's failure: one more attempt with a fresh one, at once.
      again = exchanged.tokenRefused && !refreshed
      refreshed = refreshed || exchanged.tokenRefused
      add(exchanged.record)
    }
  }, Effect.catchTag("Fenced", () => Effect.interrupt))

  return { callout, pending: () => pending, records: () => recorded, last: () => recorded.at(-1) }
}
