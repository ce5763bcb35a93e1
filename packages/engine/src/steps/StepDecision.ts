/**
 * Decides how a run proceeds when a step has ended: a pure function of the outcome and of the step's policy. Contract:
 * section 6, the table of `WebhookWorkflowStep` and "Failure of a run".
 */
import type { StepErrorKind, StepState } from "@sluice/domain/run/ProcessEvent"
import { Data } from "effect"
import type { StepPolicy, StepResult } from "../plugins/Plugin.ts"
import { kindOf, type PluginError } from "../plugins/PluginError.ts"

/** The outcome of a step: its success, or one of the typed errors of a plugin. */
export type StepOutcome = Data.TaggedEnum<{
  Succeeded: { readonly result: StepResult }
  Failed: { readonly error: PluginError }
}>
export const StepOutcome = Data.taggedEnum<StepOutcome>()

export interface StepDecision {
  readonly state: StepState
  /** `stop` ends the run as failed; `cancel` ends it as cancelled. */
  readonly run: "continue" | "stop" | "cancel"
  /** The order's new status; absent: unchanged. */
  readonly status?: string
  /** Shown as the step's `error`, and counted in `pluginErrorOutput`. */
  readonly error?: string
  /** The typed error behind the failure. */
  readonly kind?: StepErrorKind
  /** Added to the order's `errors[]`. */
  readonly note?: string
  /** Added to the order's history. */
  readonly history?: string
  /** The reason that decided, in words. */
  readonly reason: string
}

const words: { readonly [Tag in PluginError["_tag"]]: string } = {
  Rejected: "rejected by the partner",
  TimedOut: "no full answer in time",
  Unreachable: "the partner could not be reached",
  InvalidResponse: "the answer does not say what it must",
  Cancelled: "cancelled by an operator",
  Unprepared: "no request could be made",
  Unknown: "it is not known whether the call took effect",
  Defect: "the step ended with a defect"
}

export const decide = (outcome: StepOutcome, policy: StepPolicy): StepDecision => {
  if (outcome._tag === "Succeeded") {
    const { reason = "answered", warns } = outcome.result
    return { state: warns === true ? "warning" : "succeeded", run: "continue", reason }
  }
  const { error } = outcome
  const kind = kindOf(error)
  if (error._tag === "Cancelled") return { state: "cancelled", run: "cancel", reason: error.message, kind }

  const stops = policy.critical && !(error._tag === "Unprepared" && error.continues === true)
  // Where nothing could be sent, there is nothing that a partner warned about.
  const tolerated = error._tag === "Unprepared" ? "failed" : policy.tolerated
  const state = stops ? "failed" : tolerated
  // A partner that says "cancel" where nothing stops has spoken, not failed: the document stays as it is.
  const spoken = error._tag === "Rejected" && error.byPartner === true && state === "warning"
  return {
    state,
    run: stops ? "stop" : "continue",
    reason: `${words[error._tag]}; ${stops ? "the step is critical, so the run ends" : "the run goes on"}`,
    ...(stops && policy.failedStatus !== undefined && { status: policy.failedStatus }),
    ...(!spoken && { error: error.message, kind }),
    ...(policy.notesFailures && { history: error.message }),
    ...(policy.notesFailures && !spoken && { note: error.message })
  }
}
