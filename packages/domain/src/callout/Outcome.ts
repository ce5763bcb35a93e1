/** The outcome of one attempt to call a partner. Contract: section 5. */
import { Schema } from "effect"

export const Outcome = Schema.Literals([
  "succeeded",
  "rejected",
  "timed-out",
  "cancelled",
  "interrupted",
  "unreachable",
  "invalid-response"
])
export type Outcome = typeof Outcome.Type

/** Machine-readable reason of an `unreachable` outcome. */
export const UnreachableCode = Schema.Literals(["dns", "refused", "reset", "tls", "blocked", "proxy"])
export type UnreachableCode = typeof UnreachableCode.Type
