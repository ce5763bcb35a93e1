/**
 * What checking a partner's endpoint found: a value that can be printed, stored and compared. Everything in it has gone
 * through the engine's redaction; nothing secret is in here.
 */
import { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { Outcome } from "@sluice/domain/callout/Outcome"
import { FinalRunState, StepState } from "@sluice/domain/run/ProcessEvent"
import { Schema } from "effect"

/** `fail`: orders would be lost, stuck or done twice. `warn`: it works, and will hurt some day. `note`: worth knowing. */
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
  /** Of the answer's body, after decompression; where it was cut, of what was kept. */
  bytes: Schema.optionalKey(Schema.Int),
  /** Milliseconds. */
  durationMs: Schema.Finite,
  outcome: Outcome,
  unknown: Schema.optionalKey(Schema.Boolean),
  error: Schema.optionalKey(Schema.String),
  /** It was not sent: the attempt before it timed out, and this one is taken to end alike. */
  assumed: Schema.optionalKey(Schema.Boolean)
})
export type CheckedAttempt = typeof CheckedAttempt.Type

/** What the answers do to an order, as the engine decided. */
export const OrderEffect = Schema.Struct({
  step: StepState,
  run: FinalRunState,
  /** In words: what decided. */
  reason: Schema.String,
  error: Schema.optionalKey(Schema.String),
  status: Schema.Struct({ before: Schema.String, after: Schema.String }),
  /** What a patch changed. */
  patch: Schema.Array(PatchedMember),
  /** Whether the order's `errors[]` got an entry. */
  notedOnOrder: Schema.Boolean
})
export type OrderEffect = typeof OrderEffect.Type

export const CheckedCase = Schema.Struct({
  /** Stable: `order`, `minimal`, `unusual`, `large`, `read-only`, `repeat`, `changed-bytes`, `speed`, or a given order's. */
  name: Schema.String,
  /** One sentence: what was sent, and why. */
  title: Schema.String,
  attempts: Schema.Array(CheckedAttempt),
  /** With `StopOnError: true` (`critical: true`). Absent where the case is about the answers alone. */
  critical: Schema.optionalKey(OrderEffect),
  /** Without: the same answers, decided again. */
  tolerant: Schema.optionalKey(OrderEffect),
  findings: Schema.Array(Finding)
})
export type CheckedCase = typeof CheckedCase.Type

/** `broken`: a finding failed. `careful`: one warns. */
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
