/**
 * The default headers of every answer: browsers and proxies store nothing, guess no content type, and a document that a
 * browser could show may load nothing and be framed by nothing. Contract: section 2.
 */
import { HttpServerResponse } from "effect/http"

/** The policy of a page that names none: it may do nothing. */
const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const ofData = { "cache-control": "no-store", "x-content-type-options": "nosniff" }
const ofPages = { ...ofData, "content-security-policy": nothing }

export const protect = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { headers } = response
  // No browser runs anything in JSON.
  const isData = headers["content-type"]?.includes("json") === true
  return HttpServerResponse.setHeaders(response, { ...(isData ? ofData : ofPages), ...headers })
}
