/** Maps errors of the network stack to those of the port. Pure. Contract: section 5, the codes of `unreachable`. */
import type { UnreachableCode } from "@sluice/domain/callout/Outcome"
import { type OutboundError, OutboundUnreachable, OutboundUnreadable } from "../Outbound.ts"
import { ProxyRefused } from "./EgressProxy.ts"
import { isTlsCode, isTlsRefusal, tlsReason } from "./TlsFailure.ts"

/** An address was refused while its name was resolved. Travels through the socket's error event. */
export class AddressRefused extends Error {
  readonly code = "SLUICE_ADDRESS_REFUSED"
}

export interface FailedExchange {
  /** Host and port, without credentials. */
  readonly host: string
  /** True if the head of the request was written. */
  readonly sent: boolean
  /** The status, if the head of the answer had been read. */
  readonly status: number | undefined
}

const dns = /^(ENOTFOUND|ENODATA|EAI_\w+|ESERVFAIL|EREFUSED|ENONAME)$/
const refused =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|UND_ERR_CONNECT_TIMEOUT)$/
const lost = /^(ECONNRESET|EPIPE|ECONNABORTED|ENOTCONN|UND_ERR_SOCKET)$/
const unsendable = /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/

/** The error's code, or that of the first of its causes that has one. */
const codeOf = (error: unknown): string => {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string") return at.code
  }
  return ""
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!.slice(0, 300)

/** True if the error proves that no connection was made, so that nothing was sent. */
export const neverConnected = (error: unknown): boolean => {
  const code = codeOf(error)
  return error instanceof AddressRefused || isTlsCode(code) || [dns, refused].some((codes) => codes.test(code))
}

/** True if the error means that an established connection was lost. */
export const isLostConnection = (error: unknown): boolean => lost.test(codeOf(error))

/** Names the ending of an exchange that failed with `error`. */
export const outboundError = (error: unknown, exchange: FailedExchange): OutboundError => {
  const { host, sent, status } = exchange
  const code = codeOf(error)
  const unreachable = (reason: UnreachableCode, message: string) =>
    new OutboundUnreachable({ code: reason, message, sent })
  const unreadable = (message: string) =>
    new OutboundUnreadable({ message: `${host} ${message}`, sent, ...(status !== undefined && { status }) })

  if (error instanceof ProxyRefused) return unreachable("proxy", error.message)
  if (error instanceof AddressRefused) return unreachable("blocked", error.message)
  if (unsendable.test(code)) return unreachable("blocked", `The request cannot be sent: ${messageOf(error)}`)
  if (dns.test(code)) return unreachable("dns", `${host} cannot be resolved (${code})`)
  if (isTlsCode(code) && (!sent || isTlsRefusal(code))) {
    return unreachable("tls", `No trusted connection to ${host}: ${tlsReason(code, messageOf(error))} (${code})`)
  }
  if (!sent && (refused.test(code) || code === "ETIMEDOUT")) {
    return unreachable("refused", `No connection to ${host} (${code})`)
  }
  if (code === "UND_ERR_HEADERS_OVERFLOW") return unreadable("sent an answer whose head is too long")
  if (isMalformed(error, code, status)) return unreadable(`sent something that is no HTTP answer: ${messageOf(error)}`)
  if (sent) return unreachable("reset", `${host} closed the connection before its answer was complete (${code})`)
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET"
    ? unreachable("reset", `${host} closed the connection before the request was sent (${code})`)
    : unreachable("refused", `No connection to ${host}: ${messageOf(error)}`)
}

const isMalformed = (error: unknown, code: string, status: number | undefined): boolean => {
  // An end that came too early is a lost connection, not a broken protocol.
  if (code === "HPE_INVALID_EOF_STATE" || /Invalid EOF state/.test(messageOf(error))) return false
  if (code.startsWith("HPE_") || (error instanceof Error && error.name === "HTTPParserError")) return true
  // undici reports any fault in a head that has announced a length as a mismatch of that length.
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return status === undefined
  return code === "UND_ERR_SOCKET" && /^bad (response|upgrade)/.test(messageOf(error))
}
