/**
 * The address under which partners reach this server, for callback URLs: `SLUICE_PUBLIC_URL`, else where it listens.
 * Contract: section 2.
 */
import type { CallbackAddress } from "@sluice/engine/internal/plugins/CallbackAddress"
import type { HttpServer } from "effect/http"
import type { ServerConfig } from "./ServerConfig.ts"

/** Addresses that stand for every interface, which no partner can call. */
const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::", "0:0:0:0:0:0:0:0"])

export interface PublicAddress extends CallbackAddress {
  /** Sets the address on which the server listens, with the port that the system chose. */
  readonly listens: (address: HttpServer.HttpServer["Service"]["address"]) => void
}

const urlOf = (host: string, port: number): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

export const make = ({ host, port, publicUrl }: Pick<ServerConfig, "host" | "port" | "publicUrl">): PublicAddress => {
  let base = publicUrl ?? urlOf(host, port)
  return {
    base: () => base,
    isReachable: publicUrl !== undefined || !wildcards.has(host),
    listens: (address) => {
      if (publicUrl === undefined && "port" in address) base = urlOf(host, address.port)
    }
  }
}
