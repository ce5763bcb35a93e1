/** The trend of a series of readings, with its confidence. Pure. */

export interface Reading {
  /** Minutes since the beginning. */
  readonly at: number
  readonly mebibytes: number
}

/** The growth of memory, in MiB a minute. */
export interface Trend {
  readonly readings: number
  /** The slope by least squares. */
  readonly slope: number
  /** The median of the slopes between every two readings (Theil and Sen): an outlier does not move it. */
  readonly median: number
  /**
   * The interval of the median slope with a confidence of 95 % (by Kendall's rank statistic); unbounded for few
   * readings.
   */
  readonly between: readonly [number, number]
}

/** The readings after the first third of the time, in which a process warms up. */
export const warm = (readings: ReadonlyArray<Reading>): ReadonlyArray<Reading> => {
  const [first, last] = [readings[0]?.at ?? 0, readings.at(-1)?.at ?? 0]
  return readings.filter(({ at }) => at - first >= (last - first) / 3)
}

/** The slope by least squares; 0 if all readings are of one moment. */
export const slopeOf = (readings: ReadonlyArray<Reading>): number => {
  const mean = (of: (reading: Reading) => number) =>
    readings.reduce((sum, one) => sum + of(one), 0) / Math.max(1, readings.length)
  const [x, y] = [mean(({ at }) => at), mean(({ mebibytes }) => mebibytes)]
  const above = readings.reduce((sum, one) => sum + (one.at - x) * (one.mebibytes - y), 0)
  const below = readings.reduce((sum, one) => sum + (one.at - x) ** 2, 0)
  return below === 0 ? 0 : above / below
}

const pairwise = (readings: ReadonlyArray<Reading>): ReadonlyArray<number> =>
  readings.flatMap((one, place) =>
    readings.slice(place + 1)
      .filter(({ at }) => at !== one.at)
      .map((other) => (other.mebibytes - one.mebibytes) / (other.at - one.at))
  ).toSorted((a, b) => a - b)

export const trendOf = (readings: ReadonlyArray<Reading>): Trend => {
  const slopes = pairwise(readings)
  const count = readings.length
  const ranks = 1.96 * Math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
  const middle = (slopes.length - 1) / 2
  const median = ((slopes[Math.floor(middle)] ?? 0) + (slopes[Math.ceil(middle)] ?? 0)) / 2
  return {
    readings: count,
    slope: slopeOf(readings),
    median,
    between: [
      slopes[Math.floor((slopes.length - ranks) / 2)] ?? -Infinity,
      slopes[Math.ceil((slopes.length + ranks) / 2)] ?? Infinity
    ]
  }
}

/** The verdict on a series of readings; `unclear` if they show neither. */
export type Judgement = "grows" | "level" | "unclear"

/** A growth that takes a process of 512 MiB days to die of. */
const negligible = 0.1

/** Judges growth: only where the readings exclude a flat trend, and not where they exclude more than 0.1. */
export const judge = ({ between: [least, most] }: Trend): Judgement =>
  most <= negligible ? "level" : least > 0 ? "grows" : "unclear"
