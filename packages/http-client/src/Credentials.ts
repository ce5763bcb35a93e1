/**
 * The headers that prove who sends a request: `Authorization`, from the settings that say how to authenticate, and the
 * signature of those that have a `signingSecret`.
 *
 * For the client-credentials grant (RFC 6749, section 4.4) a token is fetched once for however many wait for it, in this
 * process and in those that share its `TokenStore`, kept until shortly before it expires, and fetched anew after a 401
 * that was met with it. Failures are not kept.
 * Contract: section 4, "Auth provider".
 */
import { receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { makeRedactor, redacted, shortestSecret } from "@sluice/domain/redaction/Redaction"
import { Clock, Context, Deferred, Duration, Effect, Exit, Layer, Option, Redacted, Schema } from "effect"
import * as Base64 from "effect/encoding/Base64"
import {
  Outbound,
  type OutboundError,
  type OutboundResponse,
  OutboundTimedOut,
  OutboundUnreachable
} from "./Outbound.ts"
import { PartnerTurns, type PartnerTurnsService, type TurnNotNear } from "./PartnerTurns.ts"
import { Signature, signatureHeaders } from "./Signature.ts"
import { type KeptToken, TokenStore } from "./TokenStore.ts"
import { urlHost } from "./UrlHost.ts"

/** The token endpoint answered, but gave no token. The message says what it answered, without the secret. */
export class TokenRefused extends Schema.TaggedError<TokenRefused>()("TokenRefused", {
  message: Schema.String,
  /** The status of the token endpoint's answer, where a head could be read. */
  status: Schema.optionalKey(Schema.Int)
}) {}

/**
 * The reasons for which credentials cannot be had.
 * `sent` is always false here: it speaks of the request that needs the header, of which nothing has left, and not of
 * the request for the token.
 */
export type CredentialsError = OutboundTimedOut | OutboundUnreachable | TokenRefused

export class Credentials extends Context.Service<Credentials, {
  /**
   * The header's whole value, `Bearer …` or `Basic …`. Interrupting one of many waiters leaves the others waiting.
   * `TurnNotNear`: a token is needed, and the turn of its request at a limited or paused host is over a second away.
   */
  readonly authorization: (provider: Authentication) => Effect.Effect<string, CredentialsError | TurnNotNear>
  /**
   * Says that a request with this value was answered with 401. Only that very value is dropped: of many that were
   * turned away with it, the first causes a new token to be fetched and the others wait for it.
   */
  readonly invalidate: (provider: Authentication, usedValue: string) => Effect.Effect<void>
  /** The headers of Standard Webhooks for a request with this `webhook-id` and body that is sent now. */
  readonly signature: (
    secret: Redacted.Redacted,
    id: string,
    body: Uint8Array
  ) => Effect.Effect<Readonly<Record<string, string>>>
}>()("@sluice/http-client/Credentials") {
  static readonly layer = Layer.effect(
    Credentials,
    Effect.gen(function*() {
      const outbound = yield* Outbound
      const store = yield* TokenStore
      const turns = yield* PartnerTurns
      const signing = yield* Signature
      const scope = yield* Effect.scope
      const tokens = new Map<string, Entry>()

      /** The cached token, or one that is fetched once for all waiting requests. */
      const shared = Effect.fnUntraced(function*(provider: ClientCredentials) {
        while (true) {
          const claim = yield* store.claim(provider)
          if (claim._tag === "Kept") return claim.token
          if (claim._tag === "Wait") {
            yield* Effect.sleep(claim.forMs)
            continue
          }
          const token = yield* Effect.onError(tokenInTurn(outbound, turns, provider), () => store.release(provider))
          yield* store.keep(provider, token)
          return token
        }
      })

      const obtain = Effect.fnUntraced(function*(provider: ClientCredentials) {
        const clock = yield* Clock.Clock
        const key = keyOf(provider)
        const entry = tokens.get(key)
        if (entry !== undefined && clock.monotonicTimeNanosUnsafe() < entry.usableUntil) {
          return yield* Deferred.await(entry.value)
        }
        forgetExpired(tokens, clock.monotonicTimeNanosUnsafe())
        const fresh: Entry = { value: Deferred.makeUnsafe(), token: undefined, usableUntil: forever }
        tokens.set(key, fresh)
        // In the layer's scope: the first to ask may be interrupted while others wait for the same token.
        yield* shared(provider).pipe(
          Effect.onExit((exit) =>
            Effect.sync(() => {
              if (Exit.isSuccess(exit)) {
                const { usableForMs, value } = exit.value
                fresh.token = value
                fresh.usableUntil = usableForMs === undefined
                  ? forever
                  : clock.monotonicTimeNanosUnsafe() + BigInt(Math.floor(usableForMs * 1e6))
              } else if (tokens.get(key) === fresh) {
                tokens.delete(key)
              }
              Deferred.doneUnsafe(fresh.value, Exit.map(exit, ({ value }) => value))
            })
          ),
          Effect.forkIn(scope)
        )
        return yield* Deferred.await(fresh.value)
      })

      return {
        authorization: (provider) => {
          switch (provider.type) {
            case "basic": {
              const pair = `${provider.username}:${Redacted.value(provider.password)}`
              return Effect.succeed(`Basic ${Base64.encode(pair)}`)
            }
            case "bearer":
              return Effect.succeed(`Bearer ${Redacted.value(provider.token)}`)
            case "oauth2ClientCredentials":
              return obtain(provider)
            case "unreadable":
              // Not retried: the credentials are missing until they are saved again.
              return Effect.fail(
                new OutboundUnreachable({ code: "blocked", message: provider.message, sent: false })
              )
          }
        },
        invalidate: (provider, usedValue) =>
          Effect.suspend(() => {
            if (provider.type !== "oauth2ClientCredentials") return Effect.void
            const key = keyOf(provider)
            if (tokens.get(key)?.token === usedValue) tokens.delete(key)
            return store.drop(provider, usedValue)
          }),
        signature: (secret, id, body) => signatureHeaders(signing, id, body, () => [secret])
      }
    })
  )

  /** Tokens are this process's own; signatures are made by WebCrypto. */
  static readonly layerMemory = Credentials.layer.pipe(
    Layer.provide([TokenStore.layerMemory, Signature.layerWebCrypto])
  )
}

type ClientCredentials = Extract<Authentication, { readonly type: "oauth2ClientCredentials" }>

interface Entry {
  readonly value: Deferred.Deferred<string, CredentialsError | TurnNotNear>
  /** Once it has been fetched. */
  token: string | undefined
  /** The monotonic time at which it expires, in nanoseconds; infinite while it is being fetched. */
  usableUntil: bigint
}

const forever = 2n ** 63n

/**
 * The cache key: providers with equal credentials share a token, whatever their names; changed credentials have another
 * key.
 */
const keyOf = (provider: ClientCredentials): string =>
  JSON.stringify([
    provider.tokenUrl,
    provider.clientId,
    Redacted.value(provider.clientSecret),
    provider.scope,
    provider.tls?.clientCertificate
  ])

const forgetExpired = (tokens: Map<string, Entry>, now: bigint): void => {
  for (const [key, entry] of tokens) if (entry.usableUntil <= now) tokens.delete(key)
}

/** A token is given up 30 s before it expires, or after half of its life if that is short: requests take time. */
const usableFor = (lifetime: Duration.Duration): number => {
  const milliseconds = Duration.toMillis(lifetime)
  return Math.max(milliseconds - 30_000, milliseconds / 2)
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
): Effect.Effect<KeptToken, CredentialsError> =>
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

/** The token, asked for when the turn of that request has come at a host with limits. */
const tokenInTurn = (
  outbound: Outbound["Service"],
  turns: PartnerTurnsService,
  provider: ClientCredentials
): Effect.Effect<KeptToken, CredentialsError | TurnNotNear> => {
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

const readToken = (answer: OutboundResponse, provider: ClientCredentials): Effect.Effect<KeptToken, TokenRefused> => {
  const text = receivedText(answer) ?? ""
  const token = answer.status >= 200 && answer.status < 300 ? Option.getOrUndefined(decodeAnswer(text)) : undefined
  if (token !== undefined) {
    const seconds = secondsOf(token.expires_in)
    return Effect.succeed({
      value: `Bearer ${token.access_token}`,
      usableForMs: seconds === undefined ? undefined : usableFor(Duration.seconds(seconds))
    })
  }
  const error = Option.getOrUndefined(decodeError(text))
  const said = error === undefined ? "no token" : [error.error, error.error_description].filter(Boolean).join(": ")
  const safe = withoutSecret(said, provider).slice(0, 300)
  return Effect.fail(
    new TokenRefused({ message: `Token endpoint answered ${answer.status}: ${safe}`, status: answer.status })
  )
}
