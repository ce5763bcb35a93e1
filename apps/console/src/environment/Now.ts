/** The browser's clock, the only place where the console reads the time. */
import { useEffect, useState } from "react"

/** Epoch milliseconds. */
// oxlint-disable-next-line eslint/no-restricted-globals -- a browser has no other clock, and no test clock runs in it
export const now = (): number => Date.now()

/** Epoch milliseconds of a moment as the API writes it. */
// oxlint-disable-next-line eslint/no-restricted-globals -- reads a text, not the clock
export const timeOf = (iso: string): number => Date.parse(iso)

/** A moment as the API reads it. */
// oxlint-disable-next-line eslint/no-restricted-globals -- writes a text, does not read the clock
export const isoOf = (at: number): string => new Date(at).toISOString()

/** The current time, updated every `everyMs` milliseconds; with 0 it is never updated. */
export const useNow = (everyMs: number): number => {
  const [at, setAt] = useState(now)
  useEffect(() => {
    if (everyMs === 0) return
    const timer = setInterval(() => setAt(now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return at
}
