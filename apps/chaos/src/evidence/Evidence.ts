/**
 * The evidence of a run of chaos, collected outside of Sluice: the answers to its clients, the requests to its
 * partners, the disturbances of its processes, and the rows in its database. The checker judges by this alone.
 *
 * All times are epoch milliseconds of one machine's clock, which does not jump.
 */
import type { OrderRecord } from "./OrderRecord.ts"

/** One `POST /v1/orders`. Submissions with the same `key` have the same body. */
export interface Submission {
  readonly key: string
  readonly orderType: string
  /** The number of the order's `orderItems`. */
  readonly items: number
  /** The status; 0 if no answer came. */
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
  /** True if completed steps are compensated, which may fail. */
  readonly compensates: boolean
  readonly status: number
}

/** A retry by hand. */
export interface Retry {
  readonly retryOf: string
  readonly status: number
  readonly runId?: string
}

/** A request in a partner's own log. */
export interface Asked {
  /** The name of the process that sent it, from the header that the test adds. */
  readonly sender: string
  /** The worker that this process was in the database when the request arrived; empty if unknown. */
  readonly holder: string
  readonly path: string
  /** The first part of the path, which names the kind of partner. */
  readonly kind: string
  readonly key: string
  readonly deliveryCount?: number
  readonly webhookId?: string
  /** SHA-256 of the body. */
  readonly body: string
  readonly arrivedAt: number
  /** The partner's reaction: a status, or a failure to answer. */
  readonly answer: number | string
  /** The time at which the last byte of the answer was written; absent if it was not. */
  readonly answeredAt?: number
}

/** An answer that a partner sent to the callback URL of an attempt. */
export interface CallbackAnswer {
  /** The attempt's `Idempotency-Key`. */
  readonly key: string
  readonly said: string
  readonly status: number
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
  /** The numbers of the stored versions, in order. */
  readonly versions: ReadonlyArray<number>
  readonly tags: ReadonlyArray<string>
  /** The number of a workflow step's successes in the history. */
  readonly exported: number
  readonly subscriptions: number
}

export interface RunRow {
  readonly id: string
  readonly orderId: string
  readonly state: string
  readonly reason: string | null
  readonly retryOf: string | null
  /** The number of takeovers from dead processes since the last progress. */
  readonly takeovers: number
  readonly cancelRequested: boolean
  readonly pipeline: string
  /** The time at which the run's end was written, by the database's clock; null before. */
  readonly endedAt: number | null
  /** The transaction that wrote the end. */
  readonly endedIn: string | null
}

export interface StepRow {
  readonly runId: string
  readonly index: number
  readonly phase: string
  readonly plugin: string
  readonly state: string
  readonly reused: boolean
  /** The time at which the row was written, by the database's clock. */
  readonly storedAt: number
  /** The transaction that wrote it. */
  readonly storedIn: string
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
  /** The time at which the row was written, by the database's clock. */
  readonly storedAt: number
  /** The transaction that wrote it. */
  readonly storedIn: string
}

export interface DeliveryRow {
  readonly id: string
  readonly messageId: string
  readonly endpointId: string | null
  readonly type: string
  readonly orderId: string | null
  readonly state: string
}

/** A step whose call is sent as a delivery. */
export interface DeferredRow {
  readonly runId: string
  readonly step: number
  /** The UUID of the delivery that its reason names. */
  readonly deliveryId: string
  /** The state of that delivery; null where there is none of type `callout`. */
  readonly state: string | null
  /** Requests that were made. */
  readonly attempts: number
  /** The number of the step's records; `succeeded`: of those that succeeded. */
  readonly records: number
  readonly succeeded: number
}

/** The record of an answer to a callback URL, or that none came in time. */
export interface CallbackRow {
  readonly runId: string
  readonly step: number
  /** The partner's word in the answer; null if none came in time. */
  readonly said: string | null
}

export interface Rows {
  readonly orders: ReadonlyArray<OrderRow>
  readonly runs: ReadonlyArray<RunRow>
  readonly steps: ReadonlyArray<StepRow>
  /** Records of calls that runs made themselves, not of deliveries. */
  readonly callouts: ReadonlyArray<CalloutRow>
  readonly callbacks: ReadonlyArray<CallbackRow>
  readonly deferred: ReadonlyArray<DeferredRow>
  readonly deliveries: ReadonlyArray<DeliveryRow>
  /** Endpoints that take every type, since before the first order. */
  readonly endpoints: ReadonlyArray<string>
  /** The findings of Sluice's own completeness check, and deliveries that wait for nothing. */
  readonly missing: ReadonlyArray<string>
}

export interface Evidence {
  readonly submissions: ReadonlyArray<Submission>
  readonly patches: ReadonlyArray<Patch>
  readonly cancels: ReadonlyArray<Cancel>
  readonly retries: ReadonlyArray<Retry>
  readonly callbacks: ReadonlyArray<CallbackAnswer>
  readonly asked: ReadonlyArray<Asked>
  readonly pauses: ReadonlyArray<Pause>
  /** The answers of a server about some of the orders, drawn at random. */
  readonly records: ReadonlyArray<OrderRecord>
  readonly rows: Rows
}
