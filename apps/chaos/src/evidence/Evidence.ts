/**
 * What is known of a run of chaos from outside of Sluice: what its clients were told, what its partners were asked, what
 * was done to its processes, and the rows that it left. The checker judges by this alone.
 *
 * All times are epoch milliseconds of one machine's clock, which does not jump.
 */

/** One `POST /v1/orders`. Submissions with the same `key` have the same body. */
export interface Submission {
  readonly key: string
  readonly orderType: string
  /** How many `orderItems` the order has. */
  readonly items: number
  /** 0 where no answer came. */
  readonly status: number
  readonly orderId?: string
  /** The run's UUID. */
  readonly runId?: string
}

/** A `PATCH` that adds `tag` to the order's tags. */
export interface Patch {
  readonly orderId: string
  readonly tag: string
  readonly status: number
}

/** A cancel of a run. */
export interface Cancel {
  readonly runId: string
  /** What was done is to be undone, which may fail. */
  readonly compensates: boolean
  readonly status: number
}

/** A retry by hand. */
export interface Retry {
  readonly retryOf: string
  readonly status: number
  readonly runId?: string
}

/** What a partner was asked, by its own log. */
export interface Asked {
  /** The process that sent it, as the process says. */
  readonly sender: string
  /** The worker, as the database knew that process when the request arrived; empty where that is not known. */
  readonly holder: string
  readonly path: string
  /** The path's first part: what kind of partner it is. */
  readonly kind: string
  readonly key: string
  readonly deliveryCount?: number
  readonly webhookId?: string
  /** SHA-256 of the body. */
  readonly body: string
  readonly arrivedAt: number
  /** What it answered: a status, or what was done instead of answering. */
  readonly answer: number | string
  /** When the last byte of the answer had been written; absent where it was not. */
  readonly answeredAt?: number
}

/** A process that was stopped (SIGSTOP) and went on later. */
export interface Pause {
  readonly sender: string
  readonly from: number
  readonly until: number
}

export interface OrderRow {
  readonly id: string
  readonly version: number
  readonly idempotencyKey: string | null
  /** The numbers of the versions that are there, in order. */
  readonly versions: ReadonlyArray<number>
  readonly tags: ReadonlyArray<string>
  /** How often the history holds a workflow step's success. */
  readonly exported: number
  readonly subscriptions: number
}

export interface RunRow {
  readonly id: string
  readonly orderId: string
  readonly state: string
  readonly reason: string | null
  readonly retryOf: string | null
  /** From a dead process, since it last made progress. */
  readonly takeovers: number
  readonly cancelRequested: boolean
  readonly pipeline: string
}

export interface StepRow {
  readonly runId: string
  readonly index: number
  readonly phase: string
  readonly plugin: string
  readonly state: string
  readonly reused: boolean
  /** When the row was written, by the database's clock. */
  readonly storedAt: number
}

export interface CalloutRow {
  readonly runId: string
  readonly step: number
  readonly request: number
  readonly attempt: number
  readonly key: string
  readonly outcome: string | null
  /** The status that was answered, where one was. */
  readonly status: number | null
}

export interface DeliveryRow {
  readonly id: string
  readonly messageId: string
  readonly endpointId: string | null
  readonly type: string
  readonly orderId: string | null
  readonly state: string
}

export interface Rows {
  readonly orders: ReadonlyArray<OrderRow>
  readonly runs: ReadonlyArray<RunRow>
  readonly steps: ReadonlyArray<StepRow>
  readonly callouts: ReadonlyArray<CalloutRow>
  readonly deliveries: ReadonlyArray<DeliveryRow>
  /** Endpoints that take every type, since before the first order. */
  readonly endpoints: ReadonlyArray<string>
  /** What Sluice's own check of completeness misses, and deliveries that wait for nothing. */
  readonly missing: ReadonlyArray<string>
}

export interface Evidence {
  readonly submissions: ReadonlyArray<Submission>
  readonly patches: ReadonlyArray<Patch>
  readonly cancels: ReadonlyArray<Cancel>
  readonly retries: ReadonlyArray<Retry>
  readonly asked: ReadonlyArray<Asked>
  readonly pauses: ReadonlyArray<Pause>
  readonly rows: Rows
}
