/** Computes when a delivery is attempted again. Pure; the jitter is an argument. Contract: section 9. */

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

/**
 * The largest random extension of a wait, as a share of it, so that deliveries that failed together are not retried
 * together.
 */
export const jitter = 0.2

/**
 * Milliseconds until the next attempt after `made` attempts; `undefined` if none follows. `draw`, in [0, 1), determines
 * the random extension. `retryAfter`, in milliseconds, can only delay the attempt.
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
