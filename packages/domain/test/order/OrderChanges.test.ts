import { assert, describe, it } from "@effect/vitest"
import { atOnce } from "@sluice/domain/internal/json/Steps"
import { orderChangesSteps } from "@sluice/domain/internal/order/OrderChanges"
import type { JsonObject } from "@sluice/domain/json/Json"

const table: ReadonlyArray<
  readonly [
    what: string,
    before: JsonObject,
    after: JsonObject,
    changes: ReadonlyArray<readonly [string, unknown, unknown]>
  ]
> = [
  ["a member that changed", { status: "New" }, { status: "Done" }, [["/status", "New", "Done"]]],
  ["a member that is new", {}, { a: 1 }, [["/a", null, 1]]],
  ["a member that is gone", { a: 1 }, {}, [["/a", 1, null]]],
  ["an object by its members", { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [["/a/c", 2, 3]]],
  ["an object that is new as a whole", {}, { a: { b: 1 } }, [["/a", null, { b: 1 }]]],
  ["a list as a whole", { tags: ["a"] }, { tags: ["a", "b"] }, [["/tags", ["a"], ["a", "b"]]]],
  ["a list that was an object", { a: {} }, { a: [] }, [["/a", {}, []]]],
  ["names as JSON Pointers write them", { "a/b~c": 1 }, { "a/b~c": 2 }, [["/a~1b~0c", 1, 2]]],
  ["version and updatedAt never", { version: 1, updatedAt: "a" }, { version: 2, updatedAt: "b" }, []],
  ["version deeper down", { a: { version: 1 } }, { a: { version: 2 } }, [["/a/version", 1, 2]]],
  ["nothing where the order of members differs", { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, []],
  ["a member named as what every object inherits", {}, { ["constructor"]: 1 }, [["/constructor", null, 1]]],
  ["a value that became null", { a: 1 }, { a: null }, [["/a", 1, null]]]
]

describe("the changes of an order", () => {
  for (const [what, before, after, changes] of table) {
    it(`tell ${what}`, () => {
      assert.deepStrictEqual(
        atOnce(orderChangesSteps(before, after)),
        changes.map(([path, old, now]) => ({ path, before: old, after: now })) as never
      )
    })
  }
})
