import { assert, describe, it } from "@effect/vitest"
import { clientOf, make, wrongKeysAMinute } from "../../src/access/WrongKeys.ts"

const second = 1000

describe("WrongKeys", () => {
  it("the twenty-first wrong key within any 60 seconds is refused", () => {
    const refuse = make()
    for (let n = 0; n < wrongKeysAMinute; n++) {
      assert.strictEqual(refuse("10.0.0.1", 50 * second + n).status, 401)
    }
    // Another minute by the clock, the same one by what has passed.
    assert.deepStrictEqual(refuse("10.0.0.1", 65 * second), { status: 429, retryAfterSeconds: 46, isNews: true })
  })

  it("an address is told how long to wait, and after that time its next wrong key is answered with 401", () => {
    const refuse = make()
    for (let n = 0; n < wrongKeysAMinute; n++) refuse("10.0.0.1", n * second)
    const refusal = refuse("10.0.0.1", 20 * second)
    assert.strictEqual(refusal.status, 429)
    const after = refusal.status === 429 ? refusal.retryAfterSeconds : 0
    assert.strictEqual(refuse("10.0.0.1", (20 + after) * second).status, 401)
  })

  it("an address that keeps guessing stays refused, and is logged once a minute", () => {
    const refuse = make()
    const refusals = Array.from({ length: 300 }, (_, n) => refuse("10.0.0.1", n * second))
    assert.isTrue(refusals.slice(wrongKeysAMinute).every(({ status }) => status === 429))
    assert.lengthOf(refusals.filter((one) => one.status === 429 && one.isNews), 5)
  })

  it("twenty wrong keys a minute are always answered with 401, and addresses are counted separately", () => {
    const refuse = make()
    for (let n = 0; n < 400; n++) assert.strictEqual(refuse("10.0.0.1", n * 3 * second).status, 401)
    for (let n = 0; n < 400; n++) assert.strictEqual(refuse(`172.16.${n >> 8}.${n & 255}`, 0).status, 401)
  })

  it("memory is bounded: the address that was quiet for the longest time is dropped first", () => {
    const refuse = make()
    for (let n = 0; n < 30; n++) refuse("10.0.0.1", 0)
    for (let n = 0; n < 5000; n++) refuse(`172.16.${n >> 8}.${n & 255}`, 0)
    assert.strictEqual(refuse("10.0.0.1", 0).status, 401)
  })

  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"],
    ["2001:0DB8::7:1:2:3:4", "2001:db8:0:7::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"]
  ])("%s counts as %s", (address, client) => assert.strictEqual(clientOf(address), client))
})
