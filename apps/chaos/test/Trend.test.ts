import { assert, describe, it } from "@effect/vitest"
import { judge, type Reading, slopeOf, trendOf, warm } from "../src/Trend.ts"

const minutes = Array.from({ length: 40 }, (_, at) => at)
/** The variation of a heap that does not grow: a saw of 6 MiB, always the same. */
const saw = (at: number) => (at * 7) % 13 / 2
const readings = (of: (at: number) => number): ReadonlyArray<Reading> =>
  minutes.map((at) => ({ at, mebibytes: of(at) }))

describe("Trend", () => {
  it("both estimators return the slope of a straight line, whatever its intercept", () => {
    for (const slope of [0, 2.5, -0.125]) {
      const line = readings((at) => 60 + slope * at)
      assert.approximately(slopeOf(line), slope, 1e-9)
      assert.deepEqual(trendOf(line), { readings: 40, slope: slopeOf(line), median: slope, between: [slope, slope] })
    }
  })

  it("the least-squares estimate weighs readings by the time at which they were taken", () => {
    const apart = [{ at: 0, mebibytes: 10 }, { at: 1, mebibytes: 12 }, { at: 5, mebibytes: 20 }]
    assert.approximately(slopeOf(apart), 2, 1e-9)
  })

  it("readings of the warm-up are ignored", () => {
    const warming = readings((at) => at < 13 ? 40 + 3 * at : 79)
    assert.isAbove(trendOf(warming).slope, 0.5)
    assert.deepEqual(warm(warming).map(({ at }) => at), minutes.slice(13))
    assert.equal(trendOf(warm(warming)).slope, 0)
  })

  it("an outlier changes the least-squares estimate, and not the median of pairs", () => {
    const struck = readings((at) => at === 39 ? 400 : 60)
    assert.isAbove(slopeOf(struck), 1)
    assert.equal(trendOf(struck).median, 0)
  })

  const cases: ReadonlyArray<readonly [name: string, readings: ReadonlyArray<Reading>, judgement: string]> = [
    ["a saw that stays where it is", readings((at) => 60 + saw(at)), "level"],
    ["a saw that grows by half a MiB a minute", readings((at) => 60 + saw(at) + at / 2), "grows"],
    ["a saw that shrinks", readings((at) => 60 + saw(at) - at / 2), "level"],
    ["growth that nobody notices in a day", readings((at) => 60 + at / 100), "level"],
    ["a handful of readings of a saw", readings(saw).slice(0, 5), "unclear"],
    ["one reading", readings(saw).slice(0, 1), "unclear"],
    ["none", [], "unclear"]
  ]
  for (const [name, series, judgement] of cases) {
    it(`judges ${name}: ${judgement}`, () => assert.equal(judge(trendOf(series)), judgement))
  }
})
