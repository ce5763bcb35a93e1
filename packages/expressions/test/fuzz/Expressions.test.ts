/** Expressions as authors of pipelines write them: parsed, compiled and evaluated, whatever stands in them. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { fuzz, patience, target } from "@sluice/domain/internal/testing/Fuzz"
import { garbled, type Random } from "@sluice/domain/internal/testing/Mutations"
import { Expressions, type ExpressionScope } from "@sluice/engine/expressions/Expressions"
import { Effect, Exit, ManagedRuntime } from "effect"
import * as JsonataExpressions from "../../src/JsonataExpressions.ts"

const scope: ExpressionScope = {
  order: { id: "o", orderForm: { total: 12.5, lineItems: [{ sku: "A", price: 1 }, { sku: "B", price: 2 }] } },
  callouts: { provision: { status: 200, body: { accountId: "A-1" } } },
  steps: { provision: { state: "succeeded" } },
  processEvent: { pipeline: { name: "p" } }
}

const sources = [
  "order.orderForm.total > 10 and order.id != \"\"",
  "order.orderForm.lineItems[price > 1].sku",
  "callouts.provision.body.accountId & '-' & steps.provision.state",
  "$sum(order.orderForm.lineItems.(price * 2))",
  "order ~> |orderForm|{'total': 1}|",
  "( $f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5) )",
  "order.id ~> /o+/",
  "{ 'a': order.orderForm.lineItems.sku[], 'b': [1..5] }",
  "$map(order.orderForm.lineItems, function($v) { $uppercase($v.sku) })"
]

const runtime = ManagedRuntime.make(JsonataExpressions.layer())

/** Evaluates; a failure is one that names the expression. */
const evaluates = async (source: string): Promise<boolean> => {
  const exit = await runtime.runPromiseExit(
    Expressions.use(({ check, evaluate }) =>
      Effect.andThen(check(source), evaluate(source, scope, 0, "fuzz")).pipe(
        Effect.as(true),
        Effect.catchTag("ExpressionError", () => Effect.succeed(false))
      )
    )
  )
  if (Exit.isSuccess(exit)) return exit.value
  throw new Error(String(exit.cause))
}

const expression = target({
  name: "expression",
  make: (random: Random) => garbled(random, random.one(sources)),
  read: evaluates
})

describe("expressions", () => {
  afterAll(() => runtime.dispose())

  it("every expression is evaluated or refused", async () => {
    assert.isUndefined(await fuzz(expression))
  }, patience)
})
