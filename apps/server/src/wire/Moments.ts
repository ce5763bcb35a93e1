/** Reads times as queries and bodies write them: a date, or ISO 8601 with a zone. Contract: section 7. Pure. */
import { Moment } from "@sluice/api/wire/Paging"
import { DateTime, Option, Schema } from "effect"

/** The end of a sentence about a text that is no moment. */
export const notMoment = "is not a date: write one like 2026-11-22T08:00:00Z"

const isWritten = Schema.is(Moment)

/** A month has not every day, and `DateTime` would take the 31st of February for a day in March. */
const isDay = (date: string): boolean =>
  Option.exists(DateTime.make(`${date}T00:00:00Z`), (day) => DateTime.formatIso(day).startsWith(date))

/** The moment in epoch milliseconds; `undefined` for a text that is none, such as a day that its month has not. */
export const epochMillisOf = (text: string): number | undefined => {
  const read = isWritten(text) && isDay(text.slice(0, 10)) ? DateTime.make(text) : Option.none()
  return Option.isSome(read) ? DateTime.toEpochMillis(read.value) : undefined
}
