/**
 * Runs that are given up instead of being executed again: a run that no process gets on with must not go round the fleet.
 * Pure. Contract: section 6, "Failure of a run".
 *
 * | what is known of the run                                                            | it ends with        |
 * | ----------------------------------------------------------------------------------- | ------------------- |
 * | its work blocked a process twice or more, at one step, and that step has not ended  | `froze its process` |
 * | it was taken over from a dead process more than five times without progress         | `worker-lost`       |
 * | anything else                                                                       | it is executed      |
 */
import type { RunSoFar } from "../journal/Journal.ts"

/** The number of times that a run may change hands without progress. */
export const maxTakeovers = 5

/** The number of times that one step of a run may block its process. */
export const maxFreezes = 1

type Known = Pick<RunSoFar, "takeovers" | "freezes"> & { readonly steps: ReadonlyArray<{ readonly index: number }> }

/** The reason with which the run ends; `undefined` where it is to be executed. */
export const givenUp = ({ freezes, steps, takeovers }: Known): string | undefined => {
  const froze = freezes !== undefined && freezes.times > maxFreezes
    && !steps.some(({ index }) => index === freezes.step)
  if (froze) return "froze its process"
  return takeovers > maxTakeovers ? "worker-lost" : undefined
}
