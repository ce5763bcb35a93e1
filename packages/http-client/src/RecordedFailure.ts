/** Maps an exchange without an answer to the outcome of its callout record. Contract: section 5, the last paragraph. */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { CredentialsError } from "./Credentials.ts"
import type { OutboundError } from "./Outbound.ts"

/** The members of a record that describe the failure; the message is not redacted. */
export const recordedFailure = (
  error: OutboundError | CredentialsError
): Pick<CalloutRecord, "outcome" | "unknown"> & { readonly error: NonNullable<CalloutRecord["error"]> } => {
  const { message } = error
  switch (error._tag) {
    case "OutboundTimedOut":
      return { outcome: "timed-out", error: { message }, ...(error.sent && { unknown: true as const }) }
    case "OutboundUnreachable":
      return {
        outcome: "unreachable",
        error: { message, code: error.code },
        ...(error.sent && error.code === "reset" && { unknown: true as const })
      }
    case "OutboundUnreadable":
      return {
        outcome: "invalid-response",
        error: { message },
        // A status says that the partner has dealt with the request.
        ...(error.sent && error.status === undefined && { unknown: true as const })
      }
    case "TokenRefused":
      return { outcome: "rejected", error: { message } }
  }
}
