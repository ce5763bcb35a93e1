/**
 * Outbound HTTP on undici, for the hot path: no spans, no streams, one timer.
 *
 * A name is resolved once for each connection, every answer is judged by the guard, and the socket connects to the
 * addresses that were judged and no other. HTTP/1.1 with keep-alive; credentials in a URL are not sent.
 * Contract: section 5.
 */
import { Clock, Duration, Effect, Exit, Layer } from "effect"
import { lookup as systemLookup } from "node:dns"
import type { LookupFunction } from "node:net"
import type { AddressGuard } from "../AddressGuard.ts"
import { type ConnectionLimits, ConnectionPool } from "../internal/ConnectionPool.ts"
import { Exchange } from "../internal/Exchange.ts"
import { AddressRefused } from "../internal/NetworkFailure.ts"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundUnreachable
} from "../Outbound.ts"

export interface OutboundUndiciOptions extends ConnectionLimits {
  readonly guard: AddressGuard
  /** Resolves names; must answer with all addresses. Default: the system's resolver. */
  readonly lookup?: LookupFunction | undefined
}

export const layer = (options: OutboundUndiciOptions): Layer.Layer<Outbound> =>
  Layer.effect(
    Outbound,
    Effect.acquireRelease(
      Effect.sync(() => new ConnectionPool(options, guarded(options.guard, options.lookup ?? systemLookup))),
      (pool) => Effect.promise(() => pool.shutdown())
    ).pipe(Effect.map((pool) => make(pool, options.guard)))
  )

const make = (pool: ConnectionPool, guard: AddressGuard): Outbound["Service"] => ({
  refuse: guard.refuseUrl,
  exchange: (request) => {
    const url = URL.parse(request.url)
    // A known origin was judged when its first connection was opened.
    if (url === null || !pool.knows(url.origin)) {
      const refusal = guard.refuseUrl(request.url)
      if (refusal !== undefined || url === null) {
        return Effect.fail(new OutboundUnreachable({ code: "blocked", message: refusal ?? "", sent: false }))
      }
    }
    return run(pool, url, request)
  }
})

/**
 * The timer is a fiber of its own on the caller's clock, so that a test clock drives it. Measured against a bare timer
 * and `Effect.timeoutOrElse`: no difference above the noise.
 */
const run = (
  pool: ConnectionPool,
  url: URL,
  request: OutboundRequest
): Effect.Effect<OutboundResponse, OutboundError> =>
  Effect.withFiber((fiber) =>
    Effect.callback((resume) => {
      const exchange = new Exchange(pool, url, request, (ending) => {
        timer.interruptUnsafe()
        resume(ending)
      })
      const timer = Effect.runFork(fiber.getRef(Clock.Clock).sleep(Duration.millis(request.timeoutMs)))
      timer.addObserver((exit) => {
        if (Exit.isSuccess(exit)) exchange.expire()
      })
      return Effect.sync(() => {
        timer.interruptUnsafe()
        exchange.cancel()
      })
    })
  )

/** Fails unless every address of the name may be reached: one bad address among good ones is how a guard is evaded. */
const guarded = (guard: AddressGuard, lookup: LookupFunction): LookupFunction => (hostname, options, callback) =>
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
