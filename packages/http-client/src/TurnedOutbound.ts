/**
 * An `Outbound` whose requests wait for their turn at a limited partner, however long that takes: for requests that
 * cannot be put off, such as those for tokens. Contract: section 7, `/v1/partners`.
 */
import { Effect, Layer } from "effect"
import { Outbound, type OutboundRequest } from "./Outbound.ts"
import { PartnerTurns, type Turn, type TurnNotNear } from "./PartnerTurns.ts"
import { urlHost } from "./UrlHost.ts"

/** Between two attempts to get a turn that was over a second away. */
const again = "500 millis"

export const layer: Layer.Layer<Outbound, never, Outbound> = Layer.effect(
  Outbound,
  Effect.gen(function*() {
    const inner = yield* Outbound
    const turns = yield* PartnerTurns

    const once = <A, E>(host: string, use: Effect.Effect<A, E>): Effect.Effect<A, E | TurnNotNear> =>
      Effect.acquireUseRelease(
        turns.take({ host, line: "token", released: true }),
        ({ begin }: Turn) => Effect.andThen(begin, use),
        ({ end }) => end
      )

    const inTurn = <A, E>(host: string, use: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.catchTag(
        once(host, use) as Effect.Effect<A, E | TurnNotNear>,
        "TurnNotNear",
        () => Effect.andThen(Effect.sleep(again), Effect.suspend(() => inTurn(host, use)))
      ) as Effect.Effect<A, E>

    return Outbound.of({
      ...inner,
      exchange: (request: OutboundRequest) =>
        Effect.suspend(() => {
          const host = urlHost(request.url)
          return host === undefined || !turns.isLimited(host)
            ? inner.exchange(request)
            : inTurn(host, inner.exchange(request))
        })
    })
  })
)
