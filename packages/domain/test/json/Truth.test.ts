import { assert, describe, it } from "@effect/vitest"
import { parse } from "../../src/json/Json.ts"
import { isTrue } from "../../src/json/Truth.ts"

describe("the truth of a JSON value", () => {
  it.each([
    "true",
    "1",
    "-1",
    "0.1",
    "12345678901234567890",
    "1e-400",
    "\"false\"",
    "\" \"",
    "{\"a\":false}",
    "[true]",
    "[false,true]",
    "[0,\"\",null,[1]]",
    "[[[{\"a\":null}]]]"
  ])("%s is true", (text) => {
    assert.isTrue(isTrue(parse(text)))
  })

  it.each([
    "false",
    "null",
    "0",
    "-0",
    "0.0",
    "\"\"",
    "{}",
    "[]",
    "[false]",
    "[false,false]",
    "[0,null,\"\",{},[]]",
    "[[false],[[]]]"
  ])("%s is false", (text) => {
    assert.isFalse(isTrue(parse(text)))
  })

  it("undefined is false", () => {
    assert.isFalse(isTrue(undefined))
  })

  it("a list of any depth has a truth value", () => {
    let nested: unknown = false
    for (let i = 0; i < 100_000; i++) nested = [nested]
    assert.isFalse(isTrue(nested))
  })
})
