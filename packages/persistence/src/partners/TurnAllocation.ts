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
  /** Requests that want a turn and count among the open ones from then on; and those that are counted already. */
  readonly wanted: number
  readonly counted: number
}

export interface Allocation {
  /** Delays from now, in milliseconds, of the turns that are given; those already counted get theirs first. */
  readonly delays: ReadonlyArray<number>
  readonly nextTurn: number
  /** Milliseconds after which asking again may give a turn by the rate; 0 where the rate does not keep it back. */
  readonly againMs: number
}

/** Turns are given so long ahead: shorter where a request that waits for its time takes the place of an open one. */
const aheadMs = 250
const aheadOfOpenMs = 25

/** A turn that is used later than this is given up for another, in milliseconds. It costs as much of the rate: 4 %. */
export const lateMs = 40

/** The time between two turns, in milliseconds. */
export const spacingOf = (ratePerSecond: number): number => (1001 + lateMs) / ratePerSecond

export const allocate = ({ counted, limits, nextTurn, now, open, wanted }: Standing): Allocation => {
  const { maxConcurrent, ratePerSecond } = limits
  const room = counted + Math.max(0, Math.min(wanted, (maxConcurrent ?? Infinity) - open))
  if (ratePerSecond === undefined) return { delays: Array.from({ length: room }, () => 0), nextTurn, againMs: 0 }
  const spacing = spacingOf(ratePerSecond)
  const ahead = maxConcurrent === undefined ? aheadMs : aheadOfOpenMs
  const delays: Array<number> = []
  let next = Math.max(nextTurn, now)
  while (delays.length < room && next <= now + ahead) {
    delays.push(next - now)
    next += spacing
  }
  return { delays, nextTurn: next, againMs: delays.length < room ? Math.max(1, next - now - ahead) : 0 }
}
