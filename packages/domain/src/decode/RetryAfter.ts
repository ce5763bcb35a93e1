/**
 * Reads the wait that an answer asks for: `Retry-After` (RFC 9110, section 10.2.3). Pure. Contract: section 9 for
 * deliveries, section 6 for steps.
 */
import { DateTime, Option } from "effect"

/** The longest wait that is accepted, in milliseconds: a day. */
export const longestRetryAfterMs = 24 * 3_600_000

/**
 * Milliseconds that a `Retry-After` header asks for, as seconds or as an HTTP date; `undefined` for any other value.
 */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim()
  if (text === undefined || text === "") return undefined
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestRetryAfterMs)
  // An HTTP date names a weekday (RFC 9110, section 5.6.7); anything else is not a date, even if a parser accepts it.
  const date = /^[A-Z][a-z]+,? /.test(text) ? DateTime.make(text) : Option.none()
  return Option.isSome(date)
    ? Math.min(Math.max(0, DateTime.toEpochMillis(date.value) - now), longestRetryAfterMs)
    : undefined
}
