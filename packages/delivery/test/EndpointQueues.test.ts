import { assert, describe, it } from "@effect/vitest"
import * as Lanes from "../src/EndpointQueues.ts"

const use = (lanes: Lanes.Lanes, name: string, answered: boolean) => {
  lanes.enter(name)
  lanes.leave(name, answered)
}

describe("Lanes", () => {
  it("remember what became of the last 1000 that were used, and of those that are in use", () => {
    const lanes = Lanes.make()
    lanes.enter("hangs")
    use(lanes, "first", false)
    use(lanes, "again", false)
    for (let n = 0; n < 5000; n++) {
      use(lanes, `lane ${n}`, true)
      use(lanes, "again", false)
    }
    const room = lanes.room()
    assert.strictEqual(room.size, Lanes.remembered + 1)
    assert.strictEqual(room.get("hangs"), Lanes.bounds.initial - 1)
    assert.strictEqual(room.get("again"), Lanes.bounds.least)
    assert.isUndefined(room.get("first"))
  })

  it("forget one that is back where everybody begins", () => {
    const lanes = Lanes.make()
    use(lanes, "a", true)
    // 33, then 16, then one more each time.
    for (let n = 0; n < 16; n++) use(lanes, "a", n > 0)
    assert.strictEqual(lanes.room().get("a"), Lanes.bounds.initial - 1)
    use(lanes, "a", true)
    assert.strictEqual(lanes.room().size, 0)
  })

  it("leave an eighth of a lane to what is older, while that may wait", () => {
    const lanes = Lanes.make()
    for (let n = 0; n < 27; n++) lanes.enter("a", true)
    const room = (waits: boolean) => lanes.handover(() => waits).room.get("a")
    assert.deepStrictEqual([room(true), room(false)], [1, 5])
    lanes.enter("a", true)
    assert.deepStrictEqual([room(true), room(false)], [0, 4])
    for (let n = 0; n < 4; n++) lanes.enter("a", false)
    assert.deepStrictEqual([room(true), room(false)], [0, 0])
    lanes.leave("a", true, true)
    assert.deepStrictEqual([room(true), room(false)], [1, 2])
  })

  it("name those that are made here only the lanes that are in use, or hang", () => {
    const lanes = Lanes.make()
    use(lanes, "answers", true)
    use(lanes, "hangs", false)
    lanes.enter("in use")
    const { otherwise, room } = lanes.handover(() => false)
    assert.deepStrictEqual([...room], [["hangs", 16], ["in use", 31]])
    assert.strictEqual(otherwise, Lanes.bounds.initial)
  })
})
