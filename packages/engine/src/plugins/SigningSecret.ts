/**
 * The option `signingSecret` of plugins that sign their requests as webhooks (Standard Webhooks): `whsec_` and a key in
 * base64. Contract: section 4.
 */
import { redacted } from "@sluice/domain/redaction/Redaction"
import { secretBytes, signingSecretForm } from "@sluice/domain/webhook/SigningSecret"
import { Schema } from "effect"

/** A secret to sign requests with. `[redacted]` stands for the stored secret until it is substituted. */
export const SigningSecret = Schema.String.check(
  Schema.makeFilter((text) => text === redacted || secretBytes(text) !== undefined, { message: signingSecretForm })
)
