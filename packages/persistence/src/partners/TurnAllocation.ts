/**
 * Decides how many requests may begin at a limited partner, and when: pure. Times are milliseconds of the database's
 * clock. The turns of a rate are evenly spaced, wider than the rate by as much as a turn may be late, so that no span of a
 * second holds more than the rate even where a late request begins it and a punctual one ends it. Contract: section 7,
 * `ratePerSecond`, `maxConcurrent`.
 */
import type { PartnerLimits } from "@sluice/http-client/internal/PartnerTurns"

export interface Standing {
  readonly limits: Pick<PartnerLimits, "maxConcurrent" | "ratePerSecond">
  readonly now: number
  /** The time of the next turn that the rate allows. */
  readonly nextTurn: number
  /** Open requests of all processes. */
  readonly open: number
  /**
   * The number of requests that want a turn and count as open from then on; `counted`: those that count already and
   * only want another time.
   */
  readonly wanted: number
  readonly counted: number
}

export interface Allocation {
  /** The turns that are given, as delays from now in milliseconds; requests that count already get theirs first. */
  readonly delays: ReadonlyArray<number>
  readonly nextTurn: number
  /** Milliseconds after which asking again may give a turn; 0 if the rate keeps no request back. */
  readonly againMs: number
}

/**
 * Turns are given so long ahead, in milliseconds, so that none is lost while the next question is under way. The last
 * free place is given later: a request that waits for its time in it keeps out another that could be open.
 */
const aheadMs = 250
const aheadInLastPlaceMs = 25

/**
 * The time within which a turn has to be used, in milliseconds; one that is used later is exchanged for another. The
 * margin costs 4 % of the rate.
 */
export const lateMs = 40

/** The time between two turns, in milliseconds. */
export const spacingOf = (ratePerSecond: number): number => (1001 + lateMs) / ratePerSecond

export const allocate = ({ counted, limits, nextTurn, now, open, wanted }: Standing): Allocation => {
  const { maxConcurrent, ratePerSecond } = limits
  const room = counted + Math.max(0, Math.min(wanted, (maxConcurrent ?? Infinity) - open))
  if (ratePerSecond === undefined) return { delays: Array.from({ length: room }, () => 0), nextTurn, againMs: 0 }
  const spacing = spacingOf(ratePerSecond)
  const free = (maxConcurrent ?? Infinity) - open
  const delays: Array<number> = []
  const ahead = () => free - Math.max(0, delays.length - counted) > 1 ? aheadMs : aheadInLastPlaceMs
  let next = Math.max(nextTurn, now)
  while (delays.length < room && next <= now + ahead()) {
    delays.push(next - now)
    next += spacing
  }
  return { delays, nextTurn: next, againMs: delays.length < room ? Math.max(1, next - now - ahead()) : 0 }
}
