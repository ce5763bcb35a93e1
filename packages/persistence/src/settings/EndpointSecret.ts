/**
 * The secret of a webhook endpoint: generated where none is given, kept where a write omits it, rotated on request.
 * Contract: section 4.
 */
import { isoOf } from "@sluice/domain/internal/json/Timestamp"
import type { JsonObject } from "@sluice/domain/json/Json"
import { redacted } from "@sluice/domain/redaction/Redaction"
import { secretPrefix } from "@sluice/domain/webhook/SigningSecret"
import { rotationMs } from "@sluice/http-client/Signature"
import { Base64 } from "effect/encoding"

/** Bytes; Standard Webhooks asks for 24 to 64. */
const secretLength = 32

export const freshSecret = (): string =>
  secretPrefix + Base64.encode(globalThis.crypto.getRandomValues(new Uint8Array(secretLength)))

/** The written document with the stored secrets to which it refers. */
export const withSecret = (written: JsonObject, before: JsonObject | undefined, fresh: string): JsonObject => {
  const rotated = written["rotated"] ?? before?.["rotated"]
  return {
    ...written,
    secret: written["secret"] ?? before?.["secret"] ?? fresh,
    ...(rotated !== undefined && { rotated })
  }
}

/**
 * The document with the secret `fresh`; the former secret signs too for 24 hours from `now`, in epoch milliseconds.
 */
export const rotated = (before: JsonObject, fresh: string, now: number): JsonObject => ({
  ...before,
  secret: fresh,
  // One that cannot be opened signs no more.
  ...(before["secret"] !== undefined && before["secret"] !== redacted && {
    rotated: { secret: before["secret"], until: isoOf(now + rotationMs) }
  })
})
