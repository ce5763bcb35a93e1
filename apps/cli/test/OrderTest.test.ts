import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { faultsOf, type OrderTest, outcomeOf } from "../src/development/OrderTest.ts"

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../examples/order-tests/${name}.json`, import.meta.url), "utf8"))
const settings = example("settings")
const none = () => undefined

it.live("an order runs against scripted answers, and differences from the expectation are reported member by member", () =>
  Effect.gen(function*() {
    const test: OrderTest = example("shipped.test")
    const outcome = yield* outcomeOf(test, settings, none)
    assert.deepStrictEqual(faultsOf(test.expect, outcome), [])
    assert.deepStrictEqual(
      faultsOf({ state: "failed", steps: { warehouse: "failed" }, order: { status: "New" } }, outcome),
      [
        `the run: "completed" instead of "failed"`,
        `step warehouse: "succeeded" instead of "failed"`,
        `order.status: "Shipped" instead of "New"`
      ]
    )
  }))

it.live("a partner that hangs, or is not there, costs simulated time alone", () =>
  Effect.gen(function*() {
    const test: OrderTest = example("shipped.test")
    for (const answer of ["timeout", "unreachable"] as const) {
      const outcome = yield* outcomeOf({ ...test, partners: { "https://": [answer] } }, settings, none)
      assert.strictEqual(outcome?.state, "failed")
    }
  }))

it.live("an order that no pipeline takes cannot be tested", () =>
  Effect.gen(function*() {
    const test: OrderTest = example("shipped.test")
    const error = yield* Effect.flip(outcomeOf({ ...test, order: { orderType: "UNMATCHED" } }, settings, none))
    assert.strictEqual(error._tag, "NoPipeline")
  }))
