/** The host of a URL, for packages without the `URL` of the platform. */

/** `URL.host`: lower case, punycode, the port unless it is the scheme's own; `undefined` where the text is no URL. */
export const urlHost = (url: string): string | undefined => URL.parse(url)?.host || undefined
