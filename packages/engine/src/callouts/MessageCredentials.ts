/**
 * The credentials of a step's message, found when it is sent: nothing secret is stored with it. By the same precedence
 * as a callout's: the step's own headers, then the connector, then the auth provider. Contract: section 4.
 */
import { expressionIn } from "@sluice/domain/internal/decode/Marks"
import { parseHttpUrl } from "@sluice/domain/internal/decode/Url"
import { redactUrl } from "@sluice/domain/internal/redaction/UrlSecrets"
import { isObject, type JsonObject } from "@sluice/domain/json/Json"
import { appliesTo, type Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { type Connector, speaksFor } from "@sluice/domain/pipeline/Connector"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import { firstOf, type TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { redacted } from "@sluice/domain/redaction/Redaction"
import type { MessageOrigin } from "@sluice/domain/webhook/OutgoingMessage"
import { Redacted } from "effect"
import {
  configuredUrls,
  lowerCased,
  requestHeaders,
  type WebhookWorkflowStepOptions
} from "../plugins/builtin/WebhookWorkflowStep.ts"
import type { SettingsSnapshot } from "../settings/Settings.ts"

export interface MessageCredentials {
  /** The address of the message, with the secrets of its query. */
  readonly url: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly authentication?: Authentication
  /** `whsec_…`, with which the request is signed: the step's own, else the connector's. */
  readonly signingSecret?: Redacted.Redacted
  readonly tls?: TlsIdentity
}

/** Headers that are written out; values of expressions are stored with the message. */
const writtenOut = (headers: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" && expressionIn(value) === undefined ? [[name, value]] : []
    )
  )

const ownHeaders = ({ options }: Step): Record<string, string> => {
  const properties = Array.isArray(options["properties"])
    ? options["properties"] as unknown as NonNullable<WebhookWorkflowStepOptions["properties"]>
    : []
  const headers = options["headers"]
  return {
    ...(headers !== undefined && isObject(headers) && lowerCased(writtenOut(headers))),
    ...requestHeaders(properties)
  }
}

/** The reason why the message cannot be sent: its credentials cannot be read, or are now for another address. */
export interface CredentialsUnavailable {
  readonly unavailable: string
}

/** The configured URL that a message was stored for: a message holds none of its secrets. */
const unredacted = (address: string, step: Step | undefined, connector: Connector | undefined): string | undefined => {
  if (!address.includes(redacted)) return address
  const endpoint = step?.options["endpoint"]
  return [...configuredUrls(step?.options ?? {}, connector), ...(typeof endpoint === "string" ? [endpoint] : [])]
    .find((url) => redactUrl(url) === address)
}

/**
 * Finds the credentials of a step's message. `pipeline`: the version from which the message came, if it is still
 * stored.
 */
export const messageCredentials = (
  origin: MessageOrigin,
  address: string,
  pipeline: Pipeline | undefined,
  settings: SettingsSnapshot
): MessageCredentials | CredentialsUnavailable => {
  const step = [...pipeline?.steps ?? [], ...pipeline?.postProcessing ?? []].find(({ id }) => id === origin.stepId)
  if (step?.unreadable !== undefined) return { unavailable: step.unreadable }
  const found = settings.connectors.find(({ id }) => id === origin.connector)
  if (found?.unreadable !== undefined) return { unavailable: found.unreadable }
  const connector = found?.connector
  if (connector !== undefined && !speaksFor(connector, address)) {
    return {
      unavailable: `connector ${origin.connector} is for another origin by now: its credentials are not sent to `
        + "the address of this message"
    }
  }
  const target = unredacted(address, step, connector)
  if (target === undefined) {
    return { unavailable: "the secrets in the query of its URL are not in the settings any more" }
  }
  const url = parseHttpUrl(address)
  const headers = {
    ...lowerCased(connector?.customHeaders ?? {}),
    ...(step === undefined ? {} : ownHeaders(step))
  }
  const provider = url && settings.authProviders.find((provider) => appliesTo(provider, url))
  const authentication: Authentication | undefined = connector?.bearerToken !== undefined
    ? { type: "bearer", token: connector.bearerToken }
    : connector?.username !== undefined && connector.password !== undefined
    ? { type: "basic", username: connector.username, password: connector.password }
    : provider
  const tls = firstOf(connector?.tls, provider?.type === "unreadable" ? undefined : provider?.tls)
  const own = step?.options["signingSecret"]
  const signingSecret = typeof own === "string" ? Redacted.make(own) : connector?.signingSecret
  return {
    url: target,
    headers,
    ...(authentication !== undefined && { authentication }),
    ...(signingSecret !== undefined && { signingSecret }),
    ...(tls !== undefined && { tls })
  }
}
