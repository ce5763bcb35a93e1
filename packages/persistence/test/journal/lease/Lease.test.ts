import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { defaultLimits } from "../../../src/journal/lease/InFlight.ts"
import * as Lease from "../../../src/journal/lease/Lease.ts"

const load = { pipeline: "p", bytes: 0 }

const now = Effect.map(Clock.Clock, (clock) => clock.monotonicTimeNanosUnsafe())

describe("Lease", () => {
  it.effect("sending is allowed until a second before the end, counted from before the renewal was requested", () =>
    Effect.gen(function*() {
      const lease = yield* Lease.make()
      assert.isFalse(lease.maySend())
      const sent = yield* now
      yield* TestClock.adjust("3 seconds")
      lease.registered("worker", sent)
      yield* TestClock.adjust("1999 millis")
      assert.isTrue(lease.maySend())
      yield* TestClock.adjust("1 millis")
      assert.isFalse(lease.maySend())
    }))

  it.effect("an older renewal that is answered late does not shorten the lease", () =>
    Effect.gen(function*() {
      const lease = yield* Lease.make()
      const older = yield* now
      yield* TestClock.adjust("2 seconds")
      lease.registered("worker", yield* now)
      lease.renewed(older)
      yield* TestClock.adjust("4 seconds")
      assert.isTrue(lease.maySend())
    }))

  it.effect("waiting for the lease ends with its renewal, and fails as fenced with its loss", () =>
    Effect.gen(function*() {
      const lease = yield* Lease.make()
      const renewed = yield* Effect.forkChild(lease.awaitLease, { startImmediately: true })
      lease.registered("worker", yield* now)
      yield* Fiber.join(renewed)
      yield* TestClock.adjust("10 seconds")
      const fenced = yield* Effect.forkChild(Effect.flip(lease.awaitLease), { startImmediately: true })
      lease.lost()
      assert.strictEqual((yield* Fiber.join(fenced))._tag, "Fenced")
    }))

  it.effect("a run that was held before the lease was lost is not held by the next worker", () =>
    Effect.gen(function*() {
      const lease = yield* Lease.make()
      lease.registered("first", yield* now)
      const run = { runId: "run", claimToken: lease.hold("run", load) }
      assert.isTrue(lease.maySend(run))
      lease.lost()
      lease.registered("second", yield* now)
      assert.deepStrictEqual([lease.maySend(), lease.maySend(run), lease.holds(run)], [true, false, false])
      assert.deepStrictEqual(lease.identity(), { worker: "second", epoch: 0 })
    }))

  it.effect("a second claim of a run invalidates the first, whose end then has no effect", () =>
    Effect.gen(function*() {
      const lease = yield* Lease.make()
      lease.registered("worker", yield* now)
      const before = { runId: "run", claimToken: lease.hold("run", load) }
      const again = { runId: "run", claimToken: lease.hold("run", load) }
      assert.deepStrictEqual([lease.maySend(before), lease.maySend(again)], [false, true])
      assert.isFalse(lease.drop(before))
      assert.isTrue(lease.holds(again))
      assert.isTrue(lease.drop(again))
      assert.isFalse(lease.inFlight.has("run"))
      assert.strictEqual(lease.inFlight.room("p"), defaultLimits.perPipeline)
    }))
})
