/**
 * Expressions inside options: strings of the form `{% … %}`, at any depth. Contract: section 4, "Expressions".
 */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { Effect, Result } from "effect"
import { type Expressions, type ExpressionScope, originOf } from "./Expressions.ts"
import { explanation } from "./MissingMember.ts"

const marked = /^\{%([\s\S]*)%\}$/

/** The JSONata between the marks, or `undefined` where the string is just a string. */
export const expressionIn = (text: string): string | undefined => marked.exec(text.trim())?.[1]?.trim()

/** One expression, with the path of its place (`headers.X-Account`, `subscriptions[0].id`). */
export interface Placed {
  readonly path: string
  readonly source: string
}

const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`)

/** All expressions in a value, in the order of the document. */
export const expressionsIn = (value: Json | undefined, path = ""): ReadonlyArray<Placed> => {
  if (typeof value === "string") {
    const source = expressionIn(value)
    return source === undefined ? [] : [{ path, source }]
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => expressionsIn(item, `${path}[${index}]`))
  if (isObject(value)) {
    return Object.keys(value).flatMap((name) => expressionsIn(value[name], below(path, name)))
  }
  return []
}

/** The value with each expression replaced by what `results` holds for its source. */
export const substitute = (value: Json, results: ReadonlyMap<string, Json>): Json => {
  if (typeof value === "string") {
    const source = expressionIn(value)
    return source === undefined ? value : results.get(source) ?? null
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, results))
  if (isObject(value)) return substituteMembers(value, results)
  return value
}

/** Replaces the expressions in the members of an object by their results. */
export const substituteMembers = (value: JsonObject, results: ReadonlyMap<string, Json>): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([name, member]) => [name, substitute(member ?? null, results)]))

/**
 * The object with its expressions replaced by their results, or a message that names the place and the expression
 * without a result.
 */
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
    const answer = yield* Effect.result(expressions.evaluate(source, scope, now, originOf(scope)))
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
