/**
 * Port: the destination of a delivery by the settings in force, and the secrets to redact in its records. Contract:
 * sections 4 and 9.
 */
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import type { WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import { Context, type Effect, type Redacted, Schema } from "effect"
import type { StepTarget } from "./DeliveryStore.ts"

/** The settings that a step's message refers to are not available. It counts as a failed attempt. */
export class DestinationUnknown extends Schema.TaggedError<DestinationUnknown>()("DestinationUnknown", {
  message: Schema.String
}) {}

/** The credentials that a step's message needs, which are not stored with it. */
export interface StepCredentials {
  /** The stored address, with the secrets in its query that are not stored with it. */
  readonly url: string
  /** Headers that replace stored ones of the same name. */
  readonly headers: Readonly<Record<string, string>>
  readonly authentication?: Authentication
  /** `whsec_…`: the request is signed with it. */
  readonly signingSecret?: Redacted.Redacted
  /** The TLS settings of its connector, and of the auth provider for its host. */
  readonly tls?: TlsIdentity
}

export class Destinations extends Context.Service<Destinations, {
  /** The endpoint; `undefined` if it was deleted. */
  readonly endpoint: (id: string) => WebhookEndpoint | undefined
  readonly credentials: (target: StepTarget) => Effect.Effect<StepCredentials, DestinationUnknown>
  /** Hides every configured secret. */
  readonly redactor: () => Redactor
}>()("@sluice/delivery/Destinations") {}
