/** Recognises hosts of this machine. Contract: section 2, `SLUICE_API_KEYS`. */
import { Result } from "effect"
import * as NetAddress from "effect/net/NetAddress"

/**
 * True if `host` is reachable from this machine only. `host` as in `HOST`: a name or an address, without a port and
 * without brackets.
 */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase().replace(/\.$/, "")
  if (name === "localhost" || name.endsWith(".localhost")) return true
  const address = NetAddress.ipFromString(name)
  return Result.isSuccess(address) && NetAddress.isLoopback(NetAddress.toCanonical(address.success))
}

/** The host of a `Host` header, without its port; `undefined` if the header is invalid. */
export const hostOf = (header: string): string | undefined => {
  const [, bracketed, plain] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:/?#@\s\\]+))(?::\d{0,5})?$/.exec(header) ?? []
  return bracketed ?? plain
}
