/**
 * Opens connections to partners: by name or address, directly or through the egress proxy, with the TLS identity that
 * the request asks for. Contract: sections 2 and 5.
 */
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import type { LookupAddress } from "node:dns"
import { isIP, type LookupFunction, Socket } from "node:net"
import { buildConnector } from "undici"
import { identityName, minVersion, SecureContexts } from "./ClientTls.ts"
import { type EgressProxy, openTunnel, type ProxyRefused } from "./EgressProxy.ts"

export interface DiallingOptions {
  /** Decides which addresses a name may be connected to; literal addresses never reach it. */
  readonly lookup: LookupFunction
  /** PEM texts of authorities that are trusted besides those of the platform. */
  readonly authorities?: ReadonlyArray<string> | undefined
  /** The proxy for every connection; absent: connections are direct. */
  readonly proxy?: EgressProxy | undefined
}

/**
 * Receives each socket of an attempt, the last of which is the connection. Returns `false` if the connection is no
 * longer wanted.
 */
export type OnSocket = (socket: Socket) => boolean

type Connect = ReturnType<typeof buildConnector>

export class Dialling {
  readonly #options: DiallingOptions
  readonly #contexts: SecureContexts
  /** The connector of each TLS identity, with TLS sessions of its own. */
  readonly #connectors = new Map<string, Connect>()

  constructor(options: DiallingOptions) {
    this.#options = options
    this.#contexts = new SecureContexts(options.authorities ?? [])
  }

  dial(
    identity: TlsIdentity | undefined,
    options: buildConnector.Options,
    callback: buildConnector.Callback,
    onSocket: OnSocket
  ): void {
    let connect: Connect
    try {
      connect = this.#connectorOf(identity)
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      return callback(Object.assign(new Error(message), { code: "ERR_TLS_IDENTITY" }), null)
    }
    if (this.#options.proxy === undefined) return void direct(connect, options, callback, onSocket)
    this.#addressesOf(options.hostname, (error, addresses) => {
      if (error !== null) return callback(error, null)
      this.#tunnel(connect, options, callback, onSocket, addresses)
    })
  }

  #connectorOf(identity: TlsIdentity | undefined): Connect {
    const name = identity === undefined ? "" : identityName(identity)
    let connect = this.#connectors.get(name)
    if (connect === undefined) {
      const secureContext = this.#contexts.of(identity)
      connect = buildConnector({
        lookup: this.#options.lookup,
        autoSelectFamily: true,
        // HTTP/2 would multiplex: then "was a byte of this request sent" has no exact answer.
        allowH2: false,
        // The exchange's own timer is the only one.
        timeout: 0,
        minVersion,
        rejectUnauthorized: true,
        ...(secureContext !== undefined && { secureContext })
      })
      if (this.#connectors.size >= maxConnectors) this.#connectors.clear()
      this.#connectors.set(name, connect)
    }
    return connect
  }

  #addressesOf(
    hostname: string,
    done: (error: Error | null, addresses: ReadonlyArray<string>) => void
  ): void {
    if (isIP(hostname) !== 0) return done(null, [hostname])
    this.#options.lookup(hostname, { all: true }, (error, answer) => {
      if (error !== null) return done(error, [])
      const found: ReadonlyArray<LookupAddress> = typeof answer === "string" ? [] : answer
      done(null, found.map(({ address }) => address))
    })
  }

  /** Connects through the proxy to the first of the checked addresses that it reaches. */
  #tunnel(
    connect: Connect,
    options: buildConnector.Options,
    callback: buildConnector.Callback,
    onSocket: OnSocket,
    [address, ...others]: ReadonlyArray<string>,
    before?: ProxyRefused
  ): void {
    const { proxy } = this.#options
    if (address === undefined || proxy === undefined) return callback(before ?? new Error("no address"), null)
    let wanted = true
    const isTls = options.protocol === "https:"
    openTunnel(
      proxy,
      this.#contexts.of(undefined),
      address,
      Number(options.port || (isTls ? 443 : 80)),
      (socket) => {
        wanted = onSocket(socket)
        if (!wanted) socket.destroy()
      },
      (error, socket) => {
        if (error !== undefined || socket === undefined) {
          return wanted
            ? this.#tunnel(connect, options, callback, onSocket, others, error)
            : callback(error ?? new Error("no socket"), null)
        }
        if (isTls) return void direct(connect, { ...options, httpSocket: socket }, callback, onSocket)
        if (onSocket(socket)) callback(null, socket)
        else callback(new Error("not wanted any more"), null)
      }
    )
  }
}

const maxConnectors = 1000

/** undici's connector answers with the socket, although its type does not say so. */
const direct = (
  connect: Connect,
  options: buildConnector.Options,
  callback: buildConnector.Callback,
  onSocket: OnSocket
): void => {
  const socket: unknown = connect(options, callback)
  if (socket instanceof Socket && !onSocket(socket)) socket.destroy()
}
