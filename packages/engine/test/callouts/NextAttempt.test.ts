/** The decisions about a callout, row by row and over random standings. Contract: sections 4, 5 and 10. */
import { assert, describe, it } from "@effect/vitest"
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { Outcome } from "@sluice/domain/callout/Outcome"
import { type CalloutStanding, needsRetry, type NextAttempt, nextAttempt } from "../../src/callouts/NextAttempt.ts"

const now = 100_000
const deadline = 150_000

const record = (attempt: number, outcome: Outcome, members: Partial<CalloutRecord> = {}): CalloutRecord => ({
  id: `r${attempt}`,
  request: 0,
  attempt,
  endpoint: "https://partner.example",
  method: "POST",
  idempotencyKey: "k",
  orderVersion: 1,
  startedAt: 0,
  durationMs: 1,
  headers: {},
  body: { form: "order" },
  outcome,
  ...members
})

const answer = (status: number) => ({ response: { status, headers: {}, body: new Uint8Array() } })
const ok = record(1, "succeeded", answer(200))
const refused = record(1, "rejected", answer(503))
const no = record(1, "rejected", answer(404))
const timedOut = record(1, "timed-out", { unknown: true })
const unsent = record(1, "timed-out")
const unreachable = record(1, "unreachable", { error: { message: "", code: "refused" } })
const blocked = record(1, "unreachable", { error: { message: "", code: "blocked" } })
const unreadable = record(1, "invalid-response", { unknown: true })
const malformed = record(1, "invalid-response", answer(200))
const defect = record(1, "invalid-response", { unknown: true, error: { message: "", code: "defect" } })
const interrupted = record(1, "interrupted", { unknown: true })
const yes = record(1, "succeeded", { ...answer(200), probe: true })
const refusedByProbe = record(1, "rejected", { ...answer(200), probe: true })

const wait = (attempt: number, members: object = {}) => ({ index: 2, request: 0, attempt, dueAt: 90_000, ...members })
const open = (attempt: number) => ({ index: 2, request: 0, attempt, orderVersion: 1 })
const nothing = { wait: undefined, open: undefined, mayBeOpen: false }
const cancelled = { _tag: "Cancelled", cancellation: { reason: "enough", compensate: false } } as const
const late = { _tag: "DeadlineExceeded" } as const
const asks = { first: false, settled: undefined, verdict: undefined, asks: 0, last: undefined }
const unclear = record(1, "rejected", { ...answer(500), probe: true })
/** Asked so often, and it could not tell. */
const asked = (times: number) => ({ ...asks, verdict: "unknown" as const, asks: times, last: unclear })

const standing = (members: Partial<CalloutStanding>): CalloutStanding => ({
  index: 2,
  request: 0,
  own: [],
  resumption: nothing,
  waited: false,
  waitStored: false,
  retry: { beyond: 1, pause: 0 },
  tokenExpired: false,
  freshOrder: false,
  holds: false,
  host: "partner.example",
  circuit: "closed",
  probe: undefined,
  callback: undefined,
  interruption: undefined,
  now,
  deadline: Infinity,
  ...members
})

const send = (attempt: number, mark: boolean): NextAttempt => ({ _tag: "Send", attempt, mark })
const fail = (record: CalloutRecord): NextAttempt => ({ _tag: "Fail", record })
const interrupt = (reason: CalloutStanding["interruption"] & object): NextAttempt => ({ _tag: "Interrupt", reason })
const recordInterrupted = (attempt: number): NextAttempt => ({ _tag: "RecordInterrupted", attempt })
const heldFor = (attempt: number, until?: number): NextAttempt => ({
  _tag: "Hold",
  wait: {
    index: 2,
    request: 0,
    attempt,
    dueAt: now,
    heldFor: "partner.example",
    ...(until !== undefined && { until })
  }
})
const holdUntil = (attempt: number, dueAt: number): NextAttempt => ({
  _tag: "Hold",
  wait: { index: 2, request: 0, attempt, dueAt }
})
const waitUntil = (attempt: number, dueAt: number): NextAttempt => ({
  _tag: "Wait",
  wait: { index: 2, request: 0, attempt, dueAt },
  persist: true
})
const resume = (attempt: number, members: object = {}): NextAttempt => ({
  _tag: "Wait",
  wait: wait(attempt, members),
  persist: false
})
const ask = (of: number): NextAttempt => ({ _tag: "Probe", of })

const table: Record<string, readonly [Partial<CalloutStanding>, NextAttempt]> = {
  // Attempts of one process.
  "the first attempt is sent without a mark": [{}, send(1, false)],
  "a first attempt on an order read anew is marked": [{ freshOrder: true }, send(1, true)],
  "an answer is the callout's": [{ own: [ok] }, { _tag: "Answer", record: ok }],
  "an answer counts although the run was cancelled since": [
    { own: [ok], interruption: cancelled },
    { _tag: "Answer", record: ok }
  ],
  "an answer after a refusal is the callout's": [
    { own: [refused, record(2, "succeeded")] },
    { _tag: "Answer", record: record(2, "succeeded") }
  ],
  "a refusal that is not retried fails": [{ own: [no] }, fail(no)],
  "a timeout that is not retried fails": [{ own: [timedOut] }, fail(timedOut)],
  "a malformed answer fails": [{ own: [malformed] }, fail(malformed)],
  "a defect fails although the policy would retry it": [{ own: [defect], retry: { delay: 0 } }, fail(defect)],
  "a failure stands although the run was cancelled since": [{ own: [no], interruption: cancelled }, fail(no)],
  "a retried attempt is waited for, and the wait stored": [
    { own: [refused], retry: { delay: 5000 } },
    waitUntil(2, now + 5000)
  ],
  "a wait of no time is stored, too": [{ own: [refused], retry: { delay: 0 } }, waitUntil(2, now)],
  "no wait goes beyond the deadline": [{ own: [refused], retry: { delay: 60_000 }, deadline }, waitUntil(2, deadline)],
  "a cancelled run waits for no retry": [
    { own: [refused], retry: { delay: 5000 }, interruption: cancelled },
    interrupt(cancelled)
  ],
  "after its deadline a run waits for no retry": [
    { own: [refused], retry: { delay: 5000 }, interruption: late },
    interrupt(late)
  ],
  "after the wait the next attempt is sent, marked": [{ own: [refused], waited: true }, send(2, true)],
  "a run that was cancelled during the wait sends nothing": [
    { own: [refused], waited: true, interruption: cancelled },
    interrupt(cancelled)
  ],
  "a cancelled run sends no first attempt": [{ interruption: cancelled }, interrupt(cancelled)],
  "an expired token is replaced at once, without a wait": [{ own: [no], tokenExpired: true }, send(2, true)],
  "an expired token is replaced at once, and no probe is asked": [
    { own: [timedOut], tokenExpired: true, probe: asks },
    send(2, true)
  ],
  // What an earlier holder of the run left open.
  "a marked attempt without a record may have been sent": [
    { own: [refused], resumption: { ...nothing, open: open(2) } },
    recordInterrupted(2)
  ],
  "an attempt that may have been sent is recorded although the run is cancelled": [
    { resumption: { ...nothing, open: open(1) }, interruption: cancelled },
    recordInterrupted(1)
  ],
  "a mark of a later attempt counts": [
    { own: [refused], resumption: { ...nothing, open: open(4) } },
    recordInterrupted(4)
  ],
  "a mark that a record overtook does not": [
    { own: [refused, record(2, "succeeded")], resumption: { ...nothing, open: open(2) } },
    { _tag: "Answer", record: record(2, "succeeded") }
  ],
  "a mark of another request does not": [
    { resumption: { ...nothing, open: { ...open(1), request: 1 } } },
    send(1, false)
  ],
  "a mark of another step does not": [{ resumption: { ...nothing, open: { ...open(1), index: 3 } } }, send(1, false)],
  "after an interrupted attempt the next is sent at once, marked": [{ own: [interrupted] }, send(2, true)],
  "after an interrupted attempt of a cancelled run nothing is sent": [
    { own: [interrupted], interruption: cancelled },
    interrupt(cancelled)
  ],
  "a first attempt that may have been open is recorded as interrupted": [
    { resumption: { ...nothing, mayBeOpen: true } },
    recordInterrupted(1)
  ],
  "what may be open is the next request's, if this one has failed": [
    { own: [no], resumption: { ...nothing, mayBeOpen: true } },
    fail(no)
  ],
  "a stored wait goes on, and is not stored again": [
    { own: [refused], resumption: { ...nothing, wait: wait(2) } },
    resume(2)
  ],
  "a stored wait goes on whatever the policy says now": [
    { own: [refused], retry: { delay: 77 }, resumption: { ...nothing, wait: wait(2) } },
    resume(2)
  ],
  "a wait before the first attempt goes on": [{ resumption: { ...nothing, wait: wait(1) } }, resume(1)],
  "a first attempt after a stored wait is marked in its place": [{ waited: true, waitStored: true }, send(1, true)],
  "a cancelled run does not go on with its wait": [
    { own: [refused], resumption: { ...nothing, wait: wait(2) }, interruption: cancelled },
    interrupt(cancelled)
  ],
  "a wait of another request is not this one's": [
    { own: [no], resumption: { ...nothing, wait: { ...wait(2), request: 1 } } },
    fail(no)
  ],
  // Partners that are down.
  "a step that holds does not call a partner that is down": [{ holds: true, circuit: "open" }, heldFor(1)],
  "a hold ends with the deadline": [{ holds: true, circuit: "open", deadline }, heldFor(1, deadline)],
  "a step that does not hold calls it all the same": [{ circuit: "open" }, send(1, false)],
  "a run that was released to try the partner calls it": [{ holds: true, circuit: "trial" }, send(1, false)],
  "a cancelled run is not held": [{ holds: true, circuit: "open", interruption: cancelled }, interrupt(cancelled)],
  "a run that waited meets a partner that is down": [
    { own: [refused], waited: true, holds: true, circuit: "open" },
    heldFor(2)
  ],
  "a step that holds waits for a partner that gave no answer": [
    { own: [timedOut], holds: true },
    holdUntil(2, now + 1000)
  ],
  "… for one that could not be reached": [{ own: [unreachable], holds: true }, holdUntil(2, now + 1000)],
  "… for one that answered 503, though no other order hears the same": [
    { own: [refused], holds: true },
    holdUntil(2, now + 1000)
  ],
  "… for one whose answer has no head that can be read": [{ own: [unreadable], holds: true }, holdUntil(2, now + 1000)],
  "… for twice as long each time": [
    { own: [timedOut, record(2, "timed-out"), record(3, "unreachable")], holds: true, retry: { beyond: 3, pause: 0 } },
    holdUntil(4, now + 4000)
  ],
  "… at most 30 s": [{ own: [timedOut], holds: true, retry: { beyond: 9, pause: 0 } }, holdUntil(2, now + 30_000)],
  "… for as long as it asks for": [
    { own: [refused], holds: true, retry: { beyond: 1, pause: 20_000 } },
    holdUntil(2, now + 20_000)
  ],
  "… for as long as it asks for, though others wait for it": [
    { own: [refused], holds: true, circuit: "open", retry: { beyond: 1, pause: 20_000 } },
    holdUntil(2, now + 20_000)
  ],
  "… not beyond the deadline": [{ own: [timedOut], holds: true, deadline: now + 10 }, holdUntil(2, now + 10)],
  "… with the others where it counts as down": [{ own: [timedOut], holds: true, circuit: "open" }, heldFor(2)],
  "… after its own retries": [{ own: [timedOut], holds: true, retry: { delay: 10 } }, waitUntil(2, now + 10)],
  "a step that holds fails at an address that is blocked": [{ own: [blocked], holds: true }, fail(blocked)],
  "… with the others after a 503": [{ own: [refused], holds: true, circuit: "open" }, heldFor(2)],
  "a step that holds fails at a refusal": [{ own: [no], holds: true, circuit: "open" }, fail(no)],
  "a step that does not hold fails at a 503": [{ own: [refused], circuit: "open" }, fail(refused)],
  "a step that holds fails with a defect": [{ own: [defect], holds: true, circuit: "open" }, fail(defect)],
  "a cancelled run is not held after a timeout": [
    { own: [timedOut], holds: true, interruption: cancelled },
    interrupt(cancelled)
  ],
  // Probes.
  "a call of unknown outcome is asked after before it is repeated": [
    { own: [timedOut], waited: true, probe: asks },
    ask(1)
  ],
  "an interrupted call is asked after": [{ own: [interrupted], probe: asks }, ask(1)],
  "a call that is known not to have happened is repeated": [
    { own: [unsent], waited: true, probe: asks },
    send(2, true)
  ],
  "no probe is asked before a first attempt": [{ probe: asks }, send(1, false)],
  "… unless an earlier run may have made it": [{ probe: { ...asks, first: true } }, ask(1)],
  "a probe that says that nothing happened leads to the call": [
    { own: [timedOut], probe: { ...asks, verdict: "call", asks: 1 } },
    send(2, true)
  ],
  "… to a first call, too, marked where a wait is stored": [
    { waitStored: true, probe: { ...asks, first: true, verdict: "call", asks: 2 } },
    send(1, true)
  ],
  "a cancelled run makes no call after a probe": [
    { own: [timedOut], probe: { ...asks, verdict: "call", asks: 1 }, interruption: cancelled },
    interrupt(cancelled)
  ],
  "a probe that could not tell is asked again after a second": [
    { own: [timedOut], probe: asked(1) },
    waitUntil(2, now + 1000)
  ],
  "… then after five": [{ own: [timedOut], probe: asked(2) }, waitUntil(2, now + 5000)],
  "… then after fifteen": [{ own: [timedOut], probe: asked(3) }, waitUntil(2, now + 15_000)],
  "… not later than at the deadline": [{ own: [timedOut], probe: asked(3), deadline: now + 9 }, waitUntil(2, now + 9)],
  "… when the wait is over": [{ own: [timedOut], waited: true, waitStored: true, probe: asked(1) }, ask(1)],
  "… whatever the policy says about the attempt": [
    { own: [timedOut], probe: asked(1), retry: { delay: 77 } },
    waitUntil(2, now + 1000)
  ],
  "… before a first attempt, too": [{ probe: { ...asked(1), first: true } }, waitUntil(1, now + 1000)],
  "after four questions the call's outcome stays unknown": [
    { own: [timedOut], probe: asked(4) },
    { _tag: "FailUnknown", record: unclear }
  ],
  "it stays unknown although the run was cancelled since": [
    { own: [timedOut], probe: asked(4), interruption: cancelled },
    { _tag: "FailUnknown", record: unclear }
  ],
  "a step that holds waits for its partner to tell": [
    { own: [timedOut], holds: true, probe: asked(4) },
    holdUntil(2, now + 1000)
  ],
  "… 1 s, doubling to 30 s": [{ own: [timedOut], holds: true, probe: asked(6) }, holdUntil(2, now + 4000)],
  "… among the others that wait for it": [
    { own: [timedOut], holds: true, circuit: "open", probe: asked(4) },
    heldFor(2)
  ],
  "… and asks the probe first when it goes on": [
    { own: [timedOut], holds: true, waited: true, waitStored: true, probe: { ...asks, asks: 4, last: unclear } },
    ask(1)
  ],
  "the probe's answer is the call's": [
    { own: [timedOut], waited: true, probe: { ...asks, settled: yes } },
    { _tag: "Answer", record: yes }
  ],
  "the probe's answer may be a refusal": [
    { own: [timedOut], waited: true, probe: { ...asks, settled: refusedByProbe } },
    fail(refusedByProbe)
  ],
  "a cancelled run asks no probe": [
    { own: [timedOut], waited: true, probe: asks, interruption: cancelled },
    interrupt(cancelled)
  ],
  "a partner that is down is not asked": [
    { own: [timedOut], waited: true, probe: asks, holds: true, circuit: "open" },
    heldFor(2)
  ],
  "a wait comes before the question": [{ own: [timedOut], retry: { delay: 10 }, probe: asks }, waitUntil(2, now + 10)]
}

describe("the next attempt:", () => {
  it.each(Object.entries(table))("%s", (_, [members, expected]) => {
    assert.deepStrictEqual(nextAttempt(standing(members)), expected)
  })
})

/** Pseudo-random choices, the same in each run of the tests. */
const chooser = (seed: number) => <A>(...of: ReadonlyArray<A>): A => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return of[Math.floor(seed / 2_147_483_648 * of.length)]!
}

const anyStanding = (choose: ReturnType<typeof chooser>): CalloutStanding => {
  const kinds = [refused, no, timedOut, unsent, unreachable, blocked, malformed, defect, interrupted]
  const failures = Array.from(
    { length: choose(0, 0, 1, 2, 3) },
    (_, i) => ({ ...choose(...kinds), id: `r${i + 1}`, attempt: i + 1 })
  )
  const last = failures.length
  const own = choose(true, false, false) ? [...failures, { ...ok, attempt: last + 1 }] : failures
  const at = choose(last, last + 1, last + 2)
  const verdict = choose<"call" | "unknown" | undefined>(undefined, "call", "unknown")
  return standing({
    own,
    // The question uses it up.
    resumption: verdict !== undefined ? nothing : {
      wait: choose(undefined, undefined, wait(at), { ...wait(at), request: 1 }),
      open: choose(undefined, undefined, open(at)),
      mayBeOpen: choose(true, false)
    },
    waited: choose(true, false),
    retry: choose<CalloutStanding["retry"]>({ beyond: 1, pause: 0 }, { beyond: 2, pause: 9 }, { delay: 0 }, {
      delay: 100_000
    }),
    tokenExpired: choose(true, false, false),
    freshOrder: choose(true, false),
    holds: choose(true, false),
    circuit: choose("closed", "open", "trial"),
    waitStored: choose(true, false),
    probe: choose<CalloutStanding["probe"]>(undefined, {
      first: choose(true, false),
      settled: choose(undefined, undefined, yes),
      verdict,
      asks: choose(1, 2, 3, 4, 5),
      last: unclear
    }),
    interruption: choose<CalloutStanding["interruption"]>(undefined, undefined, cancelled, late),
    deadline: choose(Infinity, deadline)
  })
}

const lastOf = ({ own }: CalloutStanding) => own.at(-1)

/** The properties of every standing and the decision about it. */
const properties: Record<string, (standing: CalloutStanding, next: NextAttempt) => boolean> = {
  "an answer on record is never asked for again": (one, next) =>
    lastOf(one)?.outcome !== "succeeded" || next._tag === "Answer",
  "no attempt has a number that was used": (one, next) =>
    next._tag !== "Send" || next.attempt === (lastOf(one)?.attempt ?? 0) + 1,
  "every attempt but a first one is marked before it is sent": (_, next) =>
    next._tag !== "Send" || next.mark || next.attempt === 1,
  "an interrupted run neither sends, asks, waits nor holds": (one, next) =>
    one.interruption === undefined ||
    ["Answer", "Fail", "FailUnknown", "Interrupt", "RecordInterrupted"].includes(next._tag),
  "nothing is sent while a stored wait or a marked attempt is not used up": (
    { request, resumption: { open, wait }, waited },
    next
  ) =>
    next._tag !== "Send"
    || (open === undefined || open.attempt < next.attempt)
      && (waited || wait === undefined || wait.request !== request || wait.attempt < next.attempt),
  "no wait ends after the deadline, and every hold ends with it at the latest": ({ deadline }, next) =>
    next._tag === "Wait" && next.persist
      ? next.wait.dueAt <= deadline
      : next._tag !== "Hold" || (next.wait.heldFor === undefined
        ? next.wait.dueAt <= deadline
        : next.wait.until === (deadline === Infinity ? undefined : deadline)),
  "only a step that holds is held": (one, next) => next._tag !== "Hold" || one.holds,
  "a call of unknown outcome is not repeated before the probe said that nothing happened": (one, next) =>
    next._tag !== "Send" || one.probe === undefined || one.tokenExpired || lastOf(one)?.unknown !== true
    || one.probe.verdict === "call",
  "a step that holds fails neither for want of an answer nor at a probe that cannot tell": (one, next) =>
    !one.holds || next._tag !== "FailUnknown"
      && (next._tag !== "Fail" || !["timed-out", "unreachable"].includes(next.record.outcome)
        || next.record.error?.code === "blocked"),
  "the retry policy matters only where it is asked for": (one) =>
    needsRetry(one)
    || JSON.stringify(nextAttempt({ ...one, retry: { beyond: 1, pause: 0 } }))
      === JSON.stringify(nextAttempt({ ...one, retry: { delay: 12_345 } }))
}

describe("over all standings:", () => {
  it.each(Object.entries(properties))("%s", (_, holds) => {
    const choose = chooser(7)
    for (let i = 0; i < 5000; i++) {
      const one = anyStanding(choose)
      const next = nextAttempt(one)
      assert.isTrue(holds(one, next), `${JSON.stringify(next)} of ${JSON.stringify(one)}`)
    }
  })
})
