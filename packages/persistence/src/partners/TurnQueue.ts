/**
 * The requests of this process that wait for a turn at one limited partner: which of them may have one, in which order,
 * and which are put off. Pure.
 */

export interface Waiter {
  /** The queue of the request, a pipeline or an endpoint: different lines take turns. */
  readonly line: string
  /** True for a run that was released from its wait for the partner, and for what is not a run's. */
  readonly released: boolean
  /** The monotonic time since which it waits, in milliseconds. */
  readonly since: number
  /** True if it counts among the open requests already, and only needs another time. */
  readonly counted: boolean
  /**
   * True if runs were on hold for the partner when it came: it goes behind them. `undefined` before the first answer of
   * the database.
   */
  behind: boolean | undefined
}

/** Stores, for requests that came since the last answer, if runs were on hold before them. */
export const place = (waiters: Iterable<Waiter>, areHeld: boolean): void => {
  for (const waiter of waiters) waiter.behind ??= areHeld && !waiter.released && !waiter.counted
}

/**
 * The requests that may have a turn, in the order of their turns: first those that are counted already, then the first
 * request of each line, the second of each, and so on; a line is served in the order of arrival.
 */
export const inTurns = <W extends Waiter>(
  waiters: Iterable<W>,
  served: ReadonlyMap<string, number>
): ReadonlyArray<W> => {
  const places = new Map<string, number>()
  return [...waiters].filter(({ behind }) => behind !== true).map((waiter) => {
    const place = (places.get(waiter.line) ?? 0) + 1
    places.set(waiter.line, place)
    return { waiter, place }
  }).toSorted((a, b) =>
    Number(b.waiter.counted) - Number(a.waiter.counted) || a.place - b.place
    || (served.get(a.waiter.line) ?? 0) - (served.get(b.waiter.line) ?? 0)
  ).map(({ waiter }) => waiter)
}

/** The bounds on waiting: the current monotonic time, the longest wait and the number of turns within it. */
export interface Bounds {
  readonly now: number
  readonly patienceMs: number
  readonly near: number
}

/**
 * Those who are put off, of `waiting` in the order of their turns: whose turn is not near, unless they were released for
 * it, and those who waited for longer than a turn may take.
 */
export const putOff = <W extends Waiter>(
  waiting: ReadonlyArray<W>,
  { near, now, patienceMs }: Bounds
): ReadonlyArray<W> =>
  waiting.filter(({ counted, released, since }, index) =>
    !counted && (now - since >= patienceMs || (!released && index >= near))
  )
