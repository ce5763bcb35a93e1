import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { percentile } from "../../src/partners/PartnerCalls.ts"
import { allocate, lateMs, spacingOf } from "../../src/partners/TurnAllocation.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

describe("turns at a limited partner", () => {
  it.prop(
    "in no span of a second begin more than the rate, however late the turns are used that are not given up",
    [
      between(1, 200),
      Schema.Array(Schema.Tuple([between(0, 700), between(0, 300)])),
      Schema.NonEmptyArray(between(0, lateMs))
    ],
    ([ratePerSecond, questions, lateness]) => {
      let [now, nextTurn] = [1_000_000, 0]
      const turns: Array<number> = []
      for (const [pause, wanted] of questions) {
        now += pause
        const limits = { ratePerSecond }
        const { delays, nextTurn: next } = allocate({ limits, now, nextTurn, open: 0, wanted, counted: 0 })
        nextTurn = next
        for (const delay of delays) turns.push(now + delay + (lateness[turns.length % lateness.length] ?? 0))
      }
      turns.sort((a, b) => a - b)
      for (const [at, turn] of turns.entries()) {
        const later = turns[at + ratePerSecond]
        if (later !== undefined) assert.isAbove(later - turn, 1000)
      }
    }
  )

  it("gives no more places than there are, and times to those that have one", () => {
    const limits = { maxConcurrent: 5, ratePerSecond: 20 }
    const standing = { limits, now: 1000, nextTurn: 0, open: 3, wanted: 9, counted: 0 }
    assert.deepStrictEqual(allocate({ ...standing, wanted: 1 }).delays, [0])
    assert.deepStrictEqual(allocate({ ...standing, limits: { maxConcurrent: 5 } }).delays, [0, 0])
    assert.deepStrictEqual(allocate({ ...standing, limits: { maxConcurrent: 2 } }).delays, [])
    assert.deepStrictEqual(allocate({ ...standing, open: 5 }).delays, [])
    assert.deepStrictEqual(allocate({ ...standing, open: 5, counted: 1 }).delays, [0])
  })

  it("gives turns ahead in all free places but the last, which a waiting request would keep from another", () => {
    const limits = { maxConcurrent: 5, ratePerSecond: 20 }
    const spacing = spacingOf(20)
    const standing = { limits, now: 1000, nextTurn: 1000 + spacing, open: 0, wanted: 9, counted: 0 }
    const delaysAt = (open: number) =>
      allocate({ ...standing, open }).delays.map((delay) => Math.round(delay / spacing))
    assert.deepStrictEqual(delaysAt(0), [1, 2, 3, 4])
    assert.deepStrictEqual(delaysAt(3), [1])
    assert.deepStrictEqual(delaysAt(4), [])
    const later = allocate({ ...standing, open: 4 })
    assert.isAbove(later.againMs, 0)
    assert.isAtMost(later.againMs, spacing)
    // As soon as asking again is said to help, the place is given.
    assert.lengthOf(allocate({ ...standing, open: 4, now: 1000 + later.againMs }).delays, 1)
  })

  it("a percentile is a bound below which that share of the calls stayed", () => {
    assert.isNull(percentile([], 0.5))
    assert.isNull(percentile([0, 0], 0.5))
    assert.strictEqual(percentile([10], 0.95), 1)
    assert.strictEqual(percentile([1, 0, 0, 9], 0.5), percentile([0, 0, 0, 1], 0.5))
    assert.isBelow(percentile([9, 0, 0, 1], 0.5)!, percentile([9, 0, 0, 1], 0.95)!)
  })
})
