/** Timeouts as settings write them: a .NET TimeSpan or milliseconds. Contract: section 4, "Connector". */
import type { Json } from "../json/Json.ts"

/** The longest wait of a JavaScript timer, in milliseconds: a timer for longer fires at once. */
export const longestTimeoutMs = 2 ** 31 - 1

/** `[-][d.]hh:mm[:ss[.fffffff]]`, hours below 24, minutes and seconds below 60. */
const pattern = /^(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/

/** The milliseconds of a TimeSpan, negative for a negative one; `undefined` for any other text. */
export const parseTimeSpan = (text: string): number | undefined => {
  const match = pattern.exec(text.trim())
  if (match === null) return undefined
  const [, sign, days = "0", hours = "0", minutes = "0", seconds = "0", fraction = "0"] = match
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  const ms = whole * 1000 + Number(fraction.padEnd(7, "0")) / 10_000
  return sign === undefined ? ms : -ms
}

/** The milliseconds of a duration above 0; otherwise a text that says what is wrong with it. */
export const readDuration = (value: Json): number | string => {
  const ms = typeof value === "string" ? parseTimeSpan(value) : typeof value === "number" ? value : undefined
  if (ms === undefined) return "must be a TimeSpan such as \"00:00:30\", or milliseconds"
  return ms > 0 ? ms : "must be above 0"
}

/** The milliseconds of a timeout; otherwise a text that says what is wrong with it. */
export const readTimeout = (value: Json): number | string => {
  const ms = readDuration(value)
  return typeof ms === "number" && ms > longestTimeoutMs ? "must be at most 24.20:31:23 (2147483647 ms)" : ms
}
