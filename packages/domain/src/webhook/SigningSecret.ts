/**
 * The secrets that sign webhooks: `whsec_` and a key in base64 (https://www.standardwebhooks.com).
 * Contract: section 4.
 */
import { Option, Redacted, Result } from "effect"
import { Base64 } from "effect/encoding"
import type { JsonReader } from "../decode/JsonReader.ts"
import { redacted } from "../redaction/Redaction.ts"

/** Standard Webhooks: 24 to 64 bytes. Longer ones were made elsewhere, and do no harm. */
const leastBytes = 24
const mostBytes = 128

export const secretPrefix = "whsec_"

/** The key in `whsec_<base64>`; `undefined` for a text of another form. */
export const secretBytes = (secret: string): Uint8Array | undefined => {
  if (!secret.startsWith(secretPrefix)) return undefined
  const bytes = Option.getOrUndefined(Result.getSuccess(Base64.decode(secret.slice(secretPrefix.length))))
  return bytes !== undefined && bytes.length >= leastBytes && bytes.length <= mostBytes ? bytes : undefined
}

/** The fault of a text that is no signing secret; continues a sentence that begins with the member's name. */
export const signingSecretForm = `must be ${secretPrefix} and ${leastBytes} to ${mostBytes} bytes in base64`

/**
 * Reads a signing secret from a member of a setting; `[redacted]` stands for the stored secret until it is substituted.
 */
export const signingSecretOf = (reader: JsonReader, name: string): Redacted.Redacted | undefined => {
  const text = reader.string(name)
  if (text === undefined) return undefined
  return text === redacted || secretBytes(text) !== undefined
    ? Redacted.make(text)
    : reader.fault(name, signingSecretForm)
}
