import { assert, describe, it } from "@effect/vitest"
import * as EndpointQueues from "../src/EndpointQueues.ts"

const use = (queues: EndpointQueues.EndpointQueues, name: string, answered: boolean) => {
  queues.enter(name)
  queues.leave(name, answered)
}

describe("EndpointQueues", () => {
  it("remember the bounds of the last 1000 queues, and of those in use", () => {
    const queues = EndpointQueues.make()
    queues.enter("hangs")
    use(queues, "first", false)
    use(queues, "again", false)
    for (let n = 0; n < 5000; n++) {
      use(queues, `lane ${n}`, true)
      use(queues, "again", false)
    }
    const room = queues.room()
    assert.strictEqual(room.size, EndpointQueues.remembered + 1)
    assert.strictEqual(room.get("hangs"), EndpointQueues.bounds.initial - 1)
    assert.strictEqual(room.get("again"), EndpointQueues.bounds.least)
    assert.isUndefined(room.get("first"))
  })

  it("forget a queue whose bound is back at its initial value", () => {
    const queues = EndpointQueues.make()
    use(queues, "a", true)
    // 33, then 16, then one more each time.
    for (let n = 0; n < 16; n++) use(queues, "a", n > 0)
    assert.strictEqual(queues.room().get("a"), EndpointQueues.bounds.initial - 1)
    use(queues, "a", true)
    assert.strictEqual(queues.room().size, 0)
  })

  it("reserve an eighth of a queue for older deliveries while some may be waiting", () => {
    const queues = EndpointQueues.make()
    for (let n = 0; n < 27; n++) queues.enter("a", true)
    const room = (waits: boolean) => queues.localClaims(() => waits).room.get("a")
    assert.deepStrictEqual([room(true), room(false)], [1, 5])
    queues.enter("a", true)
    assert.deepStrictEqual([room(true), room(false)], [0, 4])
    for (let n = 0; n < 4; n++) queues.enter("a", false)
    assert.deepStrictEqual([room(true), room(false)], [0, 0])
    queues.leave("a", true, true)
    assert.deepStrictEqual([room(true), room(false)], [1, 2])
  })

  it("report room for local claims by queue only for queues that are in use or do not answer", () => {
    const queues = EndpointQueues.make()
    use(queues, "answers", true)
    use(queues, "hangs", false)
    queues.enter("in use")
    const { otherwise, room } = queues.localClaims(() => false)
    assert.deepStrictEqual([...room], [["hangs", 16], ["in use", 31]])
    assert.strictEqual(otherwise, EndpointQueues.bounds.initial)
  })
})
