/** Timestamps as the documents and answers carry them: ISO 8601 in UTC with milliseconds. */
import { DateTime } from "effect"

const dayMs = 86_400_000

/** The day of the last timestamp, in days since 1970, and the text of its date up to the `T`. */
let lastDay = Number.NaN
let lastDate = ""

const twoDigits = (value: number): string => value < 10 ? `0${value}` : String(value)

/** Formats `at`, in epoch milliseconds: `2026-11-29T18:41:26.000Z`. A calendar is asked once for a day. */
export const isoOf = (at: number): string => {
  const whole = Math.trunc(at)
  const day = Math.floor(whole / dayMs)
  if (day !== lastDay) {
    lastDate = DateTime.formatIso(DateTime.makeUnsafe(whole)).slice(0, -"00:00:00.000Z".length)
    lastDay = day
  }
  const ms = whole - day * dayMs
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const time = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`
  return `${lastDate}${time}.${String(ms % 1000).padStart(3, "0")}Z`
}
