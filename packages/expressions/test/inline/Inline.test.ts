import { assert, describe, it } from "@effect/vitest"
import { isTrue } from "@sluice/domain/internal/json/Truth"
import { parse } from "@sluice/domain/json/Json"
import { Effect, Schema } from "effect"
import jsonata from "jsonata"
import * as Inline from "../../src/inline/Inline.ts"
import { planOf } from "../../src/inline/Plan.ts"
import { isNode } from "../../src/inline/SyntaxTree.ts"
import * as Worker from "../worker/Worker.ts"

const planned = (source: string) => {
  const tree: unknown = jsonata(source).ast()
  return isNode(tree) ? planOf(tree) : undefined
}

const worker = Worker.make()

/** A result as it is written: numbers that a double does not hold are objects. */
const written = (value: unknown): string | undefined => JSON.stringify(value)

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
        return this.of<unknown>(0, 1, 2, -1, 1.5, rawJson("9007199254740993"), 1.2345678901234567)
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
    return this.of("a", "b", "c", "__proto__", "length", "_jsonata_lambda", "sequence")
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
    "equals jsonata's result, or leaves the expression to jsonata",
    [Tape, Tape],
    Effect.fnUntraced(function*([documents, expressions]) {
      const scope = { a: new Choices(documents).document(5), b: new Choices(documents.toReversed()).document(5) }
      const source = new Choices(expressions).expression(2)
      const plan = planned(source)
      assert.isDefined(plan, source)
      const inline = Inline.evaluate(plan!, scope)
      if (inline === Inline.beyond) return
      const expected = worker.evaluateProven(source, JSON.stringify(scope))
      assert.strictEqual(written(inline), written(expected), source)
      return yield* Effect.void
    }),
    { arbitrary: { runs: 3_000, size: 60 } }
  )

  it.effect.prop(
    "the truth value of a result equals $boolean, inline and in a child",
    [Tape, Tape],
    Effect.fnUntraced(function*([documents, expressions]) {
      const scope = { a: new Choices(documents).document(5), b: new Choices(documents.toReversed()).document(5) }
      const text = JSON.stringify(scope)
      const choices = new Choices(expressions)
      const source = choices.of("a", "b", "[a, b]", "{\"a\": a}", "a.b", "a[0]", choices.expression(2))
      const expected = worker.evaluateProven(`$boolean(${source})`, text)
      const result = worker.evaluateProven(source, text)
      if (Worker.isFailure(result)) return assert.isTrue(Worker.isFailure(expected), source)
      assert.strictEqual(isTrue(result), expected === true, source)
      const plan = planned(source)
      const inline = plan === undefined ? Inline.beyond : Inline.evaluate(plan, parse(text))
      if (inline !== Inline.beyond) assert.strictEqual(isTrue(inline), expected === true, `inline ${source}`)
      return yield* Effect.void
    }),
    { arbitrary: { runs: 2_000, size: 60 } }
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
    ["a.n = 1", { a: { n: rawJson("9007199254740993") } }],
    ["a.b", { a: Array.from({ length: 6_000 }, () => ({ b: 1 })) }]
  ])("%s over a document like %#, it leaves to jsonata", (source, scope) => {
    assert.strictEqual(Inline.evaluate(planned(source)!, scope), Inline.beyond)
  })

  it("picks a number that a double does not hold with its digits, and leaves to jsonata what compares it", () => {
    const scope: unknown = { big: rawJson("12345678901234567890"), list: [rawJson("9007199254740993")] }
    assert.strictEqual(written(Inline.evaluate(planned("big")!, scope)), "12345678901234567890")
    assert.isUndefined(Inline.evaluate(planned("big.rawJSON")!, scope))
    assert.isTrue(Inline.evaluate(planned("$exists(big) and list")!, scope))
    for (const source of ["big > 5", "big = big", "1 in list", "big != 1"]) {
      assert.strictEqual(Inline.evaluate(planned(source)!, scope), Inline.beyond)
    }
  })

  it("a number that the expression spells and a double does not hold is left to jsonata", () => {
    assert.isUndefined(planned("a = 9007199254740993"))
  })
})

/** In Node 24, and not yet in `lib`. */
const rawJson = (text: string): unknown => (JSON as typeof JSON & { rawJSON: (text: string) => unknown }).rawJSON(text)
