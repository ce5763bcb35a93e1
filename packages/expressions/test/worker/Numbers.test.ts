import { assert, describe, it } from "@effect/vitest"
import * as Json from "@sluice/domain/json/Json"
import * as Inline from "../../src/inline/Inline.ts"
import { planOf } from "../../src/inline/Plan.ts"
import * as Worker from "./Worker.ts"

const worker = Worker.make()
const sandbox = Worker.makeSandbox()

const planned = (source: string) => {
  let plan: Inline.Plan | undefined
  sandbox.bounded(() => plan = planOf(sandbox.compile(source).tree))
  return plan
}

/** The result as text, or why there is none; inline too, where the expression is in the inline subset. */
const written = (source: string, scope: string): string => {
  const result = worker.evaluateProven(source, scope)
  const text = Worker.isFailure(result) ? result.detail : result === undefined ? "nothing" : Json.stringify(result)
  const plan = planned(source)
  const inline = plan === undefined ? Inline.beyond : Inline.evaluate(plan, Json.parse(scope))
  if (inline !== Inline.beyond) {
    assert.strictEqual(inline === undefined ? "nothing" : Json.stringify(inline as Json.Json), text, `inline ${source}`)
  }
  return text
}

/** Digits that a double does not hold, or that 15 digits of a fraction do not. */
const unheld = [
  "9007199254740993",
  "-9007199254740993",
  "12345678901234567890",
  "123456789012345678901234567890.5",
  "0.1234567890123456789",
  "19.990000000000000001",
  "0.1000000000000000055511151231257827",
  "1e400",
  "-1e-400"
]
const held = ["9007199254740992", "1.2345678901234567", "0.30000000000000004", "19.99", "0.1", "1e21", "-5e-324", "0"]

describe("numbers in expressions", () => {
  const passing: ReadonlyArray<readonly [string, (digits: string) => string]> = [
    ["n", (digits) => digits],
    ["list[0]", (digits) => digits],
    ["list[-1]", (digits) => digits],
    ["list.$", (digits) => `[${digits},1,${digits}]`],
    ["{\"a\": n, \"b\": [n]}", (digits) => `{"a":${digits},"b":[${digits}]}`],
    ["($x := n; $x)", (digits) => digits],
    ["$map(list, function($x) { $x })[0]", (digits) => digits],
    ["$append(n, 1)", (digits) => `[${digits},1]`],
    ["$merge([{\"a\": n}]).a", (digits) => digits],
    ["$lookup($, \"n\")", (digits) => digits],
    ["$spread({\"a\": n})", (digits) => `[{"a":${digits}}]`.slice(1, -1)],
    ["$reverse([n, 1])", (digits) => `[1,${digits}]`],
    ["list[type = 'x'] ? 1 : n", (digits) => digits],
    ["n ?: 1", (digits) => digits === "0" ? "1" : digits],
    ["$single([n])", (digits) => digits],
    ["*[0]", (digits) => digits],
    ["$clone({\"a\": n}).a", (digits) => digits],
    ["{\"a\": 1} ~> |$|{\"a\": $$.n}|", (digits) => `{"a":${digits}}`],
    ["(function($x)<n:n> { $x })(n)", (digits) => digits],
    ["$number(n)", (digits) => digits],
    ["$type(n)", () => "\"number\""],
    ["$boolean(n)", (digits) => String(digits !== "0")],
    ["$not(n)", (digits) => String(digits === "0")],
    ["$exists(n)", () => "true"],
    ["n = \"text\"", () => "false"],
    ["n != null", () => "true"],
    ["n = none", () => "false"],
    ["\"text\" in list", () => "false"]
  ]
  it.each(passing)("%s keeps the digits of a number", (source, expected) => {
    for (const digits of [...unheld, ...held]) {
      const scope = `{"n":${digits},"list":[${digits},1,${digits}]}`
      assert.strictEqual(written(source, scope), Json.stringify(Json.parse(expected(digits))), `${source} of ${digits}`)
    }
  })

  it.each(["$string(n)", "n & \"\"", "\"\" & n", "$join([$string(n)])"])(
    "%s writes the digits of a number",
    (source) => {
      for (const digits of unheld) assert.strictEqual(written(source, `{"n":${digits}}`), JSON.stringify(digits))
      for (const digits of held) {
        assert.strictEqual(written(source, `{"n":${digits}}`), JSON.stringify(String(Number(digits))))
      }
    }
  )

  it("a constructed value keeps its digits when it is converted to text", () => {
    for (const digits of unheld) {
      assert.strictEqual(written("$string({\"a\": [n]})", `{"n":${digits}}`), JSON.stringify(`{"a":[${digits}]}`))
    }
  })

  it("a number literal, or one that $number reads, keeps its digits", () => {
    for (
      const digits of ["9007199254740993", "12345678901234567890", "0.1234567890123456789", "19.990000000000000001"]
    ) {
      assert.strictEqual(written(`{"a": ${digits}}`, "{}"), `{"a":${digits}}`)
      assert.strictEqual(written(`-${digits}`, "{}"), `-${digits}`)
      assert.strictEqual(written(`${digits} & ""`, "{}"), `"${digits}"`)
      assert.strictEqual(written(`$number("00${digits}")`, "{}"), digits)
    }
  })

  it("results of arithmetic are written as JSONata writes them", () => {
    assert.strictEqual(written("(0.1 + 0.2) & \"\"", "{}"), "\"0.3\"")
    assert.strictEqual(written("0.1 + 0.2", "{}"), "0.30000000000000004")
  })

  const computing: ReadonlyArray<string> = [
    "n + 1",
    "1 - n",
    "n * 2",
    "n / 2",
    "2 % n",
    "-n",
    "[n..5]",
    "[1..n]",
    "n = 1",
    "n = n",
    "1 != n",
    "n < 1",
    "1 <= n",
    "n > n",
    "n >= 1",
    "n in [1]",
    "1 in [n]",
    "n in list",
    "{\"a\": n} = {\"a\": 1}",
    "[n] = [1]",
    "list[$$.n]",
    "list[[$$.n]]",
    "$sum(list)",
    "$max(list)",
    "$min(list)",
    "$average(list)",
    "$sum(n)",
    "$abs(n)",
    "$floor(n)",
    "$ceil(n)",
    "$round(n)",
    "$round(1.5, n)",
    "$sqrt(n)",
    "$power(n, 2)",
    "$power(2, n)",
    "$formatNumber(n, \"#\")",
    "$formatBase(n, 2)",
    "$formatInteger(n, \"w\")",
    "$fromMillis(n)",
    "$substring(\"abc\", n)",
    "$pad(\"a\", n)",
    "$split(\"a b\", \" \", n)",
    "$sort(list)",
    "list^($)",
    "$distinct(list)",
    "n ~> $abs",
    "$map(list, $abs)",
    "$reduce(list, function($a, $b) { $a + $b })",
    "($f := $abs(?); $f(n))",
    "($f := $sum(?); $f(list))",
    "($f := $power(?, 2); $f(n))",
    "$filter(list, function($x) { $x > 0 })",
    "n > 0 ? 1 : 2"
  ]
  it.each(computing)(
    "%s fails where a double does not hold an operand, and computes with one that it holds",
    (source) => {
      for (const digits of unheld) {
        const scope = `{"n":${digits},"list":[${digits},1]}`
        assert.strictEqual(
          written(source, scope).replace(/ \(at character \d+\)$/, ""),
          `failed: The number ${digits} does not fit into a double, so it cannot be calculated with or compared: pass it on`
            + " unchanged, or compare it as text with $string",
          `${source} of ${digits}`
        )
      }
      for (const digits of ["1.2345678901234567", "19.99", "2"]) {
        assert.notInclude(written(source, `{"n":${digits},"list":[${digits},1]}`), "does not fit into a double")
      }
    }
  )

  it("a number has no members", () => {
    for (const source of ["n.rawJSON", "$lookup(n, \"rawJSON\")", "$keys(n)", "n.*", "$exists(n.rawJSON)"]) {
      const expected = source.startsWith("$exists") ? "false" : "nothing"
      for (const digits of unheld) assert.strictEqual(written(source, `{"n":${digits}}`), expected, source)
    }
  })

  it("a number of a megabyte is read and written in linear time", () => {
    const digits = `1${"0".repeat(400_000)}1`
    assert.strictEqual(written("n", `{"n":${digits}}`), digits)
  })
})
