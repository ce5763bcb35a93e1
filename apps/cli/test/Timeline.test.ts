import { assert, describe, it } from "@effect/vitest"
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { TimelineEntry } from "@sluice/domain/internal/order/Timeline"
import { style } from "@sluice/terminal/Style"
import { byCause, timelineLines, whyLines } from "../src/commands/Timeline.ts"

const entry = (id: string, at: number, kind: TimelineEntry["kind"], cause?: string): TimelineEntry => ({
  id,
  at: isoOf(1_764_460_800_000 + at),
  kind,
  summary: `${kind} ${id}`,
  ...(cause !== undefined && { cause })
})

const record = [
  entry("s", 0, "submitted"),
  entry("v1", 0, "version", "s"),
  entry("r", 1, "run", "s"),
  entry("a", 2, "step", "r"),
  entry("d", 3, "delivery", "v1"),
  entry("c", 4, "callout", "a"),
  entry("o", 5, "operator")
]

describe("the timeline of an order", () => {
  it("puts each entry below its cause, in the order of time among those with the same cause", () => {
    assert.deepStrictEqual(byCause(record).map(([{ id }, depth]) => [id, depth]), [
      ["s", 0],
      ["v1", 1],
      ["d", 2],
      ["r", 1],
      ["a", 2],
      ["c", 3],
      ["o", 0]
    ])
  })

  it("shows an entry whose cause is not among the others at the edge", () => {
    assert.deepStrictEqual(byCause([entry("a", 0, "step", "gone")]).map(([, depth]) => depth), [0])
  })

  it("a deep chain of causes is laid out without deep recursion", () => {
    const chain = Array.from(
      { length: 20_000 },
      (_, at) => entry(`e${at}`, at, "run", at === 0 ? undefined : `e${at - 1}`)
    )
    assert.strictEqual(byCause(chain).at(-1)?.[1], 19_999)
  })

  it("fits the width of a terminal, and is cut nowhere else", () => {
    const long = record.map((one) => ({ ...one, summary: "x".repeat(200) }))
    const narrow = timelineLines(long, style({ columns: 80, colours: false }))
    for (const line of narrow) assert.isAtMost(line.length, 80)
    const piped = timelineLines(long, style({ columns: 80, colours: false, bounded: false }))
    assert.isTrue(piped.slice(1).every((line) => line.includes("x".repeat(200))))
  })
})

it("why says that a member was removed, and that no delivery told it", () => {
  const lines = whyLines("/note", { version: 3, chain: [], toldTo: [] }, style({ columns: 80, colours: false }))
  assert.deepStrictEqual(lines, ["/note was removed by version 3", "no delivery has sent it"])
})
