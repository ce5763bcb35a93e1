/**
 * Serves the console: its files, and its one page on every path that a browser navigates to and the API does not have,
 * because the console has paths of its own. Answered in front of the router, so that a request without a key can reach
 * nothing but these files, however its path is written.
 */
import { SecureRandom } from "effect/crypto"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { BuiltConsole, ConsoleFile } from "./ConsoleFiles.ts"

/** The paths of the API and of the pages beside it. */
const apiPaths = /^\/(?:v1|health|metrics|openapi\.json|docs)(?:\/|$)/

const assetHeaders = {
  // The name holds a hash of the content.
  "cache-control": "public, max-age=31536000, immutable",
  "x-content-type-options": "nosniff",
  vary: "accept-encoding"
}

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")

type Request = Pick<HttpServerRequest.HttpServerRequest, "method" | "url" | "headers">

const encodingsOf = (header: string | undefined): ReadonlySet<string> =>
  new Set(
    (header ?? "").split(",").map((part) => part.trim()).filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
      .map((part) => part.split(";", 1)[0] ?? "")
  )

const file = (path: string, file: ConsoleFile, request: Request): HttpServerResponse.HttpServerResponse => {
  const accepted = encodingsOf(request.headers["accept-encoding"])
  const [bytes, encoding] = accepted.has("br") && file.br !== undefined
    ? [file.br, "br"] as const
    : accepted.has("gzip") && file.gzip !== undefined
    ? [file.gzip, "gzip"] as const
    : [file.bytes, undefined] as const
  return HttpServerResponse.uint8Array(bytes, {
    contentType: file.contentType,
    headers: {
      ...assetHeaders,
      ...(path.startsWith("/assets/") ? {} : { "cache-control": "no-cache" }),
      ...(encoding === undefined ? {} : { "content-encoding": encoding })
    }
  })
}

const page = ({ page }: BuiltConsole): HttpServerResponse.HttpServerResponse => {
  const nonce = SecureRandom.uuidV4Unsafe().replaceAll("-", "")
  return HttpServerResponse.text(page.replaceAll("__NONCE__", nonce), {
    contentType: "text/html; charset=utf-8",
    headers: {
      "cache-control": "no-store",
      "content-security-policy": policy(nonce),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin"
    }
  })
}

/** True if the request asks for a page explicitly, as browsers do when they navigate. */
const wantsHtml = ({ headers }: Request): boolean => (headers["accept"] ?? "").includes("text/html")

/** The console's answer; `undefined` if the request is not for the console. */
export const answer = (built: BuiltConsole, request: Request): HttpServerResponse.HttpServerResponse | undefined => {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined
  const [path = request.url] = request.url.split(/[?#]/, 1)
  const found = built.files.get(path)
  if (found !== undefined) return file(path, found, request)
  if (path === "/") return page(built)
  return wantsHtml(request) && !apiPaths.test(path) && !path.startsWith("/assets/") ? page(built) : undefined
}
