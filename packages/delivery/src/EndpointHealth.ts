/** Decides when an endpoint is disabled: after five days with failures only. Contract: section 9. */

/** The time after which an endpoint with failures only is disabled, in milliseconds. */
export const disableAfterMs = 5 * 86_400_000

/**
 * The time (epoch milliseconds) since which all attempts at an endpoint have failed, after an attempt that ended at
 * `at`.
 */
export const failingSince = (before: number | undefined, succeeded: boolean, at: number): number | undefined =>
  succeeded ? undefined : before ?? at

export const isGivenUp = (since: number | undefined, at: number): boolean =>
  since !== undefined && at - since >= disableAfterMs

/** The reason shown for an endpoint that was disabled by a 410. */
export const goneReason = "the endpoint answered 410 Gone"
export const failingReason = "every attempt of the last five days failed"
