/** Issues tokens under the client-credentials grant (RFC 6749, section 4.4), and knows which of them are valid. */
import type { PartnerRequest } from "./Partner.ts"
import { defaultSeed, numbersFrom } from "./Seed.ts"

export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * The reasons for refusing a token, in the words of RFC 6749, section 5.2; an unknown client is distinguished from a
 * wrong secret.
 */
export type TokenRefusal = "unknown_client" | "invalid_client" | "invalid_request" | "unsupported_grant_type"

export interface TokenDesk {
  /** Issues a token, or returns the reason for refusing one. */
  readonly issue: (request: PartnerRequest) => { readonly token: string } | { readonly refusal: TokenRefusal }
  /** True if the request carries a token that is valid on receipt. */
  readonly admits: (request: PartnerRequest) => boolean
  /** Invalidates all tokens. */
  readonly forget: () => void
}

/**
 * Issues and recognises tokens. `lifetimeSeconds` absent: tokens are valid until `forget`. `name` makes a token from
 * its number.
 */
export const makeTokenDesk = (
  credentials: ClientCredentials,
  name: (number: number) => string,
  { lifetimeSeconds, seed = defaultSeed }: { readonly lifetimeSeconds?: number; readonly seed?: number } = {}
): TokenDesk => {
  const until = new Map<string, number>()
  const next = numbersFrom(seed)
  return {
    issue: ({ body, headers, receivedAt }) => {
      if (!(headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
        return { refusal: "invalid_request" }
      }
      const form = new URLSearchParams(body)
      if (form.get("grant_type") !== "client_credentials") return { refusal: "unsupported_grant_type" }
      if (form.get("client_id") !== credentials.clientId) return { refusal: "unknown_client" }
      if (form.get("client_secret") !== credentials.clientSecret) return { refusal: "invalid_client" }
      const token = name(next())
      until.set(token, lifetimeSeconds === undefined ? Number.POSITIVE_INFINITY : receivedAt + lifetimeSeconds * 1000)
      return { token }
    },
    admits: ({ headers, receivedAt }) => {
      const token = /^Bearer (\S+)$/.exec(headers["authorization"] ?? "")?.[1]
      return token !== undefined && receivedAt < (until.get(token) ?? 0)
    },
    forget: () => until.clear()
  }
}
