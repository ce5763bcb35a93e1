/** A callout as a plugin asks for it, and the answer that it gets. Contract: sections 5 and 6. */
import type { SentBody } from "@sluice/domain/callout/CalloutRecord"
import type { Json } from "@sluice/domain/json/Json"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import type { Effect, Redacted } from "effect"
import type { RetryPolicy } from "./RetrySchedule.ts"

/** The meaning of an answer to a plugin: pure, from the answer alone. */
export type Judgement =
  | { readonly outcome: "succeeded"; readonly note?: Json }
  | {
    readonly outcome: "rejected" | "invalid-response"
    readonly message: string
    /** The partner's own error code, where it has one: kept with the record, and shown to the retry policy. */
    readonly code?: string
    readonly byPartner?: true
    readonly note?: Json
  }

/** The credentials of a request, in order of precedence; the first one present is used. */
export interface RequestCredentials {
  /** `Authorization` among the request's own headers wins over everything. */
  readonly connector?:
    | { readonly bearerToken: Redacted.Redacted }
    | { readonly username: string; readonly password: Redacted.Redacted }
  /** The auth providers; one is used if its `domain` is the request's host. */
  readonly providers: ReadonlyArray<AuthProvider>
  /** `whsec_…`: each attempt is signed with it, and its `webhook-id` is the idempotency key. */
  readonly signingSecret?: Redacted.Redacted
  /** The connector's TLS settings; members that they lack are taken from the provider's. */
  readonly tls?: TlsIdentity
}

export interface CalloutRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Headers that count attempts. */
  readonly attemptHeaders?: (attempt: number) => Readonly<Record<string, string>>
  readonly body: SentBody
  readonly timeoutMs: number
  readonly credentials: RequestCredentials
  readonly retry: RetryPolicy
  readonly judge: (response: OutboundResponse) => Judgement
  /** Reads a large answer in turns beforehand, so that judging it is quick. */
  readonly read?: (response: OutboundResponse) => Effect.Effect<void>
  /** Examines further an answer that was judged `succeeded`, where that takes longer than a judgement may. */
  readonly check?: (response: OutboundResponse) => Effect.Effect<Judgement>
  /** Read the newest version of the order, and pin it, just before the first attempt. */
  readonly freshOrder?: boolean
}

/** The answer of the last attempt, which was judged `succeeded`. */
export interface CalloutAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The bytes as received, before redaction, unless read back from a record. */
  readonly body: Uint8Array
  readonly attempts: number
}
