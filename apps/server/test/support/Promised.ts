/**
 * Times that are promised in seconds. A machine that others use too may take any number of times as long, and a test must
 * not depend on it: they are asserted with `STRICT_TIMES=1`, on a quiet machine.
 */
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Answer } from "./Sluice.ts"

const isStrict = process.env["STRICT_TIMES"] === "1"

/** With `STRICT_TIMES=1`: `what` took no longer than `promisedMs` since `begun`, in epoch milliseconds. */
export const within = (begun: number, promisedMs: number, what: string): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    if (isStrict) assert.isAtMost(now - begun, promisedMs, what)
  })

/** Asks until the answer has this status, for five minutes at most; gives the milliseconds until then. */
export const answersWith = Effect.fnUntraced(function*(ask: Effect.Effect<Answer>, status: number) {
  const begun = performance.now()
  for (;;) {
    const answer = yield* ask
    const passed = performance.now() - begun
    if (answer.status === status) return passed
    assert.isBelow(passed, 300_000, `${answer.status} ${answer.text}`)
    yield* Effect.sleep("20 millis")
  }
})
