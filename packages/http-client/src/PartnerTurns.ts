/**
 * Port: turns at partners with limits. A partner is a host; its limits hold over all processes, for every request that
 * is sent to it: callouts, probes, compensations, deliveries, token requests. Contract: section 7, `/v1/partners`.
 *
 * ```
 * take ──► Turn ── begin (waits until its time has come) ──► the request ──► end
 *   └────► TurnNotNear        the partner is paused, or the turn is over a second away: wait without holding anything
 * ```
 */
import { Context, Effect, Schema } from "effect"

/** The limits that an operator set on a host. */
export interface PartnerLimits {
  /** Requests that may be open at once. */
  readonly maxConcurrent?: number
  /** Requests that may begin in any span of a second. */
  readonly ratePerSecond?: number
  /** True if nothing may be sent. */
  readonly paused: boolean
  readonly reason?: string
}

/** The turn is over a second away, or the partner is paused. `message` says what it waits for. */
export class TurnNotNear extends Schema.TaggedError<TurnNotNear>()("TurnNotNear", {
  host: Schema.String,
  message: Schema.String
}) {}

/** A place among the requests to a partner, from when it is taken until `end`. */
export interface Turn {
  /**
   * Passes when the request may begin; the caller must then begin it at once. Fails if the partner was paused
   * meanwhile.
   */
  readonly begin: Effect.Effect<void, TurnNotNear>
  /** Ends the turn, after the request or without one. Must be called once. */
  readonly end: Effect.Effect<void>
}

export interface TurnRequest {
  readonly host: string
  /** The queue of the request: a pipeline or an endpoint. Different lines take turns. */
  readonly line: string
  /**
   * True for a run that was released from its wait for the partner; other requests queue behind the runs that still
   * wait.
   */
  readonly released: boolean
}

export interface PartnerTurnsService {
  /** True if the host has limits. Synchronous, because it is asked before every request. */
  readonly isLimited: (host: string) => boolean
  /** Waits for a turn, a second at most. */
  readonly take: (request: TurnRequest) => Effect.Effect<Turn, TurnNotNear>
}

/** The turns at partners with limits; by default there are no limits. */
export const PartnerTurns = Context.Reference<PartnerTurnsService>("@sluice/http-client/PartnerTurns", {
  defaultValue: () => ({
    isLimited: () => false,
    take: () => Effect.succeed({ begin: Effect.void, end: Effect.void })
  })
})

const limitText = ({ maxConcurrent, ratePerSecond }: PartnerLimits): string =>
  [
    ...(ratePerSecond === undefined ? [] : [`${ratePerSecond} requests a second`]),
    ...(maxConcurrent === undefined ? [] : [`${maxConcurrent} requests at once`])
  ].join(" and ")

/** The words for a wait because of the limits, for a run's `reason`. */
export const waitText = (host: string, limits: PartnerLimits): string =>
  limits.paused
    ? `waits because partner ${host} is paused${limits.reason === undefined ? "" : `: ${limits.reason}`}`
    : `waits for its turn: partner ${host} is limited to ${limitText(limits)}`
