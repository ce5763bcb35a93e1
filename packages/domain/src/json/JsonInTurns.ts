/**
 * Parses and serialises JSON of any size without occupying the process for long: a small text at once, as nearly all
 * are, a large one in turns. Contract: section 3, "Limits".
 */
import { Effect, Result } from "effect"
import { canonical, type Json, type JsonUnreadable, parse, parseOwn, unreadable } from "./Json.ts"
import { textSteps } from "./KnownTexts.ts"
import { inTurns, largeLength, measured } from "./LargeText.ts"
import { canonicalSteps } from "./SteppedCanonical.ts"
import { parseOwnSteps, parseSteps } from "./SteppedJson.ts"
import type { Steps } from "./Steps.ts"
import { weightOf } from "./Weight.ts"

/** The weight of values that are written at once: some 100 µs of work. */
const mostAtOnce = 2000
/** More levels than a document has: what is deeper is circular, and writing it at once fails. */
const deepest = 80

/** True if the value is serialised at once: this takes some 100 µs at most. */
export const isSmall = (value: unknown): boolean => weightOf(value, mostAtOnce, deepest, 1) <= mostAtOnce

function* caught(steps: Steps<Json>): Steps<Result.Result<Json, JsonUnreadable>> {
  try {
    return Result.succeed(yield* steps)
  } catch (cause) {
    return Result.fail(unreadable(cause))
  }
}

/** Parses untrusted JSON, as `Json.parse`; a large value is remembered as large (`LargeText.isLarge`). */
export const readJson = (text: string): Effect.Effect<Json, JsonUnreadable> =>
  text.length < largeLength
    ? Effect.try({ try: () => parse(text), catch: unreadable })
    : Effect.map(
      Effect.flatMap(inTurns(caught(parseSteps(text))), Effect.fromResult),
      (value) => measured(value, text.length)
    )

/** Parses JSON that Sluice wrote, as `Json.parseOwn`. A text that is not JSON is a defect. */
export const readOwnJson = (text: string): Effect.Effect<Json> =>
  text.length < largeLength
    ? Effect.sync(() => parseOwn(text))
    : Effect.map(inTurns(parseOwnSteps(text)), (value) => measured(value, text.length))

/** The text of `JSON.stringify(value)`. */
export const writeJson = (value: unknown): Effect.Effect<string> =>
  Effect.suspend(() => isSmall(value) ? Effect.succeed(JSON.stringify(value)) : inTurns(textSteps(value as object)))

/** The text of `canonical(value)`. */
export const writeCanonical = (value: Json): Effect.Effect<string> =>
  Effect.suspend(() => isSmall(value) ? Effect.succeed(canonical(value)) : inTurns(canonicalSteps(value)))
