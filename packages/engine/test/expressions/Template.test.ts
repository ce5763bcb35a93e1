import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { expressionIn, expressionsIn, substitute } from "@sluice/engine/internal/expressions/Template"

describe("expressions in options", () => {
  it("are strings that are marked from end to end", () => {
    assert.strictEqual(expressionIn("{% order.id %}"), "order.id")
    assert.strictEqual(expressionIn("  {%order.id%} "), "order.id")
    assert.isUndefined(expressionIn("account {% order.id %}"))
    assert.isUndefined(expressionIn("{ % order.id % }"))
  })

  it("are found at any depth, with their paths", () => {
    assert.deepStrictEqual(
      expressionsIn({ a: "{% x %}", b: [{ c: "{% y %}" }, "plain"], d: { "e-f": "{% z %}" } }),
      [{ path: "a", source: "x" }, { path: "b[0].c", source: "y" }, { path: "d.e-f", source: "z" }]
    )
  })

  it("are replaced by values of any type, and everything else stays", () => {
    const results = new Map<string, Json>([["x", [1, { two: 2 }]], ["y", "text"]])
    assert.deepStrictEqual(
      substitute({ a: "{% x %}", b: ["{% y %}", "{%"], c: null }, results),
      { a: [1, { two: 2 }], b: ["text", "{%"], c: null }
    )
  })
})
