/** An `Outbound` scripted by the test: it sends nothing, answers as scripted and keeps the requests. */
import { Context, Effect, Layer } from "effect"
import type { AddressGuard } from "../AddressGuard.ts"
import { identityFaults } from "../connection/ClientTls.ts"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundTimedOut
} from "../Outbound.ts"

/**
 * A script of answers. `index` counts requests from 0. An Effect that outlasts the request's `timeoutMs` is a
 * time-out, on the test's clock.
 */
export type OutboundScript = (
  request: OutboundRequest,
  index: number
) => OutboundResponse | OutboundError | Effect.Effect<OutboundResponse, OutboundError>

export class OutboundMemory extends Context.Service<OutboundMemory, {
  /** Every request so far, in the order in which they were made; refused ones are not among them. */
  readonly requests: ReadonlyArray<OutboundRequest>
}>()("@sluice/http-client/testing/OutboundMemory") {}

/** Provides a scripted `Outbound`, and `OutboundMemory` with its requests. Without a guard, nothing is refused. */
export const layer = (script: OutboundScript, guard?: AddressGuard): Layer.Layer<Outbound | OutboundMemory> =>
  Layer.effectContext(Effect.sync(() => {
    const requests: Array<OutboundRequest> = []
    return Context.make(OutboundMemory, { requests }).pipe(Context.add(Outbound, {
      refuse: (url) => guard?.refuseUrl(url),
      refuseTls: identityFaults,
      exchange: (request) =>
        Effect.suspend(() => {
          const answer = script(request, requests.push(request) - 1)
          request.onSending?.()
          const effect = Effect.isEffect(answer)
            ? answer
            : "_tag" in answer
            ? Effect.fail(answer)
            : Effect.succeed(answer)
          return Effect.timeoutOrElse(effect, {
            duration: request.timeoutMs,
            orElse: () => Effect.fail(new OutboundTimedOut({ sent: true }))
          })
        })
    }))
  }))

/** An answer for scripts: a string body is sent as it is, anything else as JSON. */
export const respond = (
  status: number,
  body: unknown = "",
  headers: Readonly<Record<string, string>> = {}
): OutboundResponse => ({
  status,
  headers: typeof body === "string" ? headers : { "content-type": "application/json", ...headers },
  body: new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)),
  truncated: false
})
