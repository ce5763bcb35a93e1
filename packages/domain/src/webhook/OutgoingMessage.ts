/**
 * A message that a step queues, to be sent after the commit of its step: `ExportOrder`, a callout with
 * `blocking: false`, and `webhook` in post-processing. It is part of the journal's entry, so that one commit holds both. Contract: section 6.
 */

/** The source of the request's secrets, which are looked up when it is sent and not stored with the message. */
export interface MessageOrigin {
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly stepId: string
  /** The address of the connector that was selected. */
  readonly connector?: string
}

/**
 * The call of a step with `blocking: false`: the rules that judge its attempts, and the step to which their records
 * belong.
 */
export interface DeliveredCallout {
  /** UUID. */
  readonly runId: string
  /** The step's position in the run. */
  readonly index: number
  /** The order's version at the step's start. */
  readonly orderVersion: number
  readonly method: string
  /** The recorded body: `order` refers to the order's version, `text` is the message's body. */
  readonly form: "order" | "text"
  /** Statuses that are refusals; every other one is a success. */
  readonly rejectOn: ReadonlyArray<number>
}

export interface OutgoingMessage {
  /** UUIDv7; also the id of its delivery. */
  readonly id: string
  readonly type: "export" | "postProcessing" | "callout"
  readonly url: string
  /** Without credentials. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly idempotencyKey: string
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number
  readonly origin: MessageOrigin
  /** Present with type `callout`. */
  readonly callout?: DeliveredCallout
}
