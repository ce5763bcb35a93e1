/**
 * Work over a document that can pause. It is a generator that yields where a pause is convenient; its driver pauses
 * there (`LargeText.inTurns`) or goes on at once (`atOnce`), as for all documents that are not large.
 */

/** A computation in steps whose result is an `A`. */
export type Steps<A> = Generator<void, A>

/** Decides when a computation pauses, by counting the values, members and items that it has processed. */
export interface Pace {
  readonly spend: (values: number) => void
  /** True if a pause is due; the call restarts the count. */
  readonly isDue: () => boolean
}

/** Values between two pauses: some ten milliseconds. */
const perTurn = 5000

export const makePace = (): Pace => {
  let left = perTurn
  return {
    spend: (values) => {
      left -= values
    },
    isDue: () => {
      if (--left > 0) return false
      left = perTurn
      return true
    }
  }
}

/** Performs a computation without pausing. */
export const atOnce = <A>(steps: Steps<A>): A => {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}
