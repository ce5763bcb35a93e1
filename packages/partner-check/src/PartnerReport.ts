/**
 * The report on a partner's endpoint: a value that can be printed, stored and compared. All of it has passed the
 * engine's redaction; it contains no secrets.
 */
import { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { Outcome } from "@sluice/domain/callout/Outcome"
import { FinalRunState, StepState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"

/**
 * The level of a finding. `fail`: orders would be lost, stuck or done twice; `warn`: it works, with a risk; `note`:
 * worth knowing.
 */
export const Level = Schema.Literals(["ok", "note", "warn", "fail"])
export type Level = typeof Level.Type

export const Finding = Schema.Struct({
  level: Level,
  /** Stable, for scripts: `reachable`, `status`, `json`, `patch`, `idempotency`, `speed`, … */
  rule: Schema.String,
  message: Schema.String
})
export type Finding = typeof Finding.Type

/** One request and its end, as the engine recorded it. */
export const CheckedAttempt = Schema.Struct({
  number: Schema.Int,
  status: Schema.optionalKey(Schema.Int),
  contentType: Schema.optionalKey(Schema.String),
  /** The size of the answer's body after decompression; if it was cut, of the part kept. */
  bytes: Schema.optionalKey(Schema.Int),
  /** Milliseconds. */
  durationMs: Schema.Finite,
  outcome: Outcome,
  unknown: Schema.optionalKey(Schema.Boolean),
  error: Schema.optionalKey(Schema.String),
  /** True if it was not sent: the attempt before it timed out, and this one is assumed to end alike. */
  assumed: Schema.optionalKey(Schema.Boolean)
})
export type CheckedAttempt = typeof CheckedAttempt.Type

/** The answers' effect on an order, as the engine decided. */
export const OrderEffect = Schema.Struct({
  step: StepState,
  run: FinalRunState,
  /** The deciding reason, in words. */
  reason: Schema.String,
  error: Schema.optionalKey(Schema.String),
  status: Schema.Struct({ before: Schema.String, after: Schema.String }),
  /** The members changed by the patch. */
  patch: Schema.Array(PatchedMember),
  /** True if the order's `errors[]` got an entry. */
  notedOnOrder: Schema.Boolean
})
export type OrderEffect = typeof OrderEffect.Type

export const CheckedCase = Schema.Struct({
  /** Stable: `order`, `minimal`, `unusual`, `large`, `read-only`, `repeat`, `changed-bytes`, `speed`, or a given order's. */
  name: Schema.String,
  /** One sentence: what was sent, and why. */
  title: Schema.String,
  attempts: Schema.Array(CheckedAttempt),
  /** The effect with `StopOnError: true` (`critical: true`). Absent where the case concerns only the answers. */
  critical: Schema.optionalKey(OrderEffect),
  /** The effect with `StopOnError: false` (`critical: false`), decided on the same answers. */
  tolerant: Schema.optionalKey(OrderEffect),
  findings: Schema.Array(Finding)
})
export type CheckedCase = typeof CheckedCase.Type

/** The verdict on a partner. `broken`: a finding failed; `careful`: one warns. */
export const Verdict = Schema.Literals(["ready", "careful", "broken"])

export const PartnerReport = Schema.Struct({
  /** Without credentials. */
  url: Schema.String,
  step: Schema.Literals(["WebhookWorkflowStep", "calloutPlugin"]),
  /** Milliseconds that each attempt may take. */
  timeoutMs: Schema.Finite,
  verdict: Verdict,
  cases: Schema.Array(CheckedCase)
})
export type PartnerReport = typeof PartnerReport.Type
