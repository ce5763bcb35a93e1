/** The rows of an order that the programs written by hand store, in any of their schemas. */

/** An order, its first version and its run. */
export interface AcceptRow {
  readonly id: string
  readonly externalId: string
  readonly idempotencyKey: string
  /** SHA-256 of what was asked, by which a repeat would be recognised. */
  readonly fingerprint: Buffer
  readonly orderType: string
  readonly status: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly eventId: string
  readonly runId: string
  readonly document: string
  readonly pipeline: string
}

/** The end of a run: its order's second version, and what has changed. */
export interface EndRow {
  readonly at: number
  readonly status: string
  readonly document: string
  /** The members of the second version that are not the first one's. */
  readonly delta: string
  readonly history: string
}

/** A step that has ended, with its callout; `end` where it is the run's last. */
export interface StepRow {
  readonly orderId: string
  readonly runId: string
  readonly index: number
  readonly step: string
  readonly calloutId: string
  readonly callout: string
  readonly response: Buffer
  readonly version: number
  readonly end?: EndRow
}

/** Stores rows; each promise passes when its row is committed. */
export interface RowWriter {
  readonly accept: (row: AcceptRow) => Promise<void>
  readonly step: (row: StepRow) => Promise<void>
  readonly close: () => Promise<void>
}
