/**
 * A tunnel through an egress proxy, by `CONNECT` (RFC 9110, section 9.3.6) to an address that was checked before.
 * Fails closed: an error before the proxy has accepted is the proxy's failure, and there is no direct
 * connection instead. Contract: section 2,
 * `SLUICE_EGRESS_PROXY`.
 */
import { Redacted, Result } from "effect"
import { connect, isIP, isIPv6, type Socket } from "node:net"
import { connect as connectTls, type SecureContext } from "node:tls"
import { minVersion } from "./ClientTls.ts"
import { isTlsCode, tlsReason } from "./TlsFailure.ts"

/** The URL of the egress proxy, `http:` or `https:`, with user and password if the proxy asks for them. */
export type EgressProxy = Redacted.Redacted<URL>

const credentialsOf = ({ password, username }: URL): string | undefined => {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    return undefined
  }
}

/** Control characters: C0 and DEL. */
const holdsControl = (text: string): boolean =>
  Array.from(text).some((character) => character < " " || character === "\x7f")

/** Reads the address of a proxy. A fault never repeats the value, which may hold a password. */
export const parseProxy = (value: string): Result.Result<EgressProxy, string> => {
  const example = "write http://proxy.example.com:3128, or https://user:password@proxy.example.com"
  const url = URL.parse(value)
  if (url === null || !/^https?:\/\//i.test(value)) return Result.fail(`is not an http or https URL: ${example}`)
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return Result.fail(`has a path, a query or a fragment, which a proxy has not: ${example}`)
  }
  const credentials = credentialsOf(url)
  if (credentials === undefined || holdsControl(credentials)) {
    return Result.fail("has a user or password that cannot be read: percent-encode them as UTF-8 (% as %25)")
  }
  return /%3a/i.test(url.username)
    ? Result.fail("has a user with a colon, where Basic authentication ends the name: choose another")
    : Result.succeed(Redacted.make(url))
}

/** The proxy failed or refused, and nothing was sent to the partner. Never names the proxy's credentials. */
export class ProxyRefused extends Error {
  readonly code = "SLUICE_EGRESS_PROXY"
}

/** The longest head of an answer to `CONNECT`, in bytes. */
const maxHead = 16 * 1024

/** `Proxy-Authorization` for the user and password of the URL; `undefined` where it has none. */
const authorizationOf = (url: URL): string | undefined =>
  url.username === "" && url.password === ""
    ? undefined
    : `Basic ${Buffer.from(credentialsOf(url) ?? "").toString("base64")}`

/** The first part of what the proxy answers: the status of its final answer, and what came behind its head. */
const answerIn = (bytes: Buffer): { readonly status: number; readonly rest: Buffer } | "more" | "garbage" => {
  for (let at = 0;;) {
    const text = bytes.toString("latin1", at, Math.min(bytes.length, at + 12))
    if (!"HTTP/1.".startsWith(text.slice(0, 7))) return "garbage"
    const end = bytes.indexOf("\r\n\r\n", at)
    if (end < 0) return bytes.length - at > maxHead ? "garbage" : "more"
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? []
    if (status === undefined) return "garbage"
    if (!status.startsWith("1")) return { status: Number(status), rest: bytes.subarray(end + 4) }
    at = end + 4
  }
}

/**
 * Opens a tunnel to `address`, an IP address. `onSocket` receives the socket as soon as there is one, so that it can be
 * destroyed; `done` is called once, with the socket when the proxy has accepted.
 */
export const openTunnel = (
  proxy: EgressProxy,
  secureContext: SecureContext | undefined,
  address: string,
  port: number,
  onSocket: (socket: Socket) => void,
  done: (error: ProxyRefused | undefined, socket: Socket | undefined) => void
): void => {
  const url = Redacted.value(proxy)
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`
  const isTls = url.protocol === "https:"
  const at = { host, port: Number(url.port || (isTls ? 443 : 80)), autoSelectFamily: true }
  const socket = isTls
    ? connectTls({
      ...at,
      minVersion,
      rejectUnauthorized: true,
      ...(isIP(host) === 0 && { servername: host }),
      ...(secureContext !== undefined && { secureContext })
    })
    : connect(at)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  onSocket(socket)
  let received: Buffer = Buffer.alloc(0)

  const settle = (why: string | undefined, rest?: Buffer) => {
    socket.off("data", onData).off("error", onError).off("close", onClose)
    if (why === undefined) {
      socket.pause()
      if (rest !== undefined && rest.length > 0) socket.unshift(rest)
      return done(undefined, socket)
    }
    socket.on("error", () => {}).destroy()
    done(new ProxyRefused(`The egress proxy ${url.host} ${why}`), undefined)
  }
  const onError = ({ code = "", message }: NodeJS.ErrnoException) =>
    settle(`cannot be used: ${isTlsCode(code) ? tlsReason(code, message) : message || "no connection"}`)
  const onClose = () => settle(`closed the connection before it answered CONNECT ${target}`)
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    const answer = answerIn(received)
    if (answer === "more") return
    if (answer === "garbage") return settle(`answered CONNECT ${target} with what is no HTTP`)
    const { rest, status } = answer
    if (status >= 200 && status <= 299) return settle(undefined, rest)
    settle(
      status === 407
        ? "asks for credentials: check user and password in SLUICE_EGRESS_PROXY"
        : `answered CONNECT ${target} with ${status}`
    )
  }
  const ask = () => {
    const authorization = authorizationOf(url)
    socket.write(
      `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n`
        + `${authorization === undefined ? "" : `Proxy-Authorization: ${authorization}\r\n`}\r\n`
    )
  }
  socket.on("data", onData).on("error", onError).on("close", onClose).once(isTls ? "secureConnect" : "connect", ask)
}
