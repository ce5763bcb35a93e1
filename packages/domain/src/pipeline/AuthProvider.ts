/**
 * An auth provider: the credentials for every request to one host, and to no other.
 * Contract: section 4, "Auth provider".
 */
import { Schema } from "effect"
import type { ParsedUrl } from "../decode/Url.ts"
import { covers, parseDomain } from "./Domain.ts"
import { TlsIdentity } from "./TlsIdentity.ts"

/**
 * The members common to all providers. `domain` is a host, with its port if the URL has one (`rest.example.com:8443`).
 */
const place = {
  name: Schema.NonEmptyString,
  domain: Schema.NonEmptyString
}

const Secret = Schema.RedactedFromValue(Schema.String)

/** The TLS settings of requests with these credentials, and of the request for a token. */
const tls = { tls: Schema.optionalKey(TlsIdentity) }

export const BasicAuth = Schema.Struct({
  type: Schema.Literal("basic"),
  username: Schema.String,
  password: Secret,
  ...tls
})

export const BearerAuth = Schema.Struct({
  type: Schema.Literal("bearer"),
  token: Secret,
  ...tls
})

/** The client-credentials grant of RFC 6749, section 4.4. */
export const ClientCredentialsAuth = Schema.Struct({
  type: Schema.Literal("oauth2ClientCredentials"),
  tokenUrl: Schema.NonEmptyString,
  clientId: Schema.NonEmptyString,
  clientSecret: Secret,
  scope: Schema.optionalKey(Schema.String),
  /** The place of id and secret in the token request (RFC 6749, section 2.3.1); absent: in its body. */
  clientAuthentication: Schema.optionalKey(Schema.Literals(["body", "basic"])),
  ...tls
})

/** Credentials that are configured and cannot be read: a request that needs them is not sent. */
export const UnreadableAuth = Schema.Struct({
  type: Schema.Literal("unreadable"),
  /** The reason. */
  message: Schema.String
})

/** The authentication of a request, independent of its target. */
export const Authentication = Schema.Union([BasicAuth, BearerAuth, ClientCredentialsAuth, UnreadableAuth])
export type Authentication = typeof Authentication.Type

export const AuthProvider = Schema.Union([
  Schema.Struct({ ...place, ...BasicAuth.fields }),
  Schema.Struct({ ...place, ...BearerAuth.fields }),
  Schema.Struct({ ...place, ...ClientCredentialsAuth.fields }),
  Schema.Struct({ ...place, ...UnreadableAuth.fields })
])
export type AuthProvider = typeof AuthProvider.Type

const domains = new WeakMap<AuthProvider, ReturnType<typeof parseDomain>>()

/**
 * True if `provider` applies to requests to `url`: its domain, read by a URL parser, is the URL's host, with the same
 * effective port where the domain names one.
 */
export const appliesTo = (provider: AuthProvider, url: ParsedUrl): boolean => {
  const known = domains.get(provider)
  if (known !== undefined) return covers(known, url)
  const domain = parseDomain(provider.domain)
  domains.set(provider, domain)
  return covers(domain, url)
}
