/**
 * An `Outbound` that watches: requests are really sent, in real time, while the engine's waits between them are
 * skipped. The answers can be replayed, so that another policy decides on the same ones.
 */
import type { SimulatedClock } from "@sluice/engine/internal/simulation/SimulatedClock"
import {
  Outbound,
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundTimedOut
} from "@sluice/http-client/Outbound"
import { Clock, Effect, Result } from "effect"

/** One request and its result. */
export interface Observation {
  readonly request: OutboundRequest
  readonly result: Result.Result<OutboundResponse, OutboundError>
  /** Milliseconds, on the real clock. */
  readonly durationMs: number
  /** Not sent, because the attempt before it timed out. */
  readonly assumed: boolean
}

export interface ObservedOutbound {
  readonly service: Outbound["Service"]
  readonly observations: () => ReadonlyArray<Observation>
}

/** The clock shows that the exchange took its time. */
const pass = (clock: SimulatedClock, durationMs: number) =>
  Effect.sync(() => clock.advanceTo(clock.currentTimeMillisUnsafe() + durationMs))

const timedOut = (request: OutboundRequest): Observation => ({
  request,
  result: Result.fail(new OutboundTimedOut({ sent: true })),
  durationMs: request.timeoutMs,
  assumed: true
})

/**
 * Sends through `live`. An attempt after one that timed out is not sent: a partner that hangs would only be waited for
 * four times.
 */
export const observing = (
  live: Outbound["Service"],
  clock: SimulatedClock,
  realClock: Clock.Clock
): ObservedOutbound => {
  const observations: Array<Observation> = []
  const send = Effect.fnUntraced(function*(request: OutboundRequest) {
    const begun = realClock.monotonicTimeNanosUnsafe()
    const result = yield* Effect.result(live.exchange(request))
    const durationMs = Number(realClock.monotonicTimeNanosUnsafe() - begun) / 1e6
    const observation: Observation = { request, result, durationMs, assumed: false }
    return observation
  }, Effect.provideService(Clock.Clock, realClock))
  const exchange = Effect.fnUntraced(function*(request: OutboundRequest) {
    const last = observations.at(-1)
    const hangs = last !== undefined && Result.isFailure(last.result) && last.result.failure._tag === "OutboundTimedOut"
    if (hangs) request.onSending?.()
    const observation = hangs ? timedOut(request) : yield* send(request)
    observations.push(observation)
    yield* pass(clock, observation.durationMs)
    return yield* Effect.fromResult(observation.result)
  })
  return { service: Outbound.of({ ...live, exchange }), observations: () => observations }
}

/** Replays the answers in the same order, and repeats the last one if more are requested. Sends nothing. */
export const replaying = (observations: ReadonlyArray<Observation>, clock: SimulatedClock): Outbound["Service"] => {
  let next = 0
  return Outbound.of({
    exchange: (request) =>
      Effect.suspend(() => {
        const observation = observations[Math.min(next++, observations.length - 1)]
        if (observation === undefined) return Effect.fail(new OutboundTimedOut({ sent: false }))
        request.onSending?.()
        return Effect.andThen(pass(clock, observation.durationMs), Effect.fromResult(observation.result))
      }),
    refuse: () => undefined,
    refuseTls: () => []
  })
}
