/**
 * The rule that keeps other sites' pages from changing anything here: a browser says where a request comes from, and
 * what does not come from this server's own origin is refused unless it only reads. Contract: section 2, "A browser is
 * not a client unless it is ours". Pure.
 *
 * Keys do not replace the rule, because a server without keys has none, and it does not depend on the body's type,
 * because a page can send a body of any type or of none (`fetch` with `mode: "no-cors"` and a `Blob`).
 */

/** The headers that a browser sets and a page cannot forge. */
export interface RequestSource {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  /** The header `Sec-Fetch-Site`. */
  readonly site: string | undefined
}

/** Methods that only read. */
const reading: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

const foreignSites: ReadonlySet<string> = new Set(["cross-site", "same-site"])

/** Host and port, without the default port of `scheme`; `undefined` where the text is no host. */
const authority = (scheme: string, host: string): string | undefined =>
  /^[^\s/?#@\\]+$/.test(host) ? URL.parse(`${scheme}//${host}`)?.host : undefined

const isOwnOrigin = (origin: string, host: string | undefined): boolean => {
  const url = URL.parse(origin)
  if (url === null || host === undefined) return false
  return (url.protocol === "http:" || url.protocol === "https:") && authority(url.protocol, host) === url.host
}

/** True if a page of another origin, or without an origin, sends this request and it might change something. */
export const isForeignOrigin = ({ method, host, origin, site }: RequestSource): boolean => {
  if (origin === undefined && site === undefined) return false
  if (reading.has(method)) return false
  if (site !== undefined && site.split(",").some((one) => foreignSites.has(one.trim().toLowerCase()))) return true
  return origin !== undefined && !isOwnOrigin(origin, host)
}
