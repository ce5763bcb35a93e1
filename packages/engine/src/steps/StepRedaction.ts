/** Redacts what a partner returned, which may hold a secret that it was sent. Contract: section 5, redaction. */
import { makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
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

/** A partner that sends back what it was sent must not write a secret into the order. */
export const withoutSecrets = (result: StepResult, redactor: Redactor): StepResult => {
  // Most steps leave nothing but a reason, which is the plugin's own words.
  if (result.patch === undefined && result.output === undefined && result.history === undefined) return result
  const text = JSON.stringify(result)
  const shown = redactor.text(text)
  return shown === text ? result : JSON.parse(shown)
}

export const redacted = (decision: StepDecision, redactor: Redactor): StepDecision => ({
  ...decision,
  reason: redactor.text(decision.reason),
  ...(decision.error !== undefined && { error: redactor.text(decision.error) }),
  ...(decision.note !== undefined && { note: redactor.text(decision.note) }),
  ...(decision.history !== undefined && { history: redactor.text(decision.history) })
})
