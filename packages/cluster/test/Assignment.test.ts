import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { assign } from "../src/Assignment.ts"

const Fleet = Schema.Struct({
  cells: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1023 }))),
  workers: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })))
})

const addresses = (ports: ReadonlyArray<number>) => ports.map((port) => `worker-${port}:8090`)

describe("Assignment", () => {
  it.prop("of k workers none owns more than ⌈cells/k⌉, and every cell has one owner", [Fleet], ([fleet]) => {
    const cells = [...new Set(fleet.cells)]
    const workers = [...new Set(addresses(fleet.workers))]
    const owners = assign(cells, addresses(fleet.workers))
    if (workers.length === 0) return assert.strictEqual(owners.size, 0)
    assert.sameMembers([...owners.keys()], cells)
    for (const worker of workers) {
      const owned = [...owners.values()].filter((owner) => owner === worker).length
      assert.isAtMost(owned, Math.ceil(cells.length / workers.length))
    }
    // Whatever order they are told in.
    assert.deepStrictEqual(assign(cells.toReversed(), workers.toReversed()), owners)
  })

  it.prop("a cell goes to a worker that reaches it, if there is one", [Fleet, Schema.Int], ([fleet, salt]) => {
    const cells = [...new Set(fleet.cells)]
    const workers = [...new Set(addresses(fleet.workers))]
    const isAbsent = (worker: string, cell: number) =>
      (worker.length * 7 + worker.charCodeAt(7) + cell + salt) % 3 === 0
    const owners = assign(cells, workers, isAbsent)
    assert.strictEqual(owners.size, workers.length === 0 ? 0 : cells.length)
    for (const [cell, owner] of owners) {
      if (workers.some((worker) => !isAbsent(worker, cell))) assert.isFalse(isAbsent(owner, cell))
    }
  })

  it("a worker that goes moves its own cells, and few others", () => {
    const cells = Array.from({ length: 64 }, (_, cell) => cell)
    const before = assign(cells, addresses([1, 2, 3, 4]))
    const after = assign(cells, addresses([1, 2, 3]))
    const moved = cells.filter((cell) => before.get(cell) !== "worker-4:8090" && before.get(cell) !== after.get(cell))
    assert.isAtMost(moved.length, 16)
  })
})
