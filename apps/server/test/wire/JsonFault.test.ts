import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { locate } from "../../src/wire/JsonFault.ts"

describe("JsonFault", () => {
  it.each([
    ["{\"a\":1,}", /^line 1, column 8: expected a name in double quotes, found "}"$/],
    ["{\n  \"a\": tru\n}", /^line 2, column 8: expected a value, found "t"$/],
    ["[1 2]", /^line 1, column 4: expected , or the closing bracket, found "2"$/],
    ["{\"a\" 1}", /^line 1, column 6: expected :, found "1"$/],
    ["{'a':1}", /^line 1, column 2: expected a name in double quotes or }, found "'"$/],
    ["[1", /^line 1, column 3: expected , or the closing bracket, found the end$/],
    ["[1}", /^line 1, column 3: /],
    ["\"a\nb\"", /^line 1, column 3: expected a string without bare control characters/],
    ["\"\\x\"", /^line 1, column 3: expected an escape/],
    ["\"abc", /expected the closing/],
    ["01", /^line 1, column 2: expected nothing more, found "1"$/],
    ["NaN", /^line 1, column 1: expected a value/]
  ])("locates the first fault in %j", (text, expected) => {
    assert.match(locate(text) ?? "", expected)
  })

  it.prop("finds a fault exactly where JSON.parse finds one", [Schema.Json, Schema.Int, Schema.String], (
    [value, position, insertion]
  ) => {
    const text = JSON.stringify(value, null, 1)
    const at = Math.abs(position) % (text.length + 1)
    for (const candidate of [text, text.slice(0, at), text.slice(0, at) + insertion + text.slice(at)]) {
      assert.strictEqual(locate(candidate) === undefined, isJson(candidate), candidate)
    }
  })
})

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
