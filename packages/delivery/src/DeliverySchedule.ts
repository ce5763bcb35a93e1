/** When a delivery is attempted again. Pure; the draw of the jitter is an argument. Contract: section 9. */
import { DateTime, Option } from "effect"

const seconds = 1000
const minutes = 60 * seconds
const hours = 60 * minutes

/** Milliseconds before each attempt, counted from the one before it: ten attempts over 75 hours. */
export const defaultDelaysMs: ReadonlyArray<number> = [
  0,
  5 * seconds,
  5 * minutes,
  30 * minutes,
  2 * hours,
  5 * hours,
  10 * hours,
  14 * hours,
  20 * hours,
  24 * hours
]

/** A wait is drawn up to so much longer, so that what failed together does not come back together. */
export const jitter = 0.2

/** The longest that `Retry-After` is heeded. */
export const longestRetryAfterMs = 24 * hours

/** Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date. `undefined` where it says neither. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim()
  if (text === undefined || text === "") return undefined
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * seconds, longestRetryAfterMs)
  // An HTTP date names a weekday (RFC 9110, section 5.6.7); anything else here is no date, whatever a parser makes of it.
  const date = /^[A-Z][a-z]+,? /.test(text) ? DateTime.make(text) : Option.none()
  return Option.isSome(date)
    ? Math.min(Math.max(0, DateTime.toEpochMillis(date.value) - now), longestRetryAfterMs)
    : undefined
}

/**
 * Milliseconds until the next attempt after `made` attempts; `undefined` where there is none. `draw` is in [0, 1).
 * `retryAfter` can only delay it.
 */
export const delayAfter = (
  delaysMs: ReadonlyArray<number>,
  made: number,
  draw: number,
  retryAfter?: number
): number | undefined => {
  const delay = delaysMs[made]
  return delay === undefined ? undefined : Math.max(Math.floor(delay * (1 + jitter * draw)), retryAfter ?? 0)
}
