/** Redacts what a partner returned, which may hold a secret that it was sent. Contract: section 5, redaction. */
import { isSmall, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { remember } from "@sluice/domain/internal/json/KnownTexts"
import { isLarge, measured, turn } from "@sluice/domain/internal/json/LargeText"
import { makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Effect } from "effect"
import type { StepResult } from "../plugins/Plugin.ts"
import type { StepDecision } from "./StepDecision.ts"

/** Redactors are compiled once for a set of secrets. */
const redactors = new WeakMap<ReadonlyArray<string>, Redactor>()

export const redactorOf = (secrets: ReadonlyArray<string>): Redactor => {
  let redactor = redactors.get(secrets)
  if (redactor === undefined) {
    redactor = makeRedactor(secrets)
    redactors.set(secrets, redactor)
  }
  return redactor
}

/** Most steps leave nothing but a reason, which is the plugin's own words. */
const saysNothing = ({ history, output, patch }: StepResult): boolean =>
  patch === undefined && output === undefined && history === undefined

/** Messages that are sent afterwards stay as they are: their URL is redacted where it is shown. */
const hidden = (result: StepResult, redactor: Redactor): StepResult => {
  const { message, ...said } = result
  return { ...redactor.json(said), ...(message !== undefined && { message }) }
}

/**
 * Hides secrets in a step's result: a partner that sends back what it was sent must not write a secret into the order.
 */
export const withoutSecrets = (result: StepResult, redactor: Redactor): StepResult => {
  if (saysNothing(result)) return result
  // Looked for in one text first: nearly always there is none, and a patch may have thousands of members.
  const text = JSON.stringify(result)
  return redactor.text(text) === text ? result : hidden(result, redactor)
}

/** True if a result is large enough for `withoutSecretsInTurns`. */
export const isLargeResult = ({ output, patch }: StepResult): boolean =>
  isLarge(patch) || (typeof output === "object" && !isSmall(output))

/** Hides the secrets in a large result, with pauses. */
export const withoutSecretsInTurns = Effect.fnUntraced(
  function*(result: StepResult, redactor: Redactor) {
    yield* turn
    const text = yield* writeJson(result)
    yield* turn
    const shown = redactor.text(text)
    let safe = result
    if (shown !== text) {
      yield* turn
      safe = hidden(result, redactor)
      measured(safe.patch, shown.length)
    }
    const { output } = safe
    if (typeof output === "object" && !isSmall(output)) remember(output, yield* writeJson(output))
    return safe
  },
  Effect.uninterruptible
)

export const redacted = (decision: StepDecision, redactor: Redactor): StepDecision => ({
  ...decision,
  reason: redactor.text(decision.reason),
  ...(decision.error !== undefined && { error: redactor.text(decision.error) }),
  ...(decision.note !== undefined && { note: redactor.text(decision.note) }),
  ...(decision.history !== undefined && { history: redactor.text(decision.history) })
})
