/**
 * Prepares a step: whether it runs, and with which options (filters, `when`, expressions). Contract: section 4, "Every
 * step" and "Expressions".
 */
import { isTrue } from "@sluice/domain/internal/json/Truth"
import { stepFilter } from "@sluice/domain/internal/pipeline/StepFilter"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { Data, Effect, Result, Schema } from "effect"
import { Expressions, type ExpressionScope, originOf } from "../expressions/Expressions.ts"
import { evaluated } from "../expressions/Template.ts"
import type { AnyPlugin } from "../plugins/Plugin.ts"
import { InvalidResponse, type PluginError, Unprepared } from "../plugins/PluginError.ts"

export type Preparation = Data.TaggedEnum<{
  Ready: { readonly options: unknown }
  Skipped: { readonly reason: string }
  Failed: { readonly error: PluginError }
}>
export const Preparation = Data.taggedEnum<Preparation>()

/** The reason why a step is skipped regardless of callouts; `undefined` if that depends on an evaluation. */
export const skippedBy = (step: Step, order: Order): string | undefined =>
  step.active ? stepFilter(step.scope, order) : "the step is not active"

/** Options without expressions are decoded once for a pipeline version. */
const decoded = new WeakMap<Step, unknown>()

const decode = (plugin: AnyPlugin, step: Step, options: JsonObject, fixed: boolean) => {
  const result = Schema.decodeUnknownResult(plugin.options)(options)
  if (fixed && Result.isSuccess(result)) decoded.set(step, result.success)
  return result
}

/** A workflow step treats a failing expression as a malformed answer. */
const unprepared = (plugin: AnyPlugin, message: string): PluginError =>
  plugin.configuredIn === "step" ? new InvalidResponse({ message }) : new Unprepared({ message })

export const make = Effect.gen(function*() {
  const expressions = yield* Expressions

  return Effect.fnUntraced(function*(
    plugin: AnyPlugin,
    step: Step,
    order: Order,
    scope: ExpressionScope,
    now: number
  ) {
    const skipped = plugin.skips?.(step.options, order)
    if (skipped !== undefined) return Preparation.Skipped({ reason: skipped })
    if (step.when !== undefined) {
      const answer = yield* Effect.result(expressions.evaluate(step.when, scope, now, originOf(scope)))
      if (Result.isFailure(answer)) {
        return Preparation.Failed({ error: unprepared(plugin, answer.failure.message) })
      }
      if (!isTrue(answer.success)) return Preparation.Skipped({ reason: `when does not hold: ${step.when}` })
    }
    if (step.unreadable !== undefined) {
      return Preparation.Failed({ error: new Unprepared({ message: step.unreadable }) })
    }
    const known = decoded.get(step)
    if (known !== undefined) return Preparation.Ready({ options: known })
    const options = yield* evaluated(expressions, step.options, scope, now)
    if (Result.isFailure(options)) return Preparation.Failed({ error: unprepared(plugin, options.failure) })
    const result = decode(plugin, step, options.success, options.success === step.options)
    return Result.isSuccess(result)
      ? Preparation.Ready({ options: result.success })
      : Preparation.Failed({ error: unprepared(plugin, `options do not fit: ${result.failure.message}`) })
  })
})
