import { assert, describe, it, layer } from "@effect/vitest"
import { type ExpressionError, Expressions, type ExpressionScope } from "@sluice/engine/expressions/Expressions"
import { Effect, Fiber } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as JsonataExpressions from "../src/JsonataExpressions.ts"

const scope: ExpressionScope = {
  order: { orderType: "NEW_ORDER", attack: `${"a".repeat(25)}!`, lineItems: [{ sku: "A" }, { sku: "B" }] },
  callouts: { provision: { status: 200, body: { accountId: "A-1" } } },
  steps: {},
  processEvent: {}
}
const now = Date.UTC(2026, 0, 2, 3, 4, 5) // oxlint-disable-line eslint/no-restricted-globals
const evaluate = (source: string, over: ExpressionScope = scope) =>
  Expressions.use((expressions) => expressions.evaluate(source, over, now))
const check = (source: string) => Expressions.use((expressions) => expressions.check(source))

describe("JsonataExpressions", () => {
  layer(JsonataExpressions.layer(), { excludeTestServices: true })((it) => {
    it.effect.each<[string, unknown]>([
      ["order.orderType", "NEW_ORDER"],
      ["$sum([1, 2, 3]) & order.orderType", "6NEW_ORDER"],
      ["order.lineItems.sku[]", ["A", "B"]],
      ["order.lineItems[sku = \"A\"].sku", "A"],
      ["order.lineItems[sku = \"A\"].sku[]", ["A"]],
      ["order.missing & \"\"", ""],
      ["$uppercase(order.missing)", undefined],
      ["$now()", "2026-01-02T03:04:05.000Z"],
      ["$now(\"[Y]\")", "2026"],
      ["$millis() = $toMillis($now())", true],
      ["$toMillis(\"2026-01-02T03:04:05\")", now],
      ["$base64decode($base64encode(\"Sluice\"))", "Sluice"],
      ["$map([1, 2], function($x) { $x * 2 })", [2, 4]],
      ["$keys(order.constructor)", undefined]
    ])("evaluates %s", ([source, expected]) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* evaluate(source), expected)
      }))

    it.effect("gives nothing of one evaluation to the next", () =>
      Effect.gen(function*() {
        yield* evaluate("($x := 1; $x)")
        assert.isUndefined(yield* evaluate("$x"))
        const other = { ...scope, order: { orderType: "REFUND" } }
        assert.strictEqual(yield* evaluate("$lowercase(order.orderType)"), "new_order")
        assert.strictEqual(yield* evaluate("$lowercase(order.orderType)", other), "refund")
      }))

    it.effect("sees a number that a double cannot hold as a number", () =>
      Effect.gen(function*() {
        const raw = (JSON as typeof JSON & { rawJSON: (text: string) => unknown }).rawJSON("12345678901234567890")
        assert.strictEqual(yield* evaluate("$type(order.n)", { ...scope, order: { n: raw } }), "number")
      }))

    it.effect.each<[string, ExpressionError["reason"], string]>([
      ["1 +", "syntax", "cannot be parsed: Unexpected end of expression (at character 3)"],
      ["$match(order.attack, /a{2,1}/)", "syntax", "Invalid regular expression"],
      ["$random()", "refused", "uses $random, which is not allowed"],
      ["$error(\"no stock\")", "failed", "failed: no stock"],
      ["order.orderType < 1", "failed", "must be of the same data type"],
      ["1 / 0", "failed", "gives Infinity, which is not a JSON number"],
      ["$sum", "failed", "gives a function, not a value"],
      ["[function($x) { $x }]", "failed", "gives a function, not a value"],
      ["\"".padEnd(20_000, "x") + "\"", "bounds", "at most 16384 are allowed"]
    ])("says why %s fails", ([source, reason, why]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(evaluate(source))
        assert.strictEqual(error.reason, reason)
        assert.include(error.message, why)
        assert.include(error.message, source.slice(0, 100))
      }))

    it.effect("checks without evaluating, and names the steps that are referred to", () =>
      Effect.gen(function*() {
        const facts = yield* check("$error(callouts.provision.body & steps.later.output)")
        assert.deepStrictEqual(facts.stepReferences.toSorted(), ["later", "provision"])
      }))

    // Each of these has ended a process or spun for seconds where nothing bounded it.
    it.effect.each<[string, string]>([
      ["$match(order.attack, /^(a+)+$/)", "took longer than 250 ms"],
      ["$pad('x', 3e8)", "gives a value of more than 1024 KiB"],
      ["$length($pad('x', 3e8))", ""],
      ["[1..9999999]", ""],
      ["$length($reduce([1..24], function($a, $b) { $a & $a }, \"xxxxxxxxxxxxxxxx\"))", ""],
      ["($f := function($x) { $f($x) }; $f(1))", ""],
      ["$map([1..9999999], function($x) { [1..9999999] })", ""],
      [`${"(".repeat(40)}a${"??b)".repeat(40)}`, ""]
    ])("stops %s", ([source, why]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(evaluate(source))
        assert.strictEqual(error.reason, "bounds")
        assert.include(error.message, why)
      }))

    it.effect("goes on after a caller has lost patience", () =>
      Effect.gen(function*() {
        yield* evaluate("($f := function($x) { $f($x) }; $f(2))").pipe(Effect.timeoutOption("20 millis"))
        assert.strictEqual(yield* evaluate("1 + 1"), 2)
      }))

    it.effect("lets quick expressions through while others attack", () =>
      Effect.gen(function*() {
        const quick = "$uppercase(order.orderType)"
        yield* evaluate(quick)
        const attack = yield* Effect.forkChild(
          Effect.forEach(Array.from({ length: 6 }, (_, i) => i), (i) =>
            Effect.exit(evaluate(`$match(order.attack, /^(a+)+$/) & ${i}`)), { concurrency: "unbounded" })
        )
        let between = 0
        for (; attack.pollUnsafe() === undefined; between++) {
          assert.strictEqual(yield* evaluate(quick), "NEW_ORDER")
        }
        const exits = yield* Fiber.join(attack)
        assert.isTrue(exits.every((exit) =>
          exit._tag === "Failure"
        ))
        // Behind the attacks there would be one at most after each of them.
        assert.isAbove(between, 2 * exits.length)
      }))
  })

  it.effect("stops what needs too much memory, and says so", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(evaluate("$length($pad('x', 3e8))"))
      assert.strictEqual(error.reason, "bounds")
      assert.include(error.message, "needs more than 64 MB")
    }).pipe(Effect.provide(JsonataExpressions.layer({ memoryMb: 64, timeMs: 60_000 }))))

  it.live("ends with the process that asked, which need not close anything", () =>
    Effect.gen(function*() {
      const script = fileURLToPath(new URL("./fixtures/asks-and-leaves.ts", import.meta.url))
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, ["--conditions=@sluice/source", script])
      )
      assert.strictEqual(stdout, "SLUICE")
    }))
})
