/** A URL as parsed by the platform, by the WHATWG URL Standard; no TypeScript `lib` without a DOM declares it. */

export interface ParsedUrl {
  /** `https:` */
  readonly protocol: string
  readonly username: string
  readonly password: string
  /** Lower case, punycode, one spelling of IPv4 and of (bracketed) IPv6. */
  readonly hostname: string
  /** `hostname`, with the port unless it is the scheme's own. */
  readonly host: string
  /** Empty where it is the scheme's own. */
  readonly port: string
  readonly origin: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
}

declare const URL: new(text: string) => ParsedUrl

/** URLs that were parsed lately: a callout reads its own several times, and a pipeline names few. */
const parsed = new Map<string, ParsedUrl>()

/** Bounds on what is kept: URLs, and characters of each. */
const maxKept = 256
const maxKeptLength = 1024

/** Parses an absolute URL; `undefined` for any other text. */
export const parseUrl = (text: string): ParsedUrl | undefined => {
  const known = parsed.get(text)
  if (known !== undefined) return known
  try {
    const url = new URL(text)
    if (text.length <= maxKeptLength) {
      if (parsed.size >= maxKept) parsed.clear()
      parsed.set(text, url)
    }
    return url
  } catch {
    return undefined
  }
}

/** Parses an absolute `http:` or `https:` URL; `undefined` for any other text. */
export const parseHttpUrl = (text: string): ParsedUrl | undefined => {
  const url = parseUrl(text)
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined
}

/**
 * The scheme, host and effective port of a URL, as in `https://partner.example`; `undefined` for a text that is no
 * HTTP URL.
 */
export const originOf = (text: string): string | undefined => parseHttpUrl(text)?.origin
