import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as FairQueue from "../../src/children/FairQueue.ts"

const any = () => true

/** Takes `count` items one after the other, each of which uses `ms(origin)`. */
const served = (queue: FairQueue.FairQueue<string>, count: number, ms: (origin: string) => number) =>
  Array.from({ length: count }, () => {
    const item = queue.take(any)
    if (item !== undefined) queue.charge(item, ms(item))
    return item
  })

describe("FairQueue", () => {
  it("requests of one origin are served in order", () => {
    const queue = FairQueue.make<number>()
    for (const item of [1, 2, 3]) queue.add("a", item)
    assert.deepStrictEqual([queue.take(any), queue.take(any), queue.take(any), queue.take(any)], [1, 2, 3, undefined])
    assert.isTrue(queue.isEmpty())
  })

  it("a new origin is served next, however much another has queued", () => {
    const queue = FairQueue.make<string>()
    for (let i = 0; i < 100; i++) queue.add("hog", "hog")
    served(queue, 10, () => 250)
    queue.add("new", "new")
    assert.deepStrictEqual(served(queue, 2, () => 1), ["new", "hog"])
  })

  it("an origin gains nothing by asking for one thing after the other", () => {
    const queue = FairQueue.make<string>()
    const order: Array<string | undefined> = []
    for (let i = 0; i < 6; i++) {
      queue.add("slow", "slow")
      for (let j = 0; j < 10; j++) queue.add("quick", "quick")
      order.push(...served(queue, 6, (origin) => origin === "slow" ? 250 : 50))
    }
    const slow = order.filter((item) => item === "slow").length
    assert.isAtMost(slow, order.length / 4)
    assert.isAtLeast(slow, 1)
  })

  it("unused time cannot be saved up", () => {
    const queue = FairQueue.make<string>()
    queue.add("idle", "idle")
    served(queue, 1, () => 1)
    for (let i = 0; i < 100; i++) queue.add("busy", "busy")
    served(queue, 50, () => 100)
    for (let i = 0; i < 10; i++) queue.add("idle", "idle")
    const idle = served(queue, 10, () => 100).filter((item) => item === "idle").length
    assert.isAtMost(idle, 6)
  })

  it("an item that is not eligible is passed over, and keeps its place", () => {
    const queue = FairQueue.make<number>()
    for (const item of [1, 2, 3, 4]) queue.add("a", item)
    const isEven = (item: number) => item % 2 === 0
    assert.deepStrictEqual([queue.take(isEven), queue.take(isEven), queue.take(isEven)], [2, 4, undefined])
    assert.deepStrictEqual([queue.take(any), queue.take(any)], [1, 3])
  })

  it("an item that is removed is not served", () => {
    const queue = FairQueue.make<number>()
    queue.add("a", 1)
    queue.add("a", 2)
    queue.remove("a", 1)
    queue.remove("b", 2)
    assert.deepStrictEqual([queue.take(any), queue.take(any)], [2, undefined])
  })

  it.effect.prop(
    "origins that all have something waiting get equal time, but for one item each",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 300 }))).check(Schema.isMinLength(2))],
    Effect.fnUntraced(function*(costs) {
      const [items] = costs
      const queue = FairQueue.make<string>()
      const used = new Map<string, number>()
      const costOf = (origin: string) => items[Number(origin)] ?? 1
      for (const origin of items.keys()) for (let i = 0; i < 400; i++) queue.add(String(origin), String(origin))
      for (let i = 0; i < 300; i++) {
        const origin = queue.take(any)!
        queue.charge(origin, costOf(origin))
        used.set(origin, (used.get(origin) ?? 0) + costOf(origin))
      }
      const times = items.map((_, origin) => used.get(String(origin)) ?? 0)
      assert.isAtMost(Math.max(...times) - Math.min(...times), 2 * Math.max(...items))
      return yield* Effect.void
    }),
    { arbitrary: { runs: 100, size: 8 } }
  )
})
