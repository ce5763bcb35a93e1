/** The meaning of a test request's ending for an operator: a pure table over the token's and the partner's answer. */
import type { ConnectionTest, RequestTest, TokenTest } from "@sluice/domain/internal/pipeline/ConnectionTest"

const carried = ({ credentials }: RequestTest): string =>
  credentials === "none" ? "without credentials" : `with ${credentials}`

const answered = (status: number, request: RequestTest): Pick<ConnectionTest, "ok" | "summary"> => {
  const said = `${request.url} answered ${status} to ${request.method} ${carried(request)}`
  if (status < 300) return { ok: true, summary: said }
  if (status < 400) {
    const target = request.location === undefined ? "the address that it names" : request.location
    return { ok: false, summary: `${said}: redirects are never followed, so write ${target} into the setting` }
  }
  if (status === 401 || status === 403 || status === 407) {
    const mend = request.credentials === "none"
      ? "the partner wants credentials: add them to the connector, or an auth provider for this host"
      : "the partner refused the credentials: check them"
    return { ok: false, summary: `${said}: ${mend}` }
  }
  if (status === 404 || status === 405) {
    return {
      ok: true,
      summary: `${said}: the partner is reached and did not refuse the credentials, but this address does not take `
        + `${request.method}, or is wrong`
    }
  }
  if (status < 500) {
    return { ok: true, summary: `${said}: the partner is reached and did not refuse the credentials` }
  }
  return { ok: false, summary: `${said}: the partner is reached and fails` }
}

const tokenText = ({ durationMs, expiresInSeconds, status, url }: TokenTest): string =>
  `${url} gave a token with ${status} in ${Math.round(durationMs)} ms`
  + (expiresInSeconds === undefined ? "" : `, for ${expiresInSeconds} s`)

/** Judges a test by its answers. A request is not made where there is no token for it. */
export const verdictOf = (
  { request, token }: Pick<ConnectionTest, "token" | "request">
): Pick<ConnectionTest, "ok" | "summary"> => {
  if (token?.error !== undefined) {
    return { ok: false, summary: `No token from ${token.url}: ${token.error.message}` }
  }
  const before = token === undefined ? "" : `${tokenText(token)}; `
  if (request === undefined) return { ok: true, summary: before === "" ? "Nothing was sent" : before.slice(0, -2) }
  if (request.error !== undefined || request.status === undefined) {
    return { ok: false, summary: `${before}${request.method} ${request.url}: ${request.error?.message ?? "no answer"}` }
  }
  const { ok, summary } = answered(request.status, request)
  return { ok, summary: before + summary }
}
