/**
 * One request for a token by the client-credentials grant (RFC 6749, section 4.4): what is sent, and what the answer
 * means. Nothing is cached here. Contract: section 4, `oauth2ClientCredentials`.
 */
import { receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { makeRedactor, redacted, shortestSecret } from "@sluice/domain/redaction/Redaction"
import { Effect, Option, Redacted, Schema } from "effect"
import * as Base64 from "effect/encoding/Base64"
import {
  type Outbound,
  type OutboundError,
  type OutboundResponse,
  OutboundTimedOut,
  OutboundUnreachable
} from "./Outbound.ts"
import type { PartnerTurnsService, TurnNotNear } from "./PartnerTurns.ts"
import { urlHost } from "./UrlHost.ts"

/** The token endpoint answered, but gave no token. The message says what it answered, without the secret. */
export class TokenRefused extends Schema.TaggedError<TokenRefused>()("TokenRefused", {
  message: Schema.String,
  /** The status of the token endpoint's answer, where a head could be read. */
  status: Schema.optionalKey(Schema.Int)
}) {}

/**
 * The reasons why credentials cannot be obtained. `sent` is always false here: it is about the request that needs them,
 * of which nothing was sent, and not about the request for the token.
 */
export type CredentialsError = OutboundTimedOut | OutboundUnreachable | TokenRefused

export type ClientCredentials = Extract<Authentication, { readonly type: "oauth2ClientCredentials" }>

/** A token from the token endpoint. */
export interface FetchedToken {
  /** The bare token: a secret. */
  readonly token: string
  readonly status: number
  /** The lifetime that the endpoint states; absent if it states none that can be read. */
  readonly expiresInSeconds?: number
}

const tokenTimeoutMs = 10_000

/** RFC 6749, section 5.1. */
const TokenAnswer = Schema.fromJsonString(Schema.Struct({
  // RFC 6750, section 2.1; anything else could not stand in a header.
  access_token: Schema.String.check(Schema.isPattern(/^[\x21-\x7e]+$/)),
  expires_in: Schema.optionalKey(Schema.Unknown)
}))

/** Ten years: a longer life is as good as none given. */
const longestSeconds = 10 * 365 * 24 * 3600

/** The seconds that `expires_in` says, as a number or as text; `undefined` where it cannot be read. */
const secondsOf = (expiresIn: unknown): number | undefined => {
  const isText = typeof expiresIn === "string" && /^\s*\d{1,15}(\.\d{1,9})?\s*$/.test(expiresIn)
  const seconds = isText ? Number(expiresIn) : expiresIn
  return typeof seconds === "number" && seconds >= 0 && seconds <= longestSeconds ? seconds : undefined
}

/** RFC 6749, section 5.2. */
const TokenError = Schema.fromJsonString(Schema.Struct({
  error: Schema.String,
  error_description: Schema.optionalKey(Schema.String)
}))

const decodeAnswer = Schema.decodeUnknownOption(TokenAnswer)
const decodeError = Schema.decodeUnknownOption(TokenError)

const formEncoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1)

/** Each part is form-encoded first (RFC 6749, section 2.3.1): a colon in the id would end it. */
const basicPair = ({ clientId, clientSecret }: ClientCredentials): string =>
  `${formEncoded(clientId)}:${formEncoded(Redacted.value(clientSecret))}`

const requestToken = (
  outbound: Outbound["Service"],
  provider: ClientCredentials
): Effect.Effect<FetchedToken, CredentialsError> =>
  outbound.exchange({
    method: "POST",
    url: provider.tokenUrl,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      ...(provider.clientAuthentication === "basic" && { authorization: `Basic ${Base64.encode(basicPair(provider))}` })
    },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      ...(provider.clientAuthentication !== "basic" && {
        client_id: provider.clientId,
        client_secret: Redacted.value(provider.clientSecret)
      }),
      ...(provider.scope !== undefined && { scope: provider.scope })
    }).toString(),
    timeoutMs: tokenTimeoutMs,
    tls: provider.tls
  }).pipe(
    Effect.mapError((error) => nothingSent(error)),
    Effect.flatMap((answer) => readToken(answer, provider))
  )

/** Requests a token, once its turn has come at a host with limits. Never retries and keeps nothing. */
export const fetchToken = (
  outbound: Outbound["Service"],
  turns: PartnerTurnsService,
  provider: ClientCredentials
): Effect.Effect<FetchedToken, CredentialsError | TurnNotNear> => {
  const host = urlHost(provider.tokenUrl)
  const asking = requestToken(outbound, provider)
  return host === undefined || !turns.isLimited(host) ? asking : Effect.acquireUseRelease(
    turns.take({ host, line: "token", released: true }),
    ({ begin }) => Effect.andThen(begin, asking),
    ({ end }) => end
  )
}

/** Some servers repeat what they were sent, form-encoded or decoded. */
const withoutSecret = (said: string, provider: ClientCredentials): string => {
  const secret = Redacted.value(provider.clientSecret)
  const shown = makeRedactor([secret, basicPair(provider)]).text(said)
  // Too short to be looked for everywhere, but this text comes from the one server that knows it.
  return secret === "" || secret.length >= shortestSecret
    ? shown
    : shown.replaceAll(secret, redacted).replaceAll(formEncoded(secret), redacted)
}

const nothingSent = (error: OutboundError): CredentialsError => {
  switch (error._tag) {
    case "OutboundTimedOut":
      return new OutboundTimedOut({ sent: false })
    case "OutboundUnreachable":
      return new OutboundUnreachable({ code: error.code, message: `Token endpoint: ${error.message}`, sent: false })
    case "OutboundUnreadable":
      return new TokenRefused({
        message: `Token endpoint: ${error.message}`,
        ...(error.status !== undefined && { status: error.status })
      })
  }
}

const readToken = (
  answer: OutboundResponse,
  provider: ClientCredentials
): Effect.Effect<FetchedToken, TokenRefused> => {
  const text = receivedText(answer) ?? ""
  const token = answer.status >= 200 && answer.status < 300 ? Option.getOrUndefined(decodeAnswer(text)) : undefined
  if (token !== undefined) {
    const expiresInSeconds = secondsOf(token.expires_in)
    return Effect.succeed({
      token: token.access_token,
      status: answer.status,
      ...(expiresInSeconds !== undefined && { expiresInSeconds })
    })
  }
  const error = Option.getOrUndefined(decodeError(text))
  const said = error === undefined ? "no token" : [error.error, error.error_description].filter(Boolean).join(": ")
  const safe = withoutSecret(said, provider).slice(0, 300)
  return Effect.fail(
    new TokenRefused({ message: `Token endpoint answered ${answer.status}: ${safe}`, status: answer.status })
  )
}
