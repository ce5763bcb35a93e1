/** A webhook endpoint as it is used. How a settings document becomes one is in `WebhookEndpointDocument`. Section 4. */
import type { Redacted } from "effect"
import type { Authentication } from "../pipeline/AuthProvider.ts"

/** A secret that signs, `whsec_<base64>`. */
export interface SigningSecret {
  readonly secret: Redacted.Redacted
  /** Epoch milliseconds until which a secret still signs after it was rotated. Absent: without end. */
  readonly until?: number
}

export interface WebhookEndpoint {
  readonly id: string
  readonly url: string
  /** Types of webhooks, or `*` alone for all of them. */
  readonly types: ReadonlyArray<string>
  /** The signing secrets; the current one first. */
  readonly secrets: ReadonlyArray<SigningSecret>
  readonly headers: Readonly<Record<string, string>>
  readonly authentication?: Authentication
  /** Attempts a second, over all processes. */
  readonly rateLimitPerSecond?: number
  /** Milliseconds to wait before each attempt, counted from the one before it; its length is the number of attempts. */
  readonly delaysMs?: ReadonlyArray<number>
  readonly ordering: "perOrder" | "none"
  /** JSONata over the message; false or nothing leaves the message out. */
  readonly filter?: string
  /** JSONata over the message: what is sent in its place. */
  readonly payload?: string
  readonly disabled: boolean
  /** The reason why its secrets cannot be read: nothing is sent to it until they are written again. */
  readonly unreadable?: string
}
