/** Redacts what a partner returned, which may hold a secret that it was sent. Contract: section 5, redaction. */
import { measured, turn } from "@sluice/domain/internal/json/LargeText"
import { parseOwn } from "@sluice/domain/json/Json"
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

const read = (text: string): StepResult => parseOwn(text) as unknown as StepResult

/** A partner that sends back what it was sent must not write a secret into the order. */
export const withoutSecrets = (result: StepResult, redactor: Redactor): StepResult => {
  if (saysNothing(result)) return result
  const text = JSON.stringify(result)
  const shown = redactor.text(text)
  return shown === text ? result : read(shown)
}

/** The same for a result with a large patch, in turns. */
export const withoutSecretsInTurns = (result: StepResult, redactor: Redactor): Effect.Effect<StepResult> =>
  Effect.uninterruptible(Effect.gen(function*() {
    yield* turn
    const text = JSON.stringify(result)
    yield* turn
    const shown = redactor.text(text)
    if (shown === text) return result
    yield* turn
    const safe = read(shown)
    measured(safe.patch, shown.length)
    return safe
  }))

export const redacted = (decision: StepDecision, redactor: Redactor): StepDecision => ({
  ...decision,
  reason: redactor.text(decision.reason),
  ...(decision.error !== undefined && { error: redactor.text(decision.error) }),
  ...(decision.note !== undefined && { note: redactor.text(decision.note) }),
  ...(decision.history !== undefined && { history: redactor.text(decision.history) })
})
