import { assert, describe, it } from "@effect/vitest"
import { entryOf, nextId, submission, writeOn } from "@sluice/engine/testing/JournalFixtures"
import type { PendingWrite } from "../../../src/journal/writer/PendingWrite.ts"
import * as WriteQueue from "../../../src/journal/writer/WriteQueue.ts"
import { pendingEntry, pendingSubmission } from "./WriterFixtures.ts"

const accept = (bytes: number): PendingWrite => pendingSubmission({ bytes })

const filled = (members: ReadonlyArray<PendingWrite>) => {
  const backlog = WriteQueue.make()
  for (const member of members) backlog.add(member)
  return backlog
}

/** Empties it portion by portion. */
const portions = (backlog: WriteQueue.WriteQueue) => {
  const taken: Array<ReadonlyArray<PendingWrite>> = []
  while (backlog.count() > 0) taken.push(backlog.take())
  return taken
}

const sizes = (bytes: ReadonlyArray<number>) =>
  portions(filled(bytes.map(accept))).map((portion) => portion.map((member) => member.bytes))

describe("WriteQueue", () => {
  it("a flush takes at most 256 writes and a mebibyte, and a larger write goes alone", () => {
    assert.deepStrictEqual(sizes(Array.from({ length: 600 }, () => 1)).map(({ length }) => length), [256, 256, 88])
    assert.deepStrictEqual(sizes([600_000, 600_000, 400_000, 1]), [[600_000, 400_000, 1], [600_000]])
    assert.deepStrictEqual(sizes([5_000_000, 10, 6_000_000]), [[5_000_000], [10], [6_000_000]])
  })

  it("two writes to one order are never in one flush, and keep their order", () => {
    const { document } = submission()
    const write = (tag: string): PendingWrite =>
      pendingEntry(
        entryOf({ runId: nextId(), orderId: document.order.id, claimToken: 1 }, {
          write: writeOn(document, { tags: [tag] })
        }),
        { bytes: 10 }
      )
    const [first, other, second] = [write("1"), accept(10), write("2")]
    assert.deepStrictEqual(portions(filled([first, other, second])), [[first, other], [second]])
  })

  it("writes that are put back come first, and the waiting bytes are counted", () => {
    const [a, b] = [accept(3), accept(4)]
    const backlog = filled([a])
    const taken = backlog.take()
    backlog.add(b)
    backlog.putBack(taken)
    assert.strictEqual(backlog.bytes(), 7)
    assert.deepStrictEqual(backlog.take(), [a, b])
    assert.strictEqual(backlog.bytes(), 0)
  })
})
