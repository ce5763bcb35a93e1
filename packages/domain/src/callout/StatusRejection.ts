/** Judges the answer to a callout by its status alone. Contract: section 6, `calloutPlugin`. */

/** The message of a refusal; `undefined` where the status is not listed and the callout succeeded. */
export const statusRejection = (rejectOn: ReadonlyArray<number>, status: number): string | undefined =>
  rejectOn.includes(status) ? `callout plugin failed due to response status: [${status}]` : undefined
