/**
 * The request of one attempt as it is sent: its text, its headers with authorization and signature, and its TLS
 * settings. Contract: section 5.
 */
import type { SentBody } from "@sluice/domain/callout/CalloutRecord"
import { ofOrder, spanIdOf, traceparent } from "@sluice/domain/identity/TraceSpan"
import { parseHttpUrl } from "@sluice/domain/internal/decode/Url"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { appliesTo, type AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import { firstOf, type TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import type { Redactor } from "@sluice/domain/redaction/Redaction"
import { workflowBody } from "@sluice/domain/workflow/WorkflowBody"
import type { Credentials, CredentialsError } from "@sluice/http-client/Credentials"
import type { OutboundError } from "@sluice/http-client/Outbound"
import { Effect, Redacted, type Result } from "effect"
import { Base64 } from "effect/encoding"
import type { Document } from "../journal/Journal.ts"
import type { CalloutRequest, RequestCredentials } from "../plugins/Callout.ts"
import type { Defect } from "../plugins/PluginError.ts"
import { callbackHeader } from "./CallbackUrl.ts"

/** The values that determine the request of one attempt. */
export interface Attempt {
  readonly orderId: string
  /** The step's request, counted from 0. */
  readonly request: number
  /** The attempt, counted from 1. */
  readonly attempt: number
  readonly idempotencyKey: string
  readonly document: Document
  readonly redactor: Redactor
  /** The request is a probe for this attempt. */
  readonly probe?: boolean
  /** The URL to which the partner may send its answer. It holds a secret that `redactor` knows. */
  readonly callbackUrl?: string
}

/** The exact text that is sent. */
export const bodyText = (body: SentBody, document: Document): string => {
  switch (body.form) {
    case "order":
      return document.text
    case "workflow":
      return workflowBody(document.text, body.tail)
    case "text":
      return body.text
  }
}

const hasAuthorization = (headers: Readonly<Record<string, string>>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === "authorization")

/** The token that was obtained for a request before its attempt, or why there is none. */
export type TokenResult = Result.Result<Authorization, OutboundError | CredentialsError | Defect>

/** The authorization of a request, and its signature. */
export interface Authorization {
  readonly value?: string
  /** The headers of a signed request. */
  readonly signature?: Readonly<Record<string, string>>
  /** The provider of the token, where the token was fetched and can be fetched again. */
  readonly refreshable?: AuthProvider
}

export const noAuthorization: Authorization = {}

const providerFor = (text: string, credentials: RequestCredentials): AuthProvider | undefined => {
  if (credentials.providers.length === 0) return undefined
  const url = parseHttpUrl(text)
  return url && credentials.providers.find((provider) => appliesTo(provider, url))
}

const hasTls = (provider: AuthProvider): boolean => provider.type !== "unreadable" && provider.tls !== undefined

/** The TLS settings of a request: the connector's, then those of the provider for its host. */
export const tlsOf = ({ credentials, url }: CalloutRequest): TlsIdentity | undefined => {
  const provider = credentials.providers.some(hasTls) ? providerFor(url, credentials) : undefined
  return firstOf(credentials.tls, provider?.type === "unreadable" ? undefined : provider?.tls)
}

/** The provider of the token that a request needs; `undefined` where its authorization takes no request of its own. */
export const tokenProvider = (request: CalloutRequest): AuthProvider | undefined => {
  if (request.credentials.connector !== undefined || hasAuthorization(request.headers)) return undefined
  const provider = providerFor(request.url, request.credentials)
  return provider?.type === "oauth2ClientCredentials" ? provider : undefined
}

/** True where nothing has to be obtained or computed for a request: it is not signed, and no provider applies to it. */
export const isSentAsItIs = ({ credentials, headers, url }: CalloutRequest, token: TokenResult | undefined): boolean =>
  token === undefined && credentials.signingSecret === undefined && (hasAuthorization(headers) ||
    (credentials.connector === undefined && providerFor(url, credentials) === undefined))

/** The authorization of a request that needs no token. */
const authorize = (
  credentials: Credentials["Service"],
  request: CalloutRequest
): Effect.Effect<Authorization, OutboundError | CredentialsError> => {
  if (hasAuthorization(request.headers)) return Effect.succeed(noAuthorization)
  const { connector } = request.credentials
  if (connector !== undefined) {
    return Effect.succeed({
      value: "bearerToken" in connector
        ? `Bearer ${Redacted.value(connector.bearerToken)}`
        : `Basic ${Base64.encode(`${connector.username}:${Redacted.value(connector.password)}`)}`
    })
  }
  const provider = providerFor(request.url, request.credentials)
  if (provider === undefined) return Effect.succeed(noAuthorization)
  return Effect.map(
    Effect.catchTag(credentials.authorization(provider), "TurnNotNear", Effect.die),
    (value): Authorization => ({ value })
  )
}

/** The authorization of a request, and its signature: over the bytes and the time of this attempt. */
export const authorizeAndSign = (
  credentials: Credentials["Service"],
  request: CalloutRequest,
  attempt: Attempt,
  text: string,
  token: TokenResult | undefined
): Effect.Effect<Authorization, OutboundError | CredentialsError | Defect> => {
  const { signingSecret } = request.credentials
  const authorized = token === undefined ? authorize(credentials, request) : Effect.fromResult(token)
  return signingSecret === undefined ? authorized : Effect.flatMap(
    authorized,
    (authorization) =>
      Effect.map(
        credentials.signature(signingSecret, attempt.idempotencyKey, Utf8.encode(text)),
        (signature): Authorization => ({ ...authorization, signature })
      )
  )
}

/** Headers of which a later one replaces an earlier one of the same name, in its case; `Host` is left to the URL. */
export const merged = (...parts: ReadonlyArray<Readonly<Record<string, string>>>): Readonly<Record<string, string>> => {
  // By their lower case: names that are not in lower case, of which most requests have none.
  let mixed: Map<string, string> | undefined
  const headers: Record<string, string> = {}
  for (const part of parts) {
    for (const name in part) {
      const lower = name.toLowerCase()
      if (lower === "host") continue
      const before = mixed?.get(lower) ?? lower
      if (before !== name) {
        delete headers[before]
        if (lower === name) mixed?.delete(lower)
        else mixed = (mixed ?? new Map<string, string>()).set(lower, name)
      }
      headers[name] = part[name] ?? ""
    }
  }
  return headers
}

const defaultHeaders = { "content-type": "application/json" }
const noHeaders = {}

/** A request without a body has no type of it. */
const hasBody = ({ body }: CalloutRequest): boolean => body.form !== "text" || body.text !== ""

/** The headers of an attempt; `id` is the attempt's. */
export const headersOf = (
  request: CalloutRequest,
  attempt: Attempt,
  id: string,
  { signature, value }: Authorization
) =>
  merged(
    hasBody(request) ? defaultHeaders : noHeaders,
    request.headers,
    request.attemptHeaders?.(attempt.attempt) ?? noHeaders,
    {
      ...(value !== undefined && { authorization: value }),
      ...signature,
      ...(attempt.callbackUrl !== undefined && { [callbackHeader]: attempt.callbackUrl }),
      "idempotency-key": attempt.idempotencyKey,
      // The order is the trace, the attempt the span.
      traceparent: traceparent({ ...ofOrder(attempt.orderId), spanId: spanIdOf(id) })
    }
  )
