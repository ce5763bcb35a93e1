/** An evaluator for settings without expressions: any expression is refused, with the way to have them. */
import { Effect, Layer } from "effect"
import { ExpressionError, Expressions } from "./Expressions.ts"

const refuse = (source: string) =>
  Effect.fail(
    new ExpressionError({
      source,
      reason: "refused",
      message: `${source} is an expression, and this engine was made without an evaluator: pass `
        + "`expressions: JsonataExpressions.layer()` of @sluice/expressions"
    })
  )

export const layer: Layer.Layer<Expressions> = Layer.succeed(Expressions, { check: refuse, evaluate: refuse })
