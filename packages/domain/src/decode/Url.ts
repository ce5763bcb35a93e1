/** URLs as the platform's parser reads them: the WHATWG URL Standard, which every runtime has and no `lib` declares. */

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

/** `undefined` where the text is no absolute URL. */
export const parseUrl = (text: string): ParsedUrl | undefined => {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** The URL of an HTTP request: `undefined` for every other scheme too. */
export const parseHttpUrl = (text: string): ParsedUrl | undefined => {
  const url = parseUrl(text)
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined
}

/** Its scheme, host and effective port, as in `https://partner.example`; `undefined` where it is no HTTP URL. */
export const originOf = (text: string): string | undefined => parseHttpUrl(text)?.origin
