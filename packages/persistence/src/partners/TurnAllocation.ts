/**
 * Decides how many requests may begin at a limited partner, and when: pure. Times are milliseconds of the database's
 * clock. The turns of a rate are evenly spaced, wider than the rate by as much as a turn may be late, so that no span of a
 * second holds more than the rate even where a late request begins it and a punctual one ends it. Contract: section 7,
 * `ratePerSecond`, `maxConcurrent`.
 */
import type { PartnerLimits } from "@sluice/http-client/internal/PartnerTurns"

export type Limits = Pick<PartnerLimits, "maxConcurrent" | "ratePerSecond">

export interface Standing {
  readonly limits: Limits
  /** The earliest time at which a request can begin: when the answer to this question has arrived. */
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
  /** The times of the turns that are given; requests that count already get theirs first. */
  readonly turns: ReadonlyArray<number>
  readonly nextTurn: number
  /** Milliseconds after `now` at which asking again may give a turn; 0 if the rate keeps no request back. */
  readonly againMs: number
}

/**
 * Turns are given so long ahead, in milliseconds, so that none is lost while the process is busy or the next question is
 * under way. All earlier turns have been given by then, so that a request which waits for its time in a free place keeps
 * no other from beginning.
 */
const aheadMs = 250

/**
 * The time within which a turn has to be used, in milliseconds; one that is used later is exchanged for another. The
 * margin costs 2 % of the rate.
 */
export const lateMs = 20

/** The error of two processes' estimates of the database's clock, in milliseconds, and one to make a second end. */
const clockMs = 3

/** The longest time between two turns, in milliseconds: the lowest rate that is taken has less. */
const longestSpacingMs = 2_000_000_000

/** The time between two turns, in milliseconds. */
export const spacingOf = (ratePerSecond: number): number =>
  Math.min(longestSpacingMs, (1000 + clockMs + lateMs) / ratePerSecond)

/**
 * Milliseconds by which the next turn moves when the rate changes: the last turn that was given stays, and the next one
 * comes after it as the new rate says. `undefined` where there was no rate or is none: the next turn is free.
 */
export const shiftOf = (before: number | undefined, after: number | undefined): number | undefined =>
  before === undefined || after === undefined ? undefined : spacingOf(after) - spacingOf(before)

export const allocate = ({ counted, limits, nextTurn, now, open, wanted }: Standing): Allocation => {
  const { maxConcurrent, ratePerSecond } = limits
  const room = counted + Math.max(0, Math.min(wanted, (maxConcurrent ?? Infinity) - open))
  if (ratePerSecond === undefined) return { turns: Array.from({ length: room }, () => now), nextTurn, againMs: 0 }
  const spacing = spacingOf(ratePerSecond)
  const turns: Array<number> = []
  let next = Math.max(nextTurn, now)
  while (turns.length < room && next <= now + aheadMs) {
    turns.push(next)
    next += spacing
  }
  return { turns, nextTurn: next, againMs: turns.length < room ? Math.max(1, next - now - aheadMs) : 0 }
}

/** A request whose turn is further away than this, in milliseconds, is put off. Contract: section 7. */
export const patienceMs = 1000

/** The number of turns that the rate allows within {@link patienceMs}, where the next one is `nextInMs` away. */
export const turnsNear = (ratePerSecond: number, nextInMs: number): number =>
  nextInMs > patienceMs ? 0 : Math.floor((patienceMs - Math.max(0, nextInMs)) / spacingOf(ratePerSecond)) + 1

/** The facts about a limited partner that runs wait for, and of which some may be released. */
export interface Waiting {
  readonly limits: Limits
  /** The number of released runs that were to wait for their turns after the last release. */
  readonly batch: number
  /** Milliseconds until the next turn that the rate allows. */
  readonly nextInMs: number
  /** Requests that wait for a turn in a process. */
  readonly queued: number
}

export interface Release {
  readonly size: number
  readonly batch: number
  /** Milliseconds until the next release. */
  readonly againMs: number
}

/** The time between two releases, in milliseconds. */
const lookMs = 250

/** The largest number of released runs that wait for their turns. */
const mostQueued = 256

/** The number of released runs that wait for a place: at a partner that answers at once, more than its places. */
const leastQueued = ({ maxConcurrent }: Limits): number =>
  maxConcurrent === undefined ? mostQueued : Math.min(mostQueued, 4 * Math.max(4, maxConcurrent))

/**
 * Decides how many runs are released to a limited partner: as many as have their turns within a second, less those that
 * wait in processes already. Where places alone limit, their pace is unknown: twice as many as before where none was
 * left, half as many where most were.
 */
export const release = ({ batch, limits, nextInMs, queued }: Waiting): Release => {
  const { ratePerSecond } = limits
  const least = leastQueued(limits)
  const before = Math.max(least, Math.min(mostQueued, batch))
  const paced = queued === 0
    ? Math.min(mostQueued, before * 2)
    : queued > before / 2
    ? Math.max(least, Math.ceil(before / 2))
    : before
  const most = ratePerSecond === undefined ? paced : Math.min(paced, turnsNear(ratePerSecond, nextInMs))
  const againMs = Math.min(longestSpacingMs, Math.max(lookMs, nextInMs - patienceMs / 2))
  return { size: Math.max(0, most - queued), batch: paced, againMs }
}
