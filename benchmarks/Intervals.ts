/** Ratios of two sides over rounds in which they took turns. */

/** 97.5 % quantiles of Student's t by degrees of freedom, from 1 on. */
const quantiles = [
  12.706,
  4.303,
  3.182,
  2.776,
  2.571,
  2.447,
  2.365,
  2.306,
  2.262,
  2.228,
  2.201,
  2.179,
  2.16,
  2.145,
  2.131,
  2.12,
  2.11,
  2.101,
  2.093,
  2.086,
  2.08,
  2.074,
  2.069,
  2.064,
  2.06,
  2.056,
  2.052,
  2.048,
  2.045
]

export interface Interval {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** The geometric mean of ratios, one a round, with its 95 % interval. */
export const intervalOf = (ratios: ReadonlyArray<number>): Interval => {
  const logs = ratios.map(Math.log)
  const mean = logs.reduce((sum, each) => sum + each, 0) / logs.length
  const variance = logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (logs.length - 1)
  const half = (quantiles[logs.length - 2] ?? 1.96) * Math.sqrt(variance / logs.length)
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) }
}

export const textOf = ({ high, low, ratio }: Interval): string =>
  `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
