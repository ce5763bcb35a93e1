import { assert, describe, it } from "vitest"
import type { Callout, Step } from "../src/api/Documents.ts"
import { ticksOf } from "../src/components/charts/TickLabels.ts"
import { isoOf, timeOf } from "../src/environment/Now.ts"
import { waterfall } from "../src/waterfall/Layout.ts"

const eight = timeOf("2026-11-22T08:00:00Z")
const at = (ms: number): string => isoOf(eight + ms)

const callout = (id: string, startMs: number, durationMs: number, attempt = 1): Callout => ({
  id,
  attempt,
  endpoint: "https://partner.example/api",
  idempotencyKey: "key",
  startedAt: at(startMs),
  durationMs,
  request: { method: "POST", headers: {}, body: null },
  outcome: "succeeded"
})

const step = (id: string, part: Partial<Step>): Step => ({
  id,
  index: 0,
  name: "calloutPlugin",
  phase: "steps",
  critical: true,
  state: "succeeded",
  callouts: [],
  ...part
})

const layout = (steps: ReadonlyArray<Step>, nowMs = 0) =>
  waterfall({ createdAt: at(0), startedAt: at(0), steps }, eight + nowMs)

describe("waterfall", () => {
  it("draws a line for each step, and one for each of its attempts below it", () => {
    const { lines } = layout([
      step("a", { startedAt: at(0), finishedAt: at(100), callouts: [callout("c1", 0, 20), callout("c2", 60, 40, 2)] }),
      step("b", { startedAt: at(100), finishedAt: at(200) })
    ])
    assert.deepStrictEqual(lines.map(({ key }) => key), ["a", "c1", "c2", "b"])
  })

  it("places bars in time, on a scale from the first to the last", () => {
    const { lines, spanMs } = layout([
      step("a", { startedAt: at(0), finishedAt: at(100), callouts: [callout("c1", 50, 25)] }),
      step("b", { startedAt: at(100), finishedAt: at(200) })
    ])
    assert.strictEqual(spanMs, 200)
    assert.deepStrictEqual(lines.map(({ bar }) => [bar?.left, bar?.width]), [[0, 50], [25, 12.5], [50, 50]])
  })

  it("a running step extends to the present", () => {
    const { lines } = layout([
      step("a", { startedAt: at(0), finishedAt: at(100) }),
      step("b", { state: "running", startedAt: at(100) })
    ], 400)
    assert.deepStrictEqual(lines[1]?.bar, { left: 25, width: 75, open: true })
  })

  it("leaves out steps that were reused from another run or have not started", () => {
    const { lines, spanMs } = layout([
      step("reused", { startedAt: at(-9000), finishedAt: at(-8000), reusedFrom: "process_event-1", durationMs: 1000 }),
      step("mine", { startedAt: at(0), finishedAt: at(50) }),
      step("coming", { state: "pending" })
    ])
    assert.strictEqual(spanMs, 50)
    assert.deepStrictEqual(lines.map(({ bar, tookMs }) => [bar !== undefined, tookMs]), [
      [false, 1000],
      [true, 50],
      [false, undefined]
    ])
  })

  it.each([1, 7, 99, 2500, 21_233, 3_600_000, 10 * 86_400_000, 400 * 86_400_000])(
    "the axis of %d ms has few ticks, whose labels do not overlap, at any width",
    (span) => {
      for (const width of [0, 40, 130, 170, 320, 640, 1200]) {
        const ticks = ticksOf(span, width)
        assert.isAtMost(ticks.length, 6)
        assert.strictEqual(ticks[0]?.left, 0)
        const places = ticks.map(({ label, left }) =>
          [left * width / 100, left * width / 100 + 6 * label.length] as const
        )
        for (const [i, [, end]] of places.entries()) assert.isTrue(i === 0 || end <= width)
        for (const [i, [, end]] of places.entries()) assert.isTrue(i + 1 === places.length || end < places[i + 1]![0])
      }
      assert.isAtLeast(ticksOf(span, 640).length, span === 1 ? 1 : 2)
    }
  )
})
