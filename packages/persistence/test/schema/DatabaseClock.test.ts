/** The clock of the database, estimated by a process whose own clock is wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as DatabaseClock from "@sluice/persistence/internal/schema/DatabaseClock"
import { type Clock, Duration, Effect } from "effect"

const noon = 1_767_225_600_000
const minute = 60_000

/** A process whose wall clock is `wrong` milliseconds off, beside a database whose clock is right. */
const stage = (wrong: number) => {
  let real = noon
  let off = wrong
  const nanos = (millis: number) => BigInt(Math.round(millis * 1e6))
  const base: Clock.Clock = {
    currentTimeMillisUnsafe: () => real + off,
    currentTimeMillis: Effect.sync(() => real + off),
    currentTimeNanosUnsafe: () => nanos(real + off),
    currentTimeNanos: Effect.sync(() => nanos(real + off)),
    monotonicTimeNanosUnsafe: () => nanos(real - noon),
    monotonicTimeNanos: Effect.sync(() => nanos(real - noon)),
    sleep: (duration) => Effect.sync(() => void (real += Duration.toMillis(duration)))
  }
  const clock = DatabaseClock.make(base)
  return {
    clock,
    pass: (millis: number) => void (real += millis),
    jump: (millis: number) => void (off += millis),
    /** The error of the estimate. */
    error: () => clock.currentTimeMillisUnsafe() - real,
    /** A statement that reaches the database after `there` milliseconds and takes `took` in all. */
    compare: (there: number, took: number) => {
      real += there
      const read = real
      real += took - there
      clock.compare({ read, took })
    }
  }
}

describe("the database's clock", () => {
  it("is the process's own where the two agree, to the millisecond", () => {
    const { compare, error, pass } = stage(0)
    compare(1, 9)
    pass(minute)
    compare(0, 0)
    assert.strictEqual(error(), 0)
  })

  for (const wrong of [-90 * minute, -minute, 40, minute, 90 * minute]) {
    it(`is within a statement's duration where the own clock is ${wrong / 1000} s off`, () => {
      const { clock, compare, error, pass } = stage(wrong)
      assert.strictEqual(error(), wrong, "before the first comparison it is the own clock")
      for (const [there, took] of [[1, 30], [29, 30], [2, 4], [4, 4]] as const) {
        compare(there, took)
        assert.isAtMost(Math.abs(error()), took)
        pass(5000)
        assert.isAtMost(Math.abs(error()), took)
      }
      assert.isAtMost(Math.abs(error()), 4)
      const millis = Number(clock.currentTimeNanosUnsafe() / 1_000_000n)
      assert.isAtMost(Math.abs(millis - clock.currentTimeMillisUnsafe()), 1)
    })
  }

  it("goes on evenly where the own clock jumps between two comparisons", () => {
    const { compare, error, jump, pass } = stage(0)
    compare(1, 2)
    for (const by of [90 * minute, -180 * minute, 90 * minute]) {
      jump(by)
      assert.isAtMost(Math.abs(error()), 2)
      pass(3000)
      assert.isAtMost(Math.abs(error()), 2)
      compare(1, 2)
      assert.isAtMost(Math.abs(error()), 2)
    }
    assert.strictEqual(error(), 0)
  })
})
