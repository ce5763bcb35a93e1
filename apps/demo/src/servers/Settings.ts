/**
 * The demo's settings: `settings/seeds.json` holds the examples of the source system with their hosts; here every host
 * at `example.com` is replaced by the partner that plays it, and nothing else is changed.
 */
import { Schema } from "effect"

/** The partner that plays a host: `example.com` is provisioning, `<name>.example.com` the partner of that name. */
const partnerOf = (host: string): string =>
  host === "example.com" ? "provisioning" : host.replace(/\.example\.com$/, "")

const exampleUrl = /https:\/\/((?:[a-z-]+\.)?example\.com)/g
const exampleHost = /^(?:[a-z-]+\.)?example\.com$/

export class UnknownPartner extends Schema.TaggedError<UnknownPartner>()("UnknownPartner", {
  message: Schema.String
}) {}

/**
 * The document with every example host, in URLs (inside expressions too) and as an auth provider's `domain`, replaced by
 * a partner's origin. Throws `UnknownPartner` for a host that no partner plays.
 */
export const withPartners = (document: Schema.Json, origins: Readonly<Record<string, string>>): Schema.Json => {
  const origin = (host: string): string => {
    const found = origins[partnerOf(host)]
    if (found === undefined) throw new UnknownPartner({ message: `No partner plays ${host}` })
    return found
  }
  const replaced = (value: Schema.Json): Schema.Json => {
    if (typeof value === "string") {
      return exampleHost.test(value)
        ? new URL(origin(value)).host
        : value.replace(exampleUrl, (_, host: string) => origin(host))
    }
    if (typeof value !== "object" || value === null) return value
    if (Array.isArray(value)) return value.map(replaced)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member)]))
  }
  return replaced(document)
}
