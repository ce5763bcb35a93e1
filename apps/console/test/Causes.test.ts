import { assert, describe, it } from "vitest"
import type { TimelineEntry } from "../src/api/Documents.ts"
import { timeOf } from "../src/environment/Now.ts"
import { causalWaterfall, toneOfEntry } from "../src/waterfall/Causes.ts"

const entry = (
  id: string,
  kind: TimelineEntry["kind"],
  second: number,
  cause: string | undefined,
  summary: string,
  durationMs?: number
): TimelineEntry => ({
  id,
  kind,
  at: `2026-11-30T00:00:0${second}.000Z`,
  summary,
  ...(cause !== undefined && { cause }),
  ...(durationMs !== undefined && { durationMs })
})

const entries = [
  entry("s", "submitted", 0, undefined, "order submitted"),
  entry("v1", "version", 0, "s", "version 1: as submitted"),
  entry("r", "run", 1, "s", "pipeline p v1 failed: pay was refused", 3000),
  entry("d", "delivery", 1, "v1", "order.submitted to endpoint e delivered", 7000),
  entry("st", "step", 1, "r", "step pay failed: refused", 2000),
  entry("c", "callout", 2, "st", "POST pay.example: 500 rejected", 500),
  entry("a", "attempt", 8, "d", "attempt 1: 200", 200)
]

describe("the causal waterfall", () => {
  it("puts each entry below the one that it follows from", () => {
    const { lines } = causalWaterfall(entries, 0)
    assert.deepStrictEqual(
      lines.map(({ depth, entry }) => `${"-".repeat(depth)}${entry.id}`),
      ["s", "-v1", "--d", "---a", "-r", "--st", "---c"]
    )
    assert.deepStrictEqual(lines.filter(({ isAsync }) => isAsync).map(({ entry }) => entry.id), ["d", "a"])
  })

  it("places synchronous and asynchronous work on one scale", () => {
    const { lines, spanMs } = causalWaterfall(entries, 0)
    assert.strictEqual(spanMs, 8200)
    const run = lines.find(({ entry }) => entry.id === "r")
    assert.approximately(run?.bar.left ?? 0, 100 * 1000 / 8200, 0.01)
    assert.approximately(run?.bar.width ?? 0, 100 * 3000 / 8200, 0.01)
  })

  it("shows a run alone with what follows from it", () => {
    assert.deepStrictEqual(causalWaterfall(entries, 0, "r").lines.map(({ entry }) => entry.id), ["r", "st", "c"])
    assert.deepStrictEqual(causalWaterfall([], 0).lines, [])
  })

  it("lasts until now where a run is open", () => {
    const open = [entry("r", "run", 1, undefined, "pipeline p v1 running")]
    assert.isTrue(causalWaterfall(open, timeOf("2026-11-30T00:01:00Z")).lines[0]?.bar.open)
    assert.strictEqual(causalWaterfall(open, timeOf("2026-11-30T00:01:00Z")).spanMs, 59_000)
  })

  it("takes the tone from the state that a summary names", () => {
    assert.deepStrictEqual(entries.map(toneOfEntry), ["idle", "idle", "bad", "ok", "bad", "bad", "ok"])
  })
})
