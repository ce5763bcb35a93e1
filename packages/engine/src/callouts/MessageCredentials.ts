/**
 * The credentials of a step's message, found when it is sent: nothing secret is stored with it. By the same precedence
 * as a callout's: the step's own headers, then the connector, then the auth provider. Contract: section 4.
 */
import { isObject } from "@sluice/domain/json/Json"
import { appliesTo, type Authentication } from "@sluice/domain/pipeline/AuthProvider"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import type { MessageOrigin } from "@sluice/domain/webhook/OutgoingMessage"
import { lowerCased, requestHeaders, type WebhookWorkflowStepOptions } from "../plugins/builtin/WebhookWorkflowStep.ts"
import type { SettingsSnapshot } from "../settings/Settings.ts"

export interface MessageCredentials {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly authentication?: Authentication
}

const ownHeaders = ({ options }: Step): Record<string, string> => {
  const properties = Array.isArray(options["properties"])
    ? options["properties"] as unknown as NonNullable<WebhookWorkflowStepOptions["properties"]>
    : []
  const headers = options["headers"]
  return {
    ...(headers !== undefined && isObject(headers) && lowerCased(headers as Readonly<Record<string, string>>)),
    ...requestHeaders(properties)
  }
}

/** `host` as `URL.host` gives it; `pipeline` at the version that the message came from, if it is still known. */
export const messageCredentials = (
  origin: MessageOrigin,
  host: string,
  pipeline: Pipeline | undefined,
  settings: SettingsSnapshot
): MessageCredentials => {
  const step = [...pipeline?.steps ?? [], ...pipeline?.postProcessing ?? []].find(({ id }) => id === origin.stepId)
  const connector = settings.connectors.find(({ id }) => id === origin.connector)?.connector
  const headers = {
    ...lowerCased(connector?.customHeaders ?? {}),
    ...(step === undefined ? {} : ownHeaders(step))
  }
  const authentication: Authentication | undefined = connector?.bearerToken !== undefined
    ? { type: "bearer", token: connector.bearerToken }
    : connector?.username !== undefined && connector.password !== undefined
    ? { type: "basic", username: connector.username, password: connector.password }
    : settings.authProviders.find((provider) => appliesTo(provider, host))
  return { headers, ...(authentication !== undefined && { authentication }) }
}
