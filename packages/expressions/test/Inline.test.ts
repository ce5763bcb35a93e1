import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import jsonata from "jsonata"
import * as Inline from "../src/Inline.ts"
import { planOf } from "../src/Plan.ts"
import { isNode } from "../src/SyntaxTree.ts"

const planned = (source: string) => {
  const tree: unknown = jsonata(source).ast()
  return isNode(tree) ? planOf(tree) : undefined
}

/** Without jsonata's marks on arrays. */
const plain = (value: unknown): unknown => value === undefined ? undefined : JSON.parse(JSON.stringify(value))

const Tape = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 })))

/** Choices from a list of numbers, so that shrinking the list shrinks the document and the expression. */
class Choices {
  private readonly tape: ReadonlyArray<number>
  private at = 0
  constructor(tape: ReadonlyArray<number>) {
    this.tape = tape
  }
  below(bound: number): number {
    return (this.tape[this.at++] ?? 0) % bound
  }
  of<A>(...options: readonly [A, ...ReadonlyArray<A>]): A {
    return options[this.below(options.length)] ?? options[0]
  }

  document(depth: number): unknown {
    switch (depth <= 0 ? this.below(4) : this.below(9)) {
      case 0:
        return this.of<unknown>(0, 1, 2, -1, 1.5)
      case 1:
        return this.of("", "a", "b", "constructor")
      case 2:
        return this.of(true, false)
      case 3:
        return null
      case 4:
      case 5:
        return Array.from({ length: this.below(4) }, () => this.document(depth - 1))
      default:
        return Object.fromEntries(
          Array.from({ length: 1 + this.below(3) }, () => [this.name(), this.document(depth - 1)])
        )
    }
  }
  name(): string {
    return this.of("a", "b", "c", "__proto__", "length")
  }

  path(): string {
    const steps = Array.from({ length: 1 + this.below(3) }, () => {
      const name = this.of("a", "b", "a", "b", "c", "`__proto__`", "constructor", "toString", "length")
      return name + this.of("", "", "", "[0]", "[1]", "[-1]", "[0][0]", "[1.7]")
    })
    return this.of("", "", "", "$.", "$$.") + steps.join(".")
  }
  literal(): string {
    return this.of("0", "1", "-1", "1.5", "\"a\"", "\"\"", "true", "false", "null")
  }
  operand(): string {
    return this.of(() => this.path(), () => this.path(), () => this.literal())()
  }
  expression(depth: number): string {
    const left = depth > 0 ? () => this.expression(depth - 1) : () => this.operand()
    return this.of(
      () => this.path(),
      () => `${this.operand()} ${this.of("=", "!=", "<", "<=", ">", ">=")} ${this.operand()}`,
      () => `${this.operand()} in [${Array.from({ length: this.below(3) }, () => this.literal()).join(", ")}]`,
      () => `${this.operand()} in ${this.path()}`,
      () => `(${left()}) ${this.of("and", "or", "=")} (${left()})`,
      () => `${left()} ${this.of("and", "or")} ${left()}`,
      () => `$exists(${left()})`,
      () => `$not(${left()})`
    )()
  }
}

describe("Inline", () => {
  it.effect.prop(
    "gives what jsonata gives, or leaves it to jsonata",
    [Tape, Tape],
    Effect.fnUntraced(function*([documents, expressions]) {
      const scope = { a: new Choices(documents).document(5), b: new Choices(documents.toReversed()).document(5) }
      const source = new Choices(expressions).expression(2)
      const plan = planned(source)
      assert.isDefined(plan, source)
      const inline = Inline.evaluate(plan!, scope)
      if (inline === Inline.beyond) return
      const expected = yield* Effect.promise(() => jsonata(source).evaluate(scope))
      assert.deepStrictEqual(plain(inline), plain(expected), source)
    }),
    { arbitrary: { runs: 3_000, size: 60 } }
  )

  const document = {
    order: { status: "New", total: 12, lineItems: [{ sku: "A", tags: ["x"] }, { sku: "B" }], address: { city: "Oslo" } }
  }
  it.each<[string, unknown]>([
    ["order.status", "New"],
    ["order.lineItems.sku", ["A", "B"]],
    ["order.lineItems[-1].sku", "B"],
    ["order.lineItems.tags", ["x"]],
    ["order.lineItems[0].tags", ["x"]],
    ["order.address", { city: "Oslo" }],
    ["order.status = \"New\" and order.total >= 10", true],
    ["order.status in [\"New\", \"Open\"]", true],
    ["\"B\" in order.lineItems.sku", true],
    ["$not($exists(order.constructor))", true],
    ["order.__proto__", undefined],
    ["order.toString", undefined],
    ["order.missing.deeper", undefined],
    ["order.missing > 1", undefined],
    ["(order.total)", 12],
    ["order.\"status\"", "New"]
  ])("%s needs no child and gives %j", (source, expected) => {
    const plan = planned(source)
    assert.isDefined(plan)
    assert.deepStrictEqual(Inline.evaluate(plan!, document), expected)
  })

  it.each([
    "order.lineItems[]",
    "order.lineItems[sku = \"A\"]",
    "order.*",
    "order.**",
    "order.lineItems.%",
    "order.lineItems^(sku)",
    "order.lineItems@$i.sku",
    "order.lineItems#$i.sku",
    "order.lineItems{sku: $}",
    "order.total + 1",
    "order.status & \"x\"",
    "order.status ~> $uppercase",
    "order.(total)",
    "order.status ? 1 : 2",
    "$uppercase(order.status)",
    "($exists := $not; $exists(order))",
    "$exists(?)",
    "[order.status]",
    "{\"a\": order.status}",
    "$f",
    "\"a\"[0]",
    Array.from({ length: 65 }, () => "a").join(" or ")
  ])("%s is left to jsonata", (source) => {
    assert.isUndefined(planned(source))
  })

  it.each<[string, unknown]>([
    ["a.n < \"x\"", { a: { n: 1 } }],
    ["a = b", { a: {}, b: {} }],
    ["a.b", { a: { _jsonata_lambda: true, b: 1 } }],
    ["a.b", { a: Array.from({ length: 6_000 }, () => ({ b: 1 })) }]
  ])("%s over a document like %#, it leaves to jsonata", (source, scope) => {
    assert.strictEqual(Inline.evaluate(planned(source)!, scope), Inline.beyond)
  })

  it("compares a number that a double cannot hold, and keeps its digits where it is merely picked", () => {
    const scope: unknown = { big: rawJson("12345678901234567890"), list: [rawJson("9007199254740993")] }
    assert.isTrue(Inline.evaluate(planned("big > 5 and big = 12345678901234567890")!, scope))
    assert.isTrue(Inline.evaluate(planned("9007199254740992 in list")!, scope))
    assert.isUndefined(Inline.evaluate(planned("big.rawJSON")!, scope))
    assert.strictEqual(JSON.stringify(Inline.evaluate(planned("big")!, scope)), "12345678901234567890")
  })
})

/** In Node 24, and not yet in `lib`. */
const rawJson = (text: string): unknown => (JSON as typeof JSON & { rawJSON: (text: string) => unknown }).rawJSON(text)
