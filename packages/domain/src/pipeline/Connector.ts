/**
 * A connector: a partner's address and credentials, shared by workflow steps, and the rule that picks one.
 * Contract: section 4, "Connector", and section 6, `WebhookWorkflowStep`.
 */
import { Schema } from "effect"

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
  /** Milliseconds. */
  timeout: Schema.optionalKey(Schema.Number),
  customHeaders: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  enabledForMarkets: Schema.optionalKey(Markets),
  disabledForMarkets: Schema.optionalKey(Markets)
})
export type Connector = typeof Connector.Type

/** A connector under the id that addresses it (`PUT /v1/connectors/{id}`), which need not be its `connectorId`. */
export interface AddressedConnector {
  readonly id: string
  readonly connector: Connector
}
