/** The `domain` of an auth provider, read as a URL parser reads hosts. Contract: section 4. */
import { type ParsedUrl, parseUrl } from "../decode/Url.ts"

/** A host as a URL parser writes it (lower case, punycode, one spelling of IPv6), and a port if one is named. */
export interface Domain {
  readonly hostname: string
  /** Absent: every port of the host. */
  readonly port?: number
}

const shape = /^(\[[0-9a-f:.]+\]|[^\s/:@?#[\]\\]+)(?::(\d{1,5}))?$/i

/** Parses a host with an optional port; `undefined` for any other text. */
export const parseDomain = (text: string): Domain | undefined => {
  const [, host, port] = shape.exec(text) ?? []
  // A scheme of its own would leave the host's case as it is, and the default port of http would vanish.
  const hostname = host === undefined ? undefined : parseUrl(`http://${host}/`)?.hostname
  if (hostname === undefined || hostname === "") return undefined
  if (port === undefined) return { hostname }
  return Number(port) >= 1 && Number(port) <= 65_535 ? { hostname, port: Number(port) } : undefined
}

/** The normalised form of a domain, in which two are compared; a text that is no domain stays as it is. */
export const domainText = (text: string): string => {
  const domain = parseDomain(text)
  if (domain === undefined) return text
  return domain.port === undefined ? domain.hostname : `${domain.hostname}:${domain.port}`
}

/** The port that a URL of this scheme is sent to, whether it names one or not. */
const effectivePort = ({ port, protocol }: ParsedUrl): number =>
  port === "" ? protocol === "https:" ? 443 : 80 : Number(port)

/** True if a request to `url` goes to the domain: the same host and, where the domain has one, the same port. */
export const covers = (domain: Domain | undefined, url: ParsedUrl): boolean =>
  domain !== undefined && domain.hostname === url.hostname &&
  (domain.port === undefined || domain.port === effectivePort(url))
