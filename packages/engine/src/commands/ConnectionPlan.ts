/**
 * The request that tests a connector or an auth provider, by the settings in force: pure. Credentials go to the addresses
 * that they are for, and to no other. Contract: section 4.
 */
import { parseHttpUrl } from "@sluice/domain/internal/decode/Url"
import { appliesTo, type Authentication, type AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import { type AddressedConnector, type Connector, speaksFor } from "@sluice/domain/pipeline/Connector"
import { firstOf, type TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import type { ClientCredentials } from "@sluice/http-client/internal/TokenRequest"
import { type Redacted, Result, Schema } from "effect"
import { lowerCased, userAgent } from "../plugins/builtin/WebhookWorkflowStep.ts"

export interface TestRequest {
  readonly method?: "GET" | "HEAD" | undefined
  /** The address to request; absent: the setting's own. It must be one that the credentials are for. */
  readonly url?: string | undefined
}

/** There is no such setting in force. */
export class ConnectionUnknown extends Schema.TaggedError<ConnectionUnknown>()("ConnectionUnknown", {
  id: Schema.String
}) {}

/**
 * `url` cannot be requested with the setting's credentials. `message` is the end of a sentence whose subject is `url`.
 */
export class TestUrlRefused extends Schema.TaggedError<TestUrlRefused>()("TestUrlRefused", {
  message: Schema.String
}) {}

/** The secrets of the setting do not open. */
export class ConnectionUnreadable extends Schema.TaggedError<ConnectionUnreadable>()("ConnectionUnreadable", {
  message: Schema.String
}) {}

export type TestError = ConnectionUnknown | ConnectionUnreadable | TestUrlRefused

/** The request that a test makes. */
export interface Planned {
  readonly grant?: ClientCredentials
  readonly request?: {
    readonly method: "GET" | "HEAD"
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly authentication?: Authentication
    readonly credentials: string
    readonly signingSecret?: Redacted.Redacted
    readonly tls?: TlsIdentity
  }
}

const refused = (message: string) => Result.fail(new TestUrlRefused({ message }))

const unreadableSetting = (message: string) => Result.fail(new ConnectionUnreadable({ message }))

/** The address that is asked, which must be one that the credentials are for. */
const addressOf = (
  given: string | undefined,
  own: string,
  isFor: (url: string) => boolean,
  place: string
): Result.Result<string, TestUrlRefused> => {
  if (given === undefined) return Result.succeed(own)
  const url = parseHttpUrl(given)
  if (url === undefined) return refused("is no http or https URL: write the whole address")
  if (url.username !== "" || url.password !== "") {
    return refused("holds a user or a password: leave them out, the setting has the credentials")
  }
  return isFor(given) ? Result.succeed(given) : refused(`is not at ${place}, which the credentials are for`)
}

const isGrant = (authentication: Authentication | undefined): authentication is ClientCredentials =>
  authentication?.type === "oauth2ClientCredentials"

const tlsOf = (provider: AuthProvider | undefined): TlsIdentity | undefined =>
  provider === undefined || provider.type === "unreadable" ? undefined : provider.tls

/** The credentials of a connector's request, by the precedence of contract section 4, and whose they are. */
const credentialsOf = (
  { bearerToken, customHeaders = {}, password, username }: Connector,
  provider: AuthProvider | undefined
): { readonly authentication?: Authentication; readonly credentials: string } => {
  if (Object.keys(customHeaders).some((name) => name.toLowerCase() === "authorization")) {
    return { credentials: "the connector's Authorization header" }
  }
  if (bearerToken !== undefined) {
    return { authentication: { type: "bearer", token: bearerToken }, credentials: "the connector's bearer token" }
  }
  if (username !== undefined && password !== undefined) {
    return { authentication: { type: "basic", username, password }, credentials: "the connector's user and password" }
  }
  return provider === undefined
    ? { credentials: "none" }
    : { authentication: provider, credentials: `auth provider ${provider.name}` }
}

const grantOf = (authentication: Authentication | undefined): Pick<Planned, "grant"> =>
  isGrant(authentication) ? { grant: authentication } : {}

/** The request with a connector's credentials. */
export const ofConnector = (
  { connector, unreadable }: AddressedConnector,
  providers: ReadonlyArray<AuthProvider>,
  { method = "GET", url: given }: TestRequest
): Result.Result<Planned, TestUrlRefused | ConnectionUnreadable> => {
  if (unreadable !== undefined) return unreadableSetting(unreadable)
  const place = ["its Host", ...(connector.allowedHosts === undefined ? [] : ["its AllowedHosts"])].join(" or ")
  return Result.map(addressOf(given, connector.host, (url) => speaksFor(connector, url), place), (url) => {
    const parsed = parseHttpUrl(url)
    const provider = parsed && providers.find((one) => appliesTo(one, parsed))
    const { authentication, credentials } = credentialsOf(connector, provider)
    const tls = firstOf(connector.tls, tlsOf(provider))
    return {
      ...grantOf(authentication),
      request: {
        method,
        url,
        headers: { "user-agent": userAgent, accept: "application/json", ...lowerCased(connector.customHeaders ?? {}) },
        ...(authentication !== undefined && { authentication }),
        credentials,
        ...(connector.signingSecret !== undefined && { signingSecret: connector.signingSecret }),
        ...(tls !== undefined && { tls })
      }
    }
  })
}

/** The request with a provider's credentials: a grant is tested by its token alone, unless an address is given. */
export const ofProvider = (
  provider: AuthProvider,
  { method = "GET", url: given }: TestRequest
): Result.Result<Planned, TestUrlRefused | ConnectionUnreadable> => {
  if (provider.type === "unreadable") return unreadableSetting(provider.message)
  const isFor = (text: string): boolean => {
    const url = parseHttpUrl(text)
    return url !== undefined && appliesTo(provider, url)
  }
  if (given === undefined && isGrant(provider)) return Result.succeed({ grant: provider })
  return Result.map(
    addressOf(given, `https://${provider.domain}/`, isFor, provider.domain),
    (url): Planned => ({
      ...grantOf(provider),
      request: {
        method,
        url,
        headers: { "user-agent": userAgent, accept: "application/json" },
        authentication: provider,
        credentials: `auth provider ${provider.name}`,
        ...(provider.tls !== undefined && { tls: provider.tls })
      }
    })
  )
}
