/**
 * Times that are promised in seconds. A machine that others use too may take ten times as long, and a test must not
 * depend on it. `STRICT_TIMES=1`, on a quiet machine, asserts the promise itself.
 */
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Answer } from "./Sluice.ts"

const slowness = process.env["STRICT_TIMES"] === "1" ? 1 : 10

/** `what` took no longer than `promisedMs` since `begun`, in epoch milliseconds. */
export const within = (begun: number, promisedMs: number, what: string): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => assert.isAtMost(now - begun, promisedMs * slowness, what))

/** Asks until the answer has this status, for half a minute at most; gives the milliseconds until then. */
export const answersWith = Effect.fnUntraced(function*(ask: Effect.Effect<Answer>, status: number) {
  const begun = performance.now()
  for (;;) {
    const answer = yield* ask
    const passed = performance.now() - begun
    if (answer.status === status) return passed
    assert.isBelow(passed, 30_000, `${answer.status} ${answer.text}`)
    yield* Effect.sleep("20 millis")
  }
})
