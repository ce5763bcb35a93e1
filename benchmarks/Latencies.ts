/** The result of a round. */
export interface Summary {
  readonly orders: number
  /** From the first order's start to the last one's end. */
  readonly seconds: number
  readonly ordersPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const percentile = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0

export const summary = (orders: number, seconds: number, latencies: ReadonlyArray<number>): Summary => {
  const sorted = Float64Array.from(latencies).toSorted()
  return {
    orders,
    seconds,
    ordersPerSecond: orders / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99)
  }
}
