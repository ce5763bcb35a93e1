import { assert, describe, it } from "@effect/vitest"
import { inTurns, place, putOff, type Waiter } from "../../src/partners/TurnQueue.ts"

const waiter = (name: string, more: Partial<Waiter> = {}): Waiter & { readonly name: string } => ({
  name,
  line: "p",
  released: false,
  since: 0,
  counted: false,
  behind: undefined,
  ...more
})

const names = (waiters: ReadonlyArray<Waiter>) => waiters.map((one) => (one as Waiter & { name: string }).name)

describe("requests that wait for a turn", () => {
  it("go behind the runs on hold if those were there before them, unless they were released or have a place", () => {
    const early = waiter("early")
    place([early], false)
    const all = [early, waiter("late"), waiter("released", { released: true }), waiter("counted", { counted: true })]
    place(all, true)
    assert.deepStrictEqual(all.map(({ behind }) => behind), [false, true, false, false])
    assert.deepStrictEqual(names(inTurns(all, new Map())), ["counted", "early", "released"])
  })

  it("take turns by line, first the line that was served least recently, each in the order of arrival", () => {
    const all = [
      waiter("a1", { line: "a" }),
      waiter("a2", { line: "a" }),
      waiter("a3", { line: "a" }),
      waiter("b1", { line: "b" }),
      waiter("b2", { line: "b" })
    ]
    assert.deepStrictEqual(names(inTurns(all, new Map([["a", 2], ["b", 1]]))), ["b1", "a1", "b2", "a2", "a3"])
  })

  it("are put off where their turn is not near, or where it did not come in time", () => {
    const all = [
      waiter("first"),
      waiter("old", { released: true, since: -2000 }),
      waiter("far"),
      waiter("far and released", { released: true }),
      waiter("far and counted", { counted: true })
    ]
    assert.deepStrictEqual(names(putOff(all, { now: 100, patienceMs: 1000, near: 2 })), ["old", "far"])
    assert.deepStrictEqual(names(putOff(all, { now: 1000, patienceMs: 1000, near: Infinity })), [
      "first",
      "old",
      "far",
      "far and released"
    ])
  })
})
