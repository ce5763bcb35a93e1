import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { greatestAt, smallestAt } from "../../src/identity/UuidV7.ts"

const moment = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 48 - 2 }))

describe("UUIDs that bound a time", () => {
  it.prop("hold the time in their first 48 bits, and all of a moment are below those of the next", [moment], ([at]) => {
    for (const bound of [smallestAt(at), greatestAt(at)]) {
      assert.strictEqual(Number.parseInt(bound.replaceAll("-", "").slice(0, 12), 16), at)
    }
    assert.isBelow(smallestAt(at).localeCompare(greatestAt(at)), 0)
    assert.isBelow(greatestAt(at).localeCompare(smallestAt(at + 1)), 0)
  })

  it("a moment that no UUID can have is cut to the first or the last one", () => {
    assert.strictEqual(smallestAt(-1), smallestAt(0))
    assert.strictEqual(greatestAt(2 ** 60), "ffffffff-ffff-ffff-ffff-ffffffffffff")
    assert.strictEqual(smallestAt(1.9), smallestAt(1))
  })
})
