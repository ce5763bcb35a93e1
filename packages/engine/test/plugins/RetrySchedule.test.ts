import { assert, describe, it } from "@effect/vitest"
import { type AttemptEnd, delayAfter, delays, never } from "@sluice/engine/plugins/RetrySchedule"
import { Effect, Schedule } from "effect"

const ends = (count: number): ReadonlyArray<AttemptEnd> =>
  Array.from({ length: count }, () => ({ outcome: "timed-out" }))
const always = { schedule: delays([1000, 5000, 15_000]), retries: () => true }

describe("the delay before the next attempt", () => {
  it.effect("is the schedule's, replayed from the attempts on record", () =>
    Effect.gen(function*() {
      const waits = yield* Effect.forEach([1, 2, 3, 4], (count) => delayAfter(always, ends(count)))
      assert.deepStrictEqual(waits, [1000, 5000, 15_000, undefined])
    }))

  it.effect("follows any schedule, including a user's own", () =>
    Effect.gen(function*() {
      const policy = {
        schedule: Schedule.exponential("100 millis").pipe(Schedule.upTo({ times: 3 })),
        retries: () => true
      }
      const waits = yield* Effect.forEach([1, 2, 3, 4], (count) => delayAfter(policy, ends(count)))
      assert.deepStrictEqual(waits, [100, 200, 400, undefined])
    }))

  it.effect.each<[string, Partial<AttemptEnd>, number]>([
    ["what a 429 asks for", { status: 429, headers: { "retry-after": "40" } }, 40_000],
    ["what a 503 asks for", { status: 503, headers: { "retry-after": "2" } }, 2000],
    ["what a date asks for", { status: 503, headers: { "retry-after": "Thu, 01 Jan 1970 00:01:10 GMT" } }, 60_000],
    ["at most an hour", { status: 503, headers: { "retry-after": "86400" } }, 3_600_000],
    ["no shorter than the schedule's", { status: 503, headers: { "retry-after": "0" } }, 1000],
    ["the schedule's after any other status", { status: 500, headers: { "retry-after": "40" } }, 1000],
    ["the schedule's where the header says nothing", { status: 503, headers: { "retry-after": "soon" } }, 1000],
    ["the schedule's where there is no header", { status: 503 }, 1000]
  ])("is %s", ([, end, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* delayAfter(always, [{ outcome: "rejected", at: 10_000, ...end }]), expected)
    }))

  it.effect("is none if the last failure is not retryable, or the step has no retries", () =>
    Effect.gen(function*() {
      const only429 = { ...always, retries: ({ status }: AttemptEnd) => status === 429 }
      assert.isUndefined(
        yield* delayAfter(only429, [{ outcome: "rejected", status: 429 }, { outcome: "rejected", status: 400 }])
      )
      assert.strictEqual(yield* delayAfter(only429, [{ outcome: "rejected", status: 429 }]), 1000)
      assert.isUndefined(yield* delayAfter(never, ends(1)))
    }))
})
