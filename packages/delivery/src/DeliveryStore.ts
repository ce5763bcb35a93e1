/**
 * Port: the store of deliveries. Deliveries are made in the commit of the event that they tell of, which is not part of
 * this port; here they are claimed, and their results recorded.
 *
 * Implemented by `@sluice/persistence` (PostgreSQL, group commit) and by `testing/DeliveryStoreMemory`.
 * Contract: sections 9 and 10.
 */
import type { CalloutRecord } from "@sluice/domain/callout/CalloutRecord"
import type { DeliveredCallout, MessageOrigin } from "@sluice/domain/webhook/OutgoingMessage"
import { Context, type Effect, Schema, type Scope } from "effect"
import type { Next } from "./Judgement.ts"

/** The database is away. Nothing was stored, as far as can be known. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  message: Schema.String
}) {}

/** A step's message: where it goes, and where its credentials are found. */
export interface StepTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly idempotencyKey: string
  readonly timeoutMs: number
  readonly origin: MessageOrigin
  /** Present where the message is the call of a step: its attempts are records of that step. */
  readonly callout?: DeliveredCallout
}

/** The record of an attempt, and the step whose call was delivered. */
export interface StepRecord {
  /** UUID. */
  readonly runId: string
  /** The step's position in the run. */
  readonly index: number
  readonly record: CalloutRecord
}

/** A delivery that this process is to attempt. Ids are hyphenated UUIDs; times are epoch milliseconds. */
export interface ClaimedDelivery {
  readonly id: string
  readonly messageId: string
  /** Grows over all events. */
  readonly sequence: number
  readonly type: string
  readonly orderId?: string
  /** The id of the timeline entry that a message about an order tells of. */
  readonly cause?: string
  /** The creation time of the message, which is `$now()` in its filter and template. */
  readonly createdAt: number
  /** The group that shares a queue: an endpoint, or the origin of a step's URL. */
  readonly lane: string
  readonly endpointId?: string
  readonly target?: StepTarget
  readonly body: Uint8Array
  /**
   * True if `body` is what earlier attempts sent: it is not filtered or templated again, whatever the endpoint's
   * settings are by now.
   */
  readonly frozen: boolean
  /** The number of attempts so far. */
  readonly attempts: number
  /** The number of attempts since the schedule began; a redelivery begins it again. */
  readonly round: number
}

/** One attempt, as it is kept. Already redacted. */
export interface AttemptRecord {
  readonly number: number
  readonly startedAt: number
  readonly durationMs: number
  readonly error?: { readonly code: string; readonly message: string }
  /** The request as it was sent; its body is the delivery's. Absent where nothing could be sent. */
  readonly request?: { readonly url: string; readonly headers: Readonly<Record<string, string>> }
  readonly response?: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array
    readonly truncated: boolean
  }
}

/** Codes of attempts that sent nothing, since the endpoint's filter or template failed: the next one may be mended. */
export const unpreparedCodes = ["filter", "payload"] as const

/** The result of a claimed delivery. */
export type Settlement =
  | {
    readonly _tag: "Attempted"
    readonly attempt: AttemptRecord
    readonly next: Next
    /** Appended to the step in the same transaction. */
    readonly callout?: StepRecord
  }
  /** The endpoint's filter left it out. */
  | { readonly _tag: "Filtered" }
  /**
   * This process does not know the endpoint. If it was deleted, the delivery is cancelled; a new endpoint is known
   * within a second.
   */
  | { readonly _tag: "EndpointUnknown" }
  /** Not attempted: other processes may claim it. */
  | { readonly _tag: "Returned" }

/** The delay before a delivery that could not be attempted here is claimed again, in milliseconds. */
export const lookAgainMs = 1000

export interface ClaimRequest {
  /** The remaining room of each endpoint queue that is in use. */
  readonly room: ReadonlyMap<string, number>
  /** The room of every other lane. */
  readonly otherwise: number
  /** The remaining room in total. */
  readonly total: number
}

export interface Claim {
  readonly deliveries: ReadonlyArray<ClaimedDelivery>
  /** Milliseconds until the next delivery is due in a lane that had room; absent: none waits. */
  readonly nextInMs?: number
}

/** A receiver of the deliveries that this process makes, besides those that it claims. */
export interface Receiver {
  /** The room for deliveries: asked before each commit that makes some. */
  readonly room: () => ClaimRequest
  /** Receives deliveries that were claimed for this process when they were stored. */
  readonly start: (deliveries: ReadonlyArray<ClaimedDelivery>) => void
}

export class DeliveryStore extends Context.Service<DeliveryStore, {
  /**
   * Claims due deliveries, lane by lane, each bounded, so that one lane's backlog hides no other; keeps to the
   * endpoints' rate limits over all processes. A claimed delivery that is not settled within `claimMs` can be claimed
   * again by any process.
   */
  readonly claim: (request: ClaimRequest) => Effect.Effect<Claim, StoreUnavailable>
  /**
   * While the scope is open, deliveries made in this process are claimed for it in the commit that makes them, as far
   * as the receiver has room, if the endpoint has no rate limit and no earlier delivery of the order is pending. All
   * others are found by `claim`. Closing waits for open commits.
   */
  readonly receive: (receiver: Receiver) => Effect.Effect<void, never, Scope.Scope>
  /** Keeps the bytes that are about to be sent in place of the message's, for every later attempt. */
  readonly freeze: (id: string, body: Uint8Array) => Effect.Effect<void, StoreUnavailable>
  /**
   * Records the result of a delivery, and releases the next one of its order and endpoint. Answers after the commit,
   * which many share; while the database is away it keeps trying.
   */
  readonly settle: (delivery: ClaimedDelivery, settlement: Settlement) => Effect.Effect<void>
  /** Passes when a delivery may be due that the last claim did not see, made here or elsewhere. */
  readonly due: Effect.Effect<void>
}>()("@sluice/delivery/DeliveryStore") {}

/**
 * The time for which a delivery is claimed, in milliseconds: longer than an attempt can take, with fetching a token
 * and recording. A step's message may take its own `timeoutMs` longer.
 */
export const claimMs = 45_000
