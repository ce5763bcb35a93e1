import { assert, describe, it, layer } from "@effect/vitest"
import * as Json from "@sluice/domain/json/Json"
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
const evaluate = (source: string, over: ExpressionScope = scope, origin = "test") =>
  Expressions.use((expressions) => expressions.evaluate(source, over, now, origin))
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

    it.effect("carries nothing from one evaluation to the next", () =>
      Effect.gen(function*() {
        yield* evaluate("($x := 1; $x)")
        assert.isUndefined(yield* evaluate("$x"))
        const other = { ...scope, order: { orderType: "REFUND" } }
        assert.strictEqual(yield* evaluate("$lowercase(order.orderType)"), "new_order")
        assert.strictEqual(yield* evaluate("$lowercase(order.orderType)", other), "refund")
      }))

    it.effect("treats a number that a double cannot hold as a number", () =>
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
    ])("reports why %s fails", ([source, reason, why]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(evaluate(source))
        assert.strictEqual(error.reason, reason)
        assert.include(error.message, why)
        assert.include(error.message, source.slice(0, 100))
      }))

    it.effect("checks without evaluating, and names the steps that an expression refers to", () =>
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

    it.effect("continues after a caller has timed out", () =>
      Effect.gen(function*() {
        yield* evaluate("($f := function($x) { $f($x) }; $f(2))").pipe(Effect.timeoutOption("20 millis"))
        assert.strictEqual(yield* evaluate("1 + 1"), 2)
      }))

    it.effect("evaluates quick expressions while others use up all time", () =>
      Effect.gen(function*() {
        const quick = "$uppercase(order.orderType)"
        yield* evaluate(quick)
        const attack = yield* Effect.forkChild(
          Effect.forEach(Array.from({ length: 3 }, (_, i) => i), (i) =>
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

  describe("while the expressions of one pipeline use all their time", () => {
    const attacks = Effect.fnUntraced(function*() {
      const state = { ended: 0 }
      yield* Effect.forEach(
        Array.from({ length: 16 }, (_, i) => i),
        (i) =>
          evaluate(`$match(order.attack, /^(a+)+$/) & ${i}`, scope, "the slow pipeline").pipe(
            Effect.exit,
            Effect.tap(() => Effect.sync(() => state.ended++))
          ),
        { concurrency: "unbounded" }
      ).pipe(Effect.forkChild)
      // All of them wait.
      yield* Effect.yieldNow
      return state
    })

    it.effect("a setting's expressions are checked without waiting for them", () =>
      Effect.gen(function*() {
        const state = yield* attacks()
        yield* check("$uppercase(order.first)")
        yield* check("$uppercase(order.second)")
        const before = state.ended
        yield* check("$uppercase(order.third)")
        yield* Effect.forEach(["a", "b", "c", "d"], (name) => check(`$uppercase(order.${name})`))
        assert.isAtMost(state.ended - before, 2)
      }).pipe(Effect.provide(JsonataExpressions.layer(), { local: true })))

    it.effect("the first run of another pipeline waits for running evaluations, not for queued ones", () =>
      Effect.gen(function*() {
        const state = yield* attacks()
        assert.strictEqual(yield* evaluate("$uppercase(order.orderType)", scope, "another pipeline"), "NEW_ORDER")
        assert.strictEqual(yield* evaluate("$lowercase(order.orderType)", scope, "a third"), "new_order")
        assert.isAtMost(state.ended, 6)
      }).pipe(Effect.provide(JsonataExpressions.layer(), { local: true })))
  })

  it.effect("an expression that becomes slow is stopped, and no longer treated as quick", () =>
    Effect.gen(function*() {
      const source = "$match(order.text, /^(a+)+$/)"
      const over = (text: string): ExpressionScope => ({ ...scope, order: { text } })
      yield* evaluate(source, over("b"))
      yield* evaluate(source, over("b"))
      const error = yield* Effect.flip(evaluate(source, over(`${"a".repeat(40)}!`)))
      assert.strictEqual(error.reason, "bounds")
      assert.include(error.message, "took longer than 250 ms")
    }).pipe(Effect.provide(JsonataExpressions.layer())))

  it.effect("a number keeps its digits on the way to a child and back", () =>
    Effect.gen(function*() {
      const order = Json.parse("{\"id\":12345678901234567890,\"rate\":1.2345678901234567}")
      const built = yield* evaluate("{\"id\": order.id, \"text\": order.id & \"/\" & order.rate}", { ...scope, order })
      assert.strictEqual(
        JSON.stringify(built),
        "{\"id\":12345678901234567890,\"text\":\"12345678901234567890/1.2345678901234567\"}"
      )
      const error = yield* Effect.flip(evaluate("order.id > 5", { ...scope, order }))
      assert.strictEqual(error.reason, "failed")
      assert.include(error.message, "12345678901234567890 does not fit into a double")
    }).pipe(Effect.provide(JsonataExpressions.layer())))

  it.effect("children that end as soon as they are idle are replaced", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 5; i++) assert.strictEqual(yield* evaluate(`1 + ${i}`), 1 + i)
    }).pipe(Effect.provide(JsonataExpressions.layer({ size: 1, idleMs: 0 }))))

  it.effect("stops an evaluation that needs too much memory, and says so", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(evaluate("$length($pad('x', 3e8))"))
      assert.strictEqual(error.reason, "bounds")
      assert.include(error.message, "needs more than 64 MB")
    }).pipe(Effect.provide(JsonataExpressions.layer({ memoryMb: 64, timeMs: 60_000 }))))

  it.live("children end with their parent process, even if it closes nothing", () =>
    Effect.gen(function*() {
      const script = fileURLToPath(new URL("./fixtures/asks-and-leaves.ts", import.meta.url))
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, ["--conditions=@sluice/source", script])
      )
      assert.strictEqual(stdout, "SLUICE")
    }))
})
