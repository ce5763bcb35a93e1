/** `retrySchedule` of a webhook endpoint: how long to wait before each attempt. Contract: sections 4 and 9. */
import { parseTimeSpan } from "../decode/TimeSpan.ts"
import type { Json } from "../json/Json.ts"

/** The largest number of attempts that a schedule may have. */
export const maxAttempts = 50
const longestDelayMs = 30 * 86_400_000

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const readDelay = (value: Json): number | undefined => {
  if (typeof value === "number") return value
  if (typeof value !== "string") return undefined
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(value.trim()) ?? []
  return amount === undefined ? parseTimeSpan(value) : Number(amount) * (units[unit] ?? 1)
}

/**
 * The milliseconds before each attempt, the first of which is made at once; a text where the value is invalid, which
 * says why. Items are milliseconds, `"5s"`, `"30m"`, `"2h"` or a TimeSpan; a list that does not begin with 0 holds the
 * waits after the first attempt.
 */
export const readRetryDelays = (value: Json): ReadonlyArray<number> | string => {
  if (!Array.isArray(value)) {
    return "must be a list of delays such as [0, \"5s\", \"5m\"], in milliseconds or with a unit"
  }
  const delays = value.map(readDelay)
  const wrong = delays.findIndex((delay) => delay === undefined || !(delay >= 0) || delay > longestDelayMs)
  if (wrong >= 0) return `holds at ${wrong} what is no delay from 0 to 30 days: write milliseconds, "5s", "5m" or "2h"`
  const read = delays as ReadonlyArray<number>
  const all = read[0] === 0 ? read : [0, ...read]
  return all.length > maxAttempts ? `must have at most ${maxAttempts} attempts` : all
}
