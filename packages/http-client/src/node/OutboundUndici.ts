/**
 * Outbound HTTP on undici, for the hot path: no spans, no streams, one timer.
 *
 * A name is resolved once for each connection, every answer is judged by the guard, and the socket connects to the
 * addresses that were judged and no other. HTTP/1.1 with keep-alive; credentials in a URL are not sent.
 * Contract: section 5.
 */
import { type ParsedUrl, parseUrl } from "@sluice/domain/internal/decode/Url"
import { Clock, Effect, Layer } from "effect"
import { lookup as systemLookup } from "node:dns"
import type { LookupFunction } from "node:net"
import * as AddressGuard from "../AddressGuard.ts"
import { identityFaults } from "../connection/ClientTls.ts"
import { type ConnectionLimits, ConnectionPool } from "../connection/ConnectionPool.ts"
import { Deadlines } from "../connection/Deadlines.ts"
import type { EgressProxy } from "../connection/EgressProxy.ts"
import { AddressRefused } from "../connection/NetworkFailure.ts"
import { UndiciRequest } from "../connection/UndiciRequest.ts"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundUnreachable
} from "../Outbound.ts"

export interface OutboundUndiciOptions extends ConnectionLimits {
  /** Default: private, loopback and metadata addresses are refused, all of them. */
  readonly guard?: AddressGuard.AddressGuard
  /** Resolves names; must answer with all addresses. Default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined
  /** PEM texts of authorities that are trusted besides those of the platform. */
  readonly authorities?: ReadonlyArray<string> | undefined
  /** The proxy through which every connection goes; its own address is not judged. */
  readonly proxy?: EgressProxy | undefined
}

/** State shared by all exchanges. */
interface Shared {
  readonly pool: ConnectionPool
  readonly deadlines: Deadlines
}

export const layer = (options: OutboundUndiciOptions = {}): Layer.Layer<Outbound> => {
  const guard = options.guard ?? AddressGuard.make([])
  return Layer.effect(
    Outbound,
    Effect.acquireRelease(
      Effect.sync((): Shared => ({
        pool: new ConnectionPool(options, {
          lookup: guarded(guard, options.lookup ?? systemLookup),
          authorities: options.authorities,
          proxy: options.proxy
        }),
        deadlines: new Deadlines()
      })),
      ({ deadlines, pool }) => Effect.andThen(deadlines.shutdown, Effect.promise(() => pool.shutdown()))
    ).pipe(Effect.map((shared) => make(shared, guard)))
  )
}

const make = (shared: Shared, guard: AddressGuard.AddressGuard): Outbound["Service"] => ({
  refuse: guard.refuseUrl,
  refuseTls: identityFaults,
  exchange: (request) => {
    const url = parseUrl(request.url)
    // A known origin was judged when its first connection was opened.
    if (url === undefined || !shared.pool.knows(url.origin, url.protocol === "https:" ? request.tls : undefined)) {
      const refusal = guard.refuseUrl(request.url)
      if (refusal !== undefined || url === undefined) {
        return Effect.fail(new OutboundUnreachable({ code: "blocked", message: refusal ?? "", sent: false }))
      }
    }
    return run(shared, url, request)
  }
})

const run = (
  { deadlines, pool }: Shared,
  url: ParsedUrl,
  request: OutboundRequest
): Effect.Effect<OutboundResponse, OutboundError> =>
  Effect.withFiber((fiber) =>
    Effect.callback((resume) => {
      const exchange = new UndiciRequest(pool, url, request, (ending) => {
        forget()
        resume(ending)
      })
      const forget = deadlines.set(fiber.getRef(Clock.Clock), request.timeoutMs, () => exchange.expire())
      return Effect.sync(() => {
        forget()
        exchange.cancel()
      })
    })
  )

/** Fails unless every address of the name may be reached: one bad address among good ones is how a guard is evaded. */
const guarded =
  (guard: AddressGuard.AddressGuard, lookup: LookupFunction): LookupFunction => (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, answer) => {
      if (error !== null) return callback(error, "")
      const addresses = typeof answer === "string" ? [] : answer
      for (const { address } of addresses) {
        const refusal = guard.refuseAddress(address, hostname)
        if (refusal !== undefined) return callback(new AddressRefused(refusal), "")
      }
      const [first] = addresses
      if (first === undefined) return callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "")
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
