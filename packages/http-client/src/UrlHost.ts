/** The host of a URL, for packages without the `URL` of the platform. */
import { parseUrl } from "@sluice/domain/internal/decode/Url"

/**
 * The host of a URL as `URL.host` has it: lower case, punycode, with the port unless it is the scheme's own;
 * `undefined` for a text that is no URL.
 */
export const urlHost = (url: string): string | undefined => parseUrl(url)?.host || undefined
