import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import { isoOf } from "../../src/json/Timestamp.ts"

const At = Schema.Int.check(Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 }))

describe("a timestamp", () => {
  it.prop("is written as the calendar writes it, on whatever day", [At, At], ([at, later]) => {
    for (const each of [at, at + 1, later, at]) {
      if (Math.abs(each) <= 8.64e15) assert.strictEqual(isoOf(each), DateTime.formatIso(DateTime.makeUnsafe(each)))
    }
  }, { arbitrary: { runs: 1_000 } })

  it.each([0, -1, 1_764_460_799_999, 1_764_460_800_000, 253_402_300_799_999, 253_402_300_800_000, 1.5, -0.5])(
    "at %s is written as the calendar writes it",
    (at) => assert.strictEqual(isoOf(at), DateTime.formatIso(DateTime.makeUnsafe(at)))
  )

  it("beyond the calendar is refused", () => {
    for (const at of [Number.NaN, Infinity, 8.64e15 + 1]) assert.throws(() => isoOf(at))
  })
})
