import { assert, describe, it } from "@effect/vitest"
import * as PartnerCircuits from "../../src/partners/PartnerCircuits.ts"

describe("PartnerCircuits", () => {
  it("remembers a bounded number of hosts, and stops counting in a circuit that has opened", () => {
    const circuits = PartnerCircuits.make(10)
    const spent = new Set<string>()
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 25; n++) {
        const host = `${n}.example`
        assert.isFalse(spent.has(circuits.keyOf(host)))
        spent.add(circuits.keyOf(host))
        circuits.tripped(host)
        assert.isFalse(spent.has(circuits.keyOf(host)))
        assert.isAtMost(circuits.size(), 10)
      }
    }
    assert.strictEqual(spent.size, 75)
  })
})
