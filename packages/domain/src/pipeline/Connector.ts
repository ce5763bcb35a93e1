/**
 * A connector: a partner's address and credentials, shared by workflow steps, and the rule that picks one.
 * Contract: section 4, "Connector", and section 6, `WebhookWorkflowStep`.
 */
import { Schema } from "effect"
import { originOf } from "../decode/Url.ts"
import { TlsIdentity } from "./TlsIdentity.ts"

/** The timeout of a workflow step whose connector does not set one, in milliseconds. */
export const defaultTimeoutMs = 30_000

const Markets = Schema.Array(Schema.String)

/**
 * A connector in use: names in camelCase, the timeout in milliseconds, secrets unwrapped only when a request is made.
 */
export const Connector = Schema.Struct({
  name: Schema.String,
  connectorId: Schema.optionalKey(Schema.String),
  displayName: Schema.optionalKey(Schema.String),
  host: Schema.String,
  bearerToken: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
  username: Schema.optionalKey(Schema.String),
  password: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
  /** `whsec_…`: signs the requests. */
  signingSecret: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
  /** Milliseconds. */
  timeout: Schema.optionalKey(Schema.Number),
  customHeaders: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  enabledForMarkets: Schema.optionalKey(Markets),
  disabledForMarkets: Schema.optionalKey(Markets),
  /** Origins besides the host's to which the connector's credentials may go. */
  allowedHosts: Schema.optionalKey(Schema.Array(Schema.String)),
  /** The TLS settings of its connections. */
  tls: Schema.optionalKey(TlsIdentity)
})
export type Connector = typeof Connector.Type

/** A connector under the id that addresses it (`PUT /v1/connectors/{id}`), which need not be its `connectorId`. */
export interface AddressedConnector {
  readonly id: string
  readonly connector: Connector
  /** The reason why its credentials cannot be read: a step that needs the connector fails, with nothing sent. */
  readonly unreadable?: string
}

/** True if the connector's credentials may go to `url`: its origin is the connector's, or one that it allows. */
export const speaksFor = ({ allowedHosts = [], host }: Connector, url: string): boolean => {
  const origin = originOf(url)
  return origin !== undefined && [host, ...allowedHosts].some((one) => originOf(one) === origin)
}
