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
import type { Document, Fenced, HeldRun, Open, Wait } from "./Journal.ts"
import { newUuid } from "./NewId.ts"
import { Cancelled, InvalidResponse, type PluginError, Rejected, TimedOut, Unreachable } from "./PluginError.ts"
import type { Probe } from "./Probe.ts"
import { type AttemptEnd, delayAfter, type RetryPolicy } from "./RetrySchedule.ts"

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
  /** Passes when this process may send. */
  readonly lease: Effect.Effect<void, Fenced>
  /** Halted, a callout is not begun; one that is interrupted meanwhile leaves a record that says so. */
  readonly halting: Halting
  readonly probe: Probe | undefined
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

const endOf = (record: CalloutRecord): AttemptEnd => ({
  outcome: record.outcome,
  ...(record.error?.code !== undefined && { code: record.error.code }),
  ...(record.response !== undefined && { status: record.response.status })
})

const responseOf = (record: CalloutRecord): OutboundResponse | undefined =>
  record.response && {
    status: record.response.status,
    headers: record.response.headers,
    body: record.response.body,
    truncated: record.response.truncated ?? false
  }

const answerOf = (response: OutboundResponse | undefined, attempts: number): CalloutAnswer => ({
  status: response?.status ?? 0,
  headers: response?.headers ?? {},
  body: response?.body ?? new Uint8Array(0),
  attempts
})

const failureOf = (
  record: CalloutRecord,
  response: OutboundResponse | undefined,
  request: CalloutRequest
): PluginError => {
  const message = record.error?.message ?? record.outcome
  switch (record.outcome) {
    case "timed-out":
      return new TimedOut({ message })
    case "cancelled":
      return new Cancelled({ message })
    case "unreachable":
      return new Unreachable({ message, code: unreachableCode(record.error?.code) })
    case "rejected": {
      const judged = response === undefined ? undefined : request.judge(response)
      const byPartner = judged?.outcome === "rejected" && judged.byPartner === true
      return new Rejected({ message, ...(byPartner && { byPartner }) })
    }
    default:
      return new InvalidResponse({ message })
  }
}

/** The code on record as one of those that there are; `reset`, which says least, for any other. */
export const unreachableCode = (code: string | undefined): Unreachable["code"] => {
  switch (code) {
    case "dns":
    case "refused":
    case "tls":
    case "blocked":
      return code
    default:
      return "reset"
  }
}

const matches = (mark: Wait | Open | undefined, index: number, request: number, attempt: number): boolean =>
  mark !== undefined && mark.index === index && mark.request === request && mark.attempt >= attempt

export const make = (exchange: CalloutExchange, scope: CalloutScope): StepCallouts => {
  const { held, index, resumption } = scope
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

  /** One attempt; halted in the middle, it leaves its record. */
  const send = Effect.fnUntraced(function*(request: CalloutRequest, attempt: Attempt) {
    const progress = yield* exchange.begin
    return yield* Effect.onInterrupt(exchange.exchange(request, attempt, progress), () =>
      Effect.sync(() => {
        const halt = scope.halting.now()
        if (halt !== undefined) keep(exchange.halted(request, attempt, progress, halt))
      }))
  })

  /** Asks whether attempt `of` of `call` happened; the record that settles it, or `undefined`. */
  const ask = Effect.fnUntraced(function*(probe: Probe, call: CalloutRequest, of: Attempt) {
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
      yield* scope.lease
      // A key of its own: a partner that answers a repeated key from memory would answer what was, not what is.
      const attempt = { ...of, probe: true, idempotencyKey: `${of.idempotencyKey}-probe-${yield* newUuid}` }
      const { record, response, tokenRefused } = yield* send(request, attempt)
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
    probe.first || inheritedKey(held, index, number) !== undefined

  const callout = Effect.fnUntraced(function*(request: CalloutRequest) {
    const clock = yield* Clock.Clock
    const number = requests++
    const own = recorded.filter((record) => record.request === number && record.probe !== true)
    const document = yield* pinned(own, number, request)
    const attemptOf = (attempt: number) => ({
      runId: held.runId,
      request: number,
      attempt,
      idempotencyKey: keyAfter(own, request.retry, () => `${idempotencyKey(held.runId, index, number)}-${attempt}`)
        ?? inheritedKey(held, index, number) ?? idempotencyKey(held.runId, index, number),
      document,
      redactor: scope.redactor
    })
    const add = (record: CalloutRecord) => {
      own.push(record)
      keep(record)
    }
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
        if (delay === undefined) return yield* Effect.fail(failureOf(last, response ?? responseOf(last), request))
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
      const before = own.at(-1)
      const { probe } = scope
      if (
        probe !== undefined && !again && (before === undefined ? asksFirst(probe, number) : before.unknown === true)
      ) {
        const settled = yield* ask(probe, request, attemptOf(before?.attempt ?? attempt))
        if (settled?.record.outcome === "succeeded") return answerOf(settled.response, own.length)
        if (settled !== undefined) return yield* Effect.fail(failureOf(settled.record, settled.response, request))
      }

      if (mark) {
        yield* flush({ open: { index, request: number, attempt, orderVersion: document.order.version } })
      } else if (pending.length > 0) yield* flush({})
      yield* scope.lease
      const exchanged = yield* send(request, attemptOf(attempt))
      response = exchanged.response
      // An expired token is nobody's failure: one more attempt with a fresh one, at once.
      again = exchanged.tokenRefused && !refreshed
      refreshed = refreshed || exchanged.tokenRefused
      add(exchanged.record)
    }
  }, Effect.catchTag("Fenced", () => Effect.interrupt))

  return { callout, pending: () => pending, records: () => recorded, last: () => recorded.at(-1) }
}

/** A retry goes on under the old key where nobody knows what became of the request. */
const inheritedKey = ({ inheritedKeys }: HeldRun, index: number, request: number): string | undefined =>
  inheritedKeys?.find((one) => one.index === index && one.request === request)?.key

/** The key of the next attempt, from the records before it: theirs, or a new one where the policy asks for it. */
const keyAfter = (
  own: ReadonlyArray<CalloutRecord>,
  retry: RetryPolicy,
  minted: () => string
): string | undefined => {
  const last = own.at(-1)
  return last !== undefined && retry.mintsKey?.(endOf(last)) === true ? minted() : last?.idempotencyKey
}

/** One key for all attempts of one request of one step of one run; the same after a crash, because it is derived. */
const idempotencyKey = (runId: string, index: number, request: number): string =>
  `${runId.replaceAll("-", "")}-${index}-${request}`
