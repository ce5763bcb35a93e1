import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { measured, simulate } from "../src/capacity/Day.ts"
import { table } from "../src/capacity/Table.ts"

/** A hundredth of the load on one cell, which takes a moment. */
const small = { ...measured, cells: 1, ordersPerDay: 1e7, cellRate: 150 }

const cellsOf = (text: string) =>
  text.split("\n").filter((line) => line.startsWith("|")).map((line) => line.split("|").map((cell) => cell.trim()))

describe("Capacity", () => {
  it("every accepted order is completed or still open, and the same seed gives the same day", () => {
    const figures = simulate(small)
    assert.closeTo(figures.accepted, figures.completed + figures.openAtTheEnd, 2)
    assert.closeTo(figures.accepted + figures.refused, small.ordersPerDay, small.ordersPerDay / 1000)
    assert.deepStrictEqual(simulate(small), figures)
    assert.notDeepEqual(simulate({ ...small, seed: 2 }), figures)
  })

  it("an outage holds the runs of its partner alone, and they end after it", () => {
    const without = simulate({ ...small, outageSeconds: 0 })
    const { mostHeld, openAtTheEnd, refused } = simulate(small)
    assert.strictEqual(without.mostHeld, 0)
    assert.closeTo(mostHeld, small.ordersPerDay / 86_400 * 1800 * small.outageShare, 1000)
    assert.isBelow(openAtTheEnd, 1000)
    assert.strictEqual(refused, without.refused)
  })

  it("the page shows what the simulation gives", () => {
    const page = readFileSync(new URL("../../../docs/capacity.md", import.meta.url), "utf8")
    const [, shown = ""] = /<!-- simulated -->([\s\S]*?)<!-- end -->/.exec(page) ?? []
    const [, , ...rows] = cellsOf(shown)
    const [, , ...expected] = cellsOf(table(1))
    assert.deepStrictEqual(rows, expected)
  })
})
