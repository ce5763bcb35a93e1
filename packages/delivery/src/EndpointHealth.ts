/** When an endpoint is given up: after five days in which nothing but failures came back. Contract: section 9. */

/** Milliseconds of failures only. */
export const disableAfterMs = 5 * 86_400_000

/** Since when (epoch milliseconds) an endpoint has only failed, after an attempt that ended at `at`. */
export const failingSince = (before: number | undefined, succeeded: boolean, at: number): number | undefined =>
  succeeded ? undefined : before ?? at

export const isGivenUp = (since: number | undefined, at: number): boolean =>
  since !== undefined && at - since >= disableAfterMs

/** What is said of an endpoint that was disabled. */
export const goneReason = "the endpoint answered 410 Gone"
export const failingReason = "every attempt of the last five days failed"
