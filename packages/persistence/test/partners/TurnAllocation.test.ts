import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { percentile } from "../../src/partners/PartnerCalls.ts"
import {
  allocate,
  lateMs,
  type Limits,
  release,
  shiftOf,
  spacingOf,
  turnsNear
} from "../../src/partners/TurnAllocation.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** Milliseconds. */
interface Pace {
  readonly answerMs: number
  /** The time between the end of a request and the question for the next one, and the time that a question takes. */
  readonly questionMs: number
  readonly lateness: (turn: number) => number
}

/**
 * The share of the limits that two processes use in a minute while requests always wait: each asks when one of its
 * requests has ended and when it was told to.
 */
const usedShare = (limits: Limits, { answerMs, lateness, questionMs }: Pace): number => {
  const endMs = 60_000
  const processes = [0, 1].map((n) => ({ open: 0, askAt: n * 7 }))
  const ends: Array<{ at: number; process: number }> = []
  let [nextTurn, used] = [0, 0]
  for (;;) {
    const process = processes[0]!.askAt <= processes[1]!.askAt ? 0 : 1
    const asking = processes[process]!
    const end = ends.toSorted((a, b) => a.at - b.at)[0]
    if (end !== undefined && end.at <= asking.askAt) {
      ends.splice(ends.indexOf(end), 1)
      const owner = processes[end.process]!
      owner.open--
      owner.askAt = Math.min(owner.askAt, end.at + questionMs)
      continue
    }
    const now = asking.askAt
    if (now > endMs) break
    const open = processes[0]!.open + processes[1]!.open
    const answer = allocate({ limits, now: now + questionMs, nextTurn, open, wanted: 50, counted: 0 })
    nextTurn = answer.nextTurn
    for (const turn of answer.turns) {
      const begins = turn + lateness(used++)
      asking.open++
      ends.push({ at: begins + answerMs, process })
    }
    asking.askAt = now + questionMs + (answer.againMs > 0 ? answer.againMs : 40)
  }
  const { maxConcurrent = Infinity, ratePerSecond = Infinity } = limits
  return used / 60 / Math.min(ratePerSecond, maxConcurrent * 1000 / answerMs)
}

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
        const given = allocate({ limits, now, nextTurn, open: 0, wanted, counted: 0 })
        nextTurn = given.nextTurn
        for (const turn of given.turns) turns.push(turn + (lateness[turns.length % lateness.length] ?? 0))
      }
      turns.sort((a, b) => a - b)
      for (const [at, turn] of turns.entries()) {
        const later = turns[at + ratePerSecond]
        // The clocks of two processes differ by a millisecond.
        if (later !== undefined) assert.isAbove(later - turn, 1001)
      }
    }
  )

  for (
    const [limits, pace] of [
      [{ ratePerSecond: 20, maxConcurrent: 5 }, { answerMs: 100, questionMs: 5 }],
      [{ ratePerSecond: 20, maxConcurrent: 5 }, { answerMs: 100, questionMs: 60 }],
      [{ ratePerSecond: 20, maxConcurrent: 5 }, { answerMs: 200, questionMs: 5 }],
      [{ ratePerSecond: 20, maxConcurrent: 1 }, { answerMs: 20, questionMs: 5 }],
      [{ ratePerSecond: 200, maxConcurrent: 50 }, { answerMs: 100, questionMs: 5 }],
      [{ ratePerSecond: 100 }, { answerMs: 1000, questionMs: 100 }],
      [{ ratePerSecond: 2 }, { answerMs: 100, questionMs: 100 }]
    ] as const
  ) {
    it(`are used to 0.95 of a rate while requests wait: ${JSON.stringify({ ...limits, ...pace })}`, () => {
      assert.isAtLeast(usedShare(limits, { ...pace, lateness: (turn) => (turn * 7) % lateMs }), 0.95)
    })
  }

  it("places are used to 0.95, where they and not the rate limit", () => {
    for (const ratePerSecond of [undefined, 20]) {
      const limits = { maxConcurrent: 5, ...(ratePerSecond !== undefined && { ratePerSecond }) }
      for (const answerMs of [300, 500, 1000, 3000]) {
        const share = usedShare(limits, { answerMs, questionMs: 5, lateness: () => 1 })
        assert.isAtLeast(share, 0.95, JSON.stringify({ ratePerSecond, answerMs }))
      }
    }
  })

  it("gives no more places than there are, and times to those that have one", () => {
    const limits = { maxConcurrent: 5, ratePerSecond: 20 }
    const standing = { limits, now: 1000, nextTurn: 0, open: 3, wanted: 9, counted: 0 }
    const countOf = (more: object) => allocate({ ...standing, ...more }).turns.length
    assert.deepStrictEqual(allocate({ ...standing, wanted: 1 }).turns, [1000])
    assert.deepStrictEqual(allocate({ ...standing, limits: { maxConcurrent: 5 } }).turns, [1000, 1000])
    assert.strictEqual(countOf({ limits: { maxConcurrent: 2 } }), 0)
    assert.strictEqual(countOf({ open: 5 }), 0)
    assert.strictEqual(countOf({ open: 5, counted: 1 }), 1)
  })

  it("gives turns ahead, and says when asking again gives one", () => {
    const limits = { ratePerSecond: 20 }
    const spacing = spacingOf(20)
    const standing = { limits, now: 1000, nextTurn: 1000 + spacing, open: 0, wanted: 9, counted: 0 }
    const { againMs, turns } = allocate(standing)
    assert.deepStrictEqual(turns.map((turn) => Math.round((turn - 1000) / spacing)), [1, 2, 3, 4])
    assert.isAbove(againMs, 0)
    assert.isAtMost(againMs, spacing)
    const later = { ...standing, now: 1000 + againMs, nextTurn: 1000 + 5 * spacing, wanted: 5 }
    assert.lengthOf(allocate(later).turns, 1)
  })
})

describe("a rate that changes", () => {
  for (
    const [before, after, ms] of [
      [10, 10, 0],
      [0.1, 10, spacingOf(10) - spacingOf(0.1)],
      [10, 0.5, spacingOf(0.5) - spacingOf(10)],
      [undefined, 5, undefined],
      [5, undefined, undefined]
    ] as const
  ) {
    it(`moves the next turn, from ${before} to ${after} a second, by what the spacing changes`, () => {
      assert.strictEqual(shiftOf(before, after), ms)
    })
  }

  it("never puts a turn or a release further off than the database can hold as an integer of milliseconds", () => {
    const limits = { ratePerSecond: Number.MIN_VALUE }
    const most = 2 ** 31 - 1
    const { nextTurn } = allocate({ limits, now: 0, nextTurn: 0, open: 0, wanted: 1, counted: 0 })
    assert.isAtMost(nextTurn, most)
    assert.isAtMost(release({ limits, batch: 1, nextInMs: 1e15, queued: 0 }).againMs, most)
  })
})

describe("runs that wait for a limited partner", () => {
  const rate = { ratePerSecond: 20, maxConcurrent: 5 }
  const standing = { limits: rate, batch: 1, nextInMs: 0, queued: 0 }

  it("are released as many as have their turns within a second, less those that wait in processes already", () => {
    assert.strictEqual(turnsNear(20, 0), 20)
    assert.strictEqual(turnsNear(20, 1001), 0)
    assert.strictEqual(release(standing).size, 20)
    assert.strictEqual(release({ ...standing, nextInMs: 500 }).size, 10)
    assert.strictEqual(release({ ...standing, queued: 12 }).size, 8)
    assert.strictEqual(release({ ...standing, queued: 30 }).size, 0)
  })

  it("are released at a slow rate one at a time, when its turn is near, and not before", () => {
    const slow = { ...standing, limits: { ratePerSecond: 0.2 } }
    assert.deepInclude(release({ ...slow, nextInMs: 4000 }), { size: 0, againMs: 3500 })
    assert.deepInclude(release({ ...slow, nextInMs: 500 }), { size: 1, againMs: 250 })
    assert.strictEqual(release({ ...slow, nextInMs: 500, queued: 1 }).size, 0)
  })

  it("are released in numbers that follow the pace of the places, where these alone limit", () => {
    const places = { ...standing, limits: { maxConcurrent: 5 } }
    const sizes: Array<number> = []
    let batch = 1
    for (const queued of [0, 0, 0, 0, 0, 200, 200, 100, 40, 3]) {
      const next = release({ ...places, batch, queued })
      batch = next.batch
      sizes.push(next.size)
    }
    assert.deepStrictEqual(sizes, [40, 80, 160, 256, 256, 0, 0, 0, 0, 17])
    assert.strictEqual(release({ ...places, limits: { maxConcurrent: 500 } }).size, 256)
  })
})

describe("durations of calls", () => {
  it("a percentile is a bound below which that share of the calls stayed", () => {
    assert.isNull(percentile([], 0.5))
    assert.isNull(percentile([0, 0], 0.5))
    assert.strictEqual(percentile([10], 0.95), 1)
    assert.strictEqual(percentile([1, 0, 0, 9], 0.5), percentile([0, 0, 0, 1], 0.5))
    assert.isBelow(percentile([9, 0, 0, 1], 0.5)!, percentile([9, 0, 0, 1], 0.95)!)
  })
})
