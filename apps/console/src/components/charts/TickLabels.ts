/** The ticks of a time axis: at round distances, with as many labels as fit beside each other. Pure. */
import { durationText } from "../values/Duration.tsx"

export interface Tick {
  readonly label: string
  /** In percent of the axis. */
  readonly left: number
  /** Milliseconds since the axis' beginning. */
  readonly ms: number
}

/** Distances between ticks, in milliseconds. */
const distances = [1, 2, 5].flatMap((lead) => [1, 10, 100, 1000, 10_000].map((unit) => lead * unit)).concat(
  [60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400].map((seconds) => seconds * 1000)
)
  .concat(Array.from({ length: 24 }, (_, power) => 2 ** (power + 1) * 86_400_000))
  .toSorted((a, b) => a - b)

/** The ticks that an axis has at most, however wide it is. */
const most = 6

/** Pixels for each character of a label, on the safe side of 11 px system fonts, and between two labels. */
const characterWidth = 6.6
const gap = 10

const widthOf = (label: string): number => label.length * characterWidth + gap

const at = (spanMs: number, distance: number): ReadonlyArray<Tick> => {
  const ticks: Array<Tick> = []
  for (let ms = 0; ms <= spanMs && ticks.length <= most; ms += distance) {
    ticks.push({ label: durationText(ms), left: (100 * ms) / spanMs, ms })
  }
  return ticks
}

/** The ticks of an axis of `spanMs` that is `width` pixels wide. The first is at its beginning; no label reaches the next. */
export const ticksOf = (spanMs: number, width: number): ReadonlyArray<Tick> => {
  const placeOf = ({ left }: Tick): number => (left * width) / 100
  for (const distance of distances) {
    const ticks = at(spanMs, distance)
    if (ticks.length > most) continue
    const within = ticks.filter((tick) => tick.ms === 0 || placeOf(tick) + widthOf(tick.label) <= width)
    const fits = within.every((tick, i) => {
      const next = within[i + 1]
      return next === undefined || placeOf(tick) + widthOf(tick.label) <= placeOf(next)
    })
    if (fits) return within
  }
  return at(spanMs, Infinity)
}
