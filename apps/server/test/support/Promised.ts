/**
 * Times that are promised in seconds. A machine that others use too may take ten times as long, and a test must not
 * depend on it. `STRICT_TIMES=1`, on a quiet machine, asserts the promise itself.
 */
import { assert } from "@effect/vitest"
import { Clock, Effect } from "effect"

const slowness = process.env["STRICT_TIMES"] === "1" ? 1 : 10

/** `what` took no longer than `promisedMs` since `begun`, in epoch milliseconds. */
export const within = (begun: number, promisedMs: number, what: string): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => assert.isAtMost(now - begun, promisedMs * slowness, what))
