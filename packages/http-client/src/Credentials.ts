/**
 * The headers that prove who sends a request: `Authorization`, from the settings of an auth provider or connector, and
 * the signature of requests that have a `signingSecret`.
 *
 * For the client-credentials grant (RFC 6749, section 4.4) a token is fetched once for however many wait for it, in
 * this process and in those that share its `TokenStore`, kept until shortly before it expires, and fetched anew after a
 * 401 that was met with it. Failures are not kept. Contract: section 4, "Auth provider".
 */
import type { Authentication } from "@sluice/domain/pipeline/AuthProvider"
import { Clock, Context, Deferred, Duration, Effect, Exit, Layer, Redacted } from "effect"
import * as Base64 from "effect/encoding/Base64"
import { Outbound, OutboundUnreachable } from "./Outbound.ts"
import { PartnerTurns, type TurnNotNear } from "./PartnerTurns.ts"
import { Signature, signatureHeaders } from "./Signature.ts"
import { type ClientCredentials, type CredentialsError, type FetchedToken, fetchToken } from "./TokenRequest.ts"
import { type KeptToken, TokenStore } from "./TokenStore.ts"

export { type CredentialsError, TokenRefused } from "./TokenRequest.ts"

export class Credentials extends Context.Service<Credentials, {
  /**
   * The header's whole value, `Bearer …` or `Basic …`. Interrupting one of many waiters leaves the others waiting.
   * `TurnNotNear`: a token is needed, and the turn of its request at a limited or paused host is over a second away.
   */
  readonly authorization: (provider: Authentication) => Effect.Effect<string, CredentialsError | TurnNotNear>
  /**
   * Drops the cached token after a request with this value was answered with 401. Only that value is dropped: of many
   * requests that were refused with it, the first causes a new token to be fetched, and the others wait for it.
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
          const fetched = yield* Effect.onError(fetchToken(outbound, turns, provider), () => store.release(provider))
          const token = keptToken(fetched)
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

  /** Keeps tokens in this process only; signatures are made by WebCrypto. */
  static readonly layerMemory = Credentials.layer.pipe(
    Layer.provide([TokenStore.layerMemory, Signature.layerWebCrypto])
  )
}

interface Entry {
  readonly value: Deferred.Deferred<string, CredentialsError | TurnNotNear>
  /** The token; absent while it is being fetched. */
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

const keptToken = ({ expiresInSeconds, token }: FetchedToken): KeptToken => ({
  value: `Bearer ${token}`,
  usableForMs: expiresInSeconds === undefined ? undefined : usableFor(Duration.seconds(expiresInSeconds))
})
