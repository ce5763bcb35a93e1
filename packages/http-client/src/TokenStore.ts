/**
 * Port: fetched tokens, shared by all callers with the same credentials, so that of any number of processes only one
 * fetches a token. Contract: section 4, `oauth2ClientCredentials`.
 *
 * Nothing here fails: where the shared place is away, each one fetches for itself.
 */
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { Clock, Context, Data, Effect, Layer, Redacted } from "effect"

/** The credentials of a token. Providers with equal credentials share one token. */
export interface TokenKey {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly scope?: string
  /** A token may be bound to the certificate with which it was fetched (RFC 8705). */
  readonly tls?: Pick<TlsIdentity, "clientCertificate">
}

export interface KeptToken {
  /** The whole value of an `Authorization` header. */
  readonly value: string
  /** Milliseconds for which it may still be used; `undefined`: until it is refused. */
  readonly usableForMs: number | undefined
}

/**
 * The store's answer to a caller that needs a token:
 * - `Kept`: there is one
 * - `Fetch`: there is none, and it is for the caller to fetch it: others wait for `keep` or `release`
 * - `Wait`: another caller is fetching it; ask again after this many milliseconds
 */
export type TokenClaim = Data.TaggedEnum<{
  Kept: { readonly token: KeptToken }
  Fetch: {}
  Wait: { readonly forMs: number }
}>
export const TokenClaim = Data.taggedEnum<TokenClaim>()

/** The time after which a claimed fetch counts as abandoned, in milliseconds; more than fetching a token may take. */
export const claimMs = 15_000

/** The time between two requests of a caller that waits for another's token, in milliseconds. */
export const askAgainMs = 100

export class TokenStore extends Context.Service<TokenStore, {
  readonly claim: (key: TokenKey) => Effect.Effect<TokenClaim>
  /** Stores the fetched token. */
  readonly keep: (key: TokenKey, token: KeptToken) => Effect.Effect<void>
  /** Abandons the fetch; the next caller fetches. */
  readonly release: (key: TokenKey) => Effect.Effect<void>
  /** Drops a refused token, and only that value: another may have been fetched meanwhile. */
  readonly drop: (key: TokenKey, value: string) => Effect.Effect<void>
}>()("@sluice/http-client/TokenStore") {
  /** A store for one process; several `Credentials` may share it. */
  static readonly layerMemory = Layer.sync(TokenStore, () => makeMemory())
}

interface Entry {
  value: string | undefined
  /** Monotonic nanoseconds. */
  usableUntil: bigint
  claimedUntil: bigint
}

const forever = 2n ** 63n

const nanos = (milliseconds: number): bigint => BigInt(Math.floor(milliseconds * 1e6))

const textOf = ({ clientId, clientSecret, scope, tls, tokenUrl }: TokenKey): string =>
  JSON.stringify([tokenUrl, clientId, Redacted.value(clientSecret), scope, tls?.clientCertificate])

const makeMemory = (): TokenStore["Service"] => {
  const entries = new Map<string, Entry>()
  /**
   * Removes entries that are expired and not awaited: credentials change, and the old ones are never requested again.
   */
  const forgetSpent = (now: bigint) => {
    for (const [key, entry] of entries) if (entry.usableUntil <= now && entry.claimedUntil <= now) entries.delete(key)
  }
  return {
    claim: (key) =>
      Clock.clockWith((clock): Effect.Effect<TokenClaim> => {
        const now = clock.monotonicTimeNanosUnsafe()
        const entry = entries.get(textOf(key))
        if (entry?.value !== undefined && entry.usableUntil > now) {
          const usableForMs = entry.usableUntil === forever ? undefined : Number(entry.usableUntil - now) / 1e6
          return Effect.succeed(TokenClaim.Kept({ token: { value: entry.value, usableForMs } }))
        }
        if (entry !== undefined && entry.claimedUntil > now) {
          return Effect.succeed(TokenClaim.Wait({ forMs: askAgainMs }))
        }
        forgetSpent(now)
        entries.set(textOf(key), { value: undefined, usableUntil: 0n, claimedUntil: now + nanos(claimMs) })
        return Effect.succeed(TokenClaim.Fetch())
      }),
    keep: (key, { usableForMs, value }) =>
      Clock.clockWith((clock) => {
        const usableUntil = usableForMs === undefined ? forever : clock.monotonicTimeNanosUnsafe() + nanos(usableForMs)
        entries.set(textOf(key), { value, usableUntil, claimedUntil: 0n })
        return Effect.void
      }),
    release: (key) => Effect.sync(() => void entries.delete(textOf(key))),
    drop: (key, value) =>
      Effect.sync(() => {
        if (entries.get(textOf(key))?.value === value) entries.delete(textOf(key))
      })
  }
}
