/** The expressions inside a value, each evaluated once and put in its place. Contract: section 4, "Expressions". */
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import { Effect, Result } from "effect"
import type { Expressions, ExpressionScope } from "./Expressions.ts"
import { explanation } from "./MissingMember.ts"
import { expressionsIn, substituteMembers } from "./Template.ts"

/** The object with the results in it, or a message that names the place and the expression that yields none. */
export const evaluated = Effect.fnUntraced(function*(
  expressions: Expressions["Service"],
  value: JsonObject,
  scope: ExpressionScope,
  now: number
) {
  const placed = expressionsIn(value)
  if (placed.length === 0) return Result.succeed(value)
  const results = new Map<string, Json>()
  for (const { path, source } of placed) {
    if (results.has(source)) continue
    const answer = yield* Effect.result(expressions.evaluate(source, scope, now))
    if (Result.isFailure(answer)) return Result.fail(`${path}: ${answer.failure.message}`)
    if (answer.success === undefined || answer.success === null) {
      const facts = yield* Effect.result(expressions.check(source))
      const why = Result.isSuccess(facts) ? explanation(facts.success.calloutPaths, scope) : ""
      return Result.fail(`${path}: the expression {% ${source} %} yields nothing, and a value is needed${why}`)
    }
    results.set(source, answer.success as Json)
  }
  return Result.succeed(substituteMembers(value, results))
})
