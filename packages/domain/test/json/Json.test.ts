import { assert, describe, it } from "@effect/vitest"
import * as Json from "@sluice/domain/json/Json"
import { Schema } from "effect"

/** The text as it is without white space between tokens: what a lossless reader and writer give back. */
const roundTrip = (text: string): string => Json.stringify(Json.parse(text))

describe("a JSON text that is read and written", () => {
  it.each([
    ["an integer that no double holds", `{"n":12345678901234567890}`],
    ["a fraction of more digits than a double has", `[0.1234567890123456789]`],
    ["a number that a double cannot reach", `{"n":1e400,"m":-1E+400}`],
    ["a member named __proto__", `{"__proto__":{"a":1},"constructor":2}`],
    ["a NUL and half a surrogate pair", `{"a":"\\u0000\\ud800"}`],
    ["digits that are text", `{"n":"12345678901234567890"}`]
  ])("keeps %s", (_name, text) => {
    assert.strictEqual(roundTrip(text), text)
  })

  it("treats numbers that a double holds as equal, however they were written", () => {
    assert.strictEqual(
      roundTrip(`[1.0, 100000000000000000000, 1.50e2, 0.1, -0]`),
      `[1,100000000000000000000,150,0.1,0]`
    )
  })

  it.prop("keeps every value", [Schema.Json], ([value]) => {
    const text = JSON.stringify(value)
    assert.strictEqual(roundTrip(text), text)
  })
})

describe("nesting", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)

  it("is accepted up to 64 levels, and refused beyond without being parsed", () => {
    assert.doesNotThrow(() => Json.parse(nested(64)))
    assert.throws(() => Json.parse(nested(65)), /more than 64 levels/)
    assert.throws(() => Json.parse("[".repeat(1_000_000)), /more than 64 levels/)
  })

  it("does not count brackets inside strings, escaped quotes included", () => {
    // Brackets of both kinds count together, whether they are counted or walked.
    for (const [open, close] of [["[", "]"], ["{\"a\":", "}"], ["[{\"a\":", "}]"]] as const) {
      const levels = (count: number) => `${open.repeat(count)}1${close.repeat(count)}`
      const most = Json.maxDepth / (open === "[{\"a\":" ? 2 : 1)
      assert.doesNotThrow(() => Json.parse(levels(most)))
      assert.throws(() => Json.parse(levels(most + 1)), /64 levels/)
    }
    assert.doesNotThrow(() =>
      Json.parse(JSON.stringify({ text: "[{".repeat(100), list: Array.from({ length: 100 }, () => [1]) }))
    )
    assert.strictEqual(Json.depthOf(`{"a":"[[[[\\"[[[{{{","b":["]"]}`, 64), 2)
  })
})

describe("the canonical text", () => {
  it("is the same for equal JSON, regardless of member order, white space and number spelling", () => {
    const canonical = (text: string) => Json.canonical(Json.parse(text))
    assert.strictEqual(
      canonical(`{"b":[1.0,{"y":2,"x":1}],"a":"\\u0041"}`),
      canonical(`{ "a": "A", "b": [1, {"x":1,"y":2.0}] }`)
    )
    assert.strictEqual(canonical(`{"n":12345678901234567890}`), canonical(`{"n":1234567890123456789e1}`))
    assert.notStrictEqual(canonical(`{"n":12345678901234567890}`), canonical(`{"n":12345678901234567891}`))
    assert.notStrictEqual(canonical(`{"n":"1"}`), canonical(`{"n":1}`))
  })

  it.prop("differs exactly where `equals` is false", [Schema.Json, Schema.Json], ([a, b]) => {
    assert.strictEqual(Json.equals(a, b), Json.canonical(a) === Json.canonical(b))
    assert.isTrue(Json.equals(a, JSON.parse(JSON.stringify(a))))
  })
})
