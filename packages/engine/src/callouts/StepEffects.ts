/**
 * The effects of a step that are no callouts (`once`): each runs until its result is recorded, and never again for that
 * step. Contract: section 6, "Custom plugins".
 */
import { writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { remember } from "@sluice/domain/internal/json/KnownTexts"
import { turnFor } from "@sluice/domain/internal/json/LargeText"
import type { Json } from "@sluice/domain/json/Json"
import { Context, Effect } from "effect"
import { toPluginError } from "../interruption/Interruption.ts"
import type { Fenced } from "../journal/Journal.ts"
import type { PluginError } from "../plugins/PluginError.ts"
import type { Standing } from "./CallStanding.ts"

/** The longest result, in characters of JSON. */
const longestResult = 1024 * 1024

/** True in the fiber of an effect that runs once, and in those that it starts. */
const InsideOnce = Context.Reference<boolean>("@sluice/engine/callouts/StepEffects/InsideOnce", {
  defaultValue: () => false
})

/**
 * Runs `work` in the step's turn. Dies inside an effect of `once`, which holds the turn until it ends: `work` would
 * wait for ever.
 */
export const outsideOnce = <A, E, R>(step: Standing, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() =>
    !step.insideOnce ? work : Effect.withFiber((fiber) =>
      fiber.getRef(InsideOnce)
        ? Effect.die(new Error("a callout cannot be made inside once(…): make it before or after"))
        : work
    )
  )

/** The result as it is recorded: redacted. */
const recorded = Effect.fnUntraced(function*({ scope: { redactor } }: Standing, name: string, result: Json) {
  const text = yield* writeJson(result) as Effect.Effect<string | undefined>
  if (text === undefined) throw new Error(`the result of once("${name}") is no JSON`)
  if (text.length > longestResult) throw new Error(`the result of once("${name}") is longer than 1 MiB`)
  yield* turnFor(text.length)
  const isClean = redactor.text(text) === text
  if (isClean) remember(result, text)
  yield* turnFor(text.length)
  return isClean ? result : redactor.json(result)
})

/** Stores the result together with the step's pending records: all or nothing. */
const keep = (step: Standing, name: string, result: Json): Effect.Effect<void, Fenced> =>
  Effect.flatMap(recorded(step, name, result), (shown) => {
    const results = { ...step.effects, [name]: shown }
    return Effect.map(step.scope.store(step.pending, { effects: { index: step.scope.index, results } }), () => {
      step.pending = []
      step.effects = results
      step.results.set(name, result)
    })
  })

export const once = Effect.fnUntraced(function*<A extends Json, E, R>(
  step: Standing,
  name: string,
  effect: Effect.Effect<A, E, R>
) {
  const known = step.results.get(name)
  if (known !== undefined) return known as A
  const reason = step.scope.interruption.now()
  if (reason !== undefined) return yield* Effect.fail<PluginError>(toPluginError(reason))
  yield* step.scope.lease
  step.insideOnce = true
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.tap(
      restore(Effect.provideService(effect, InsideOnce, true)),
      (result) => keep(step, name, result)
    )
  ).pipe(
    Effect.ensuring(Effect.sync(() => {
      step.insideOnce = false
    }))
  )
})
