/**
 * A message that a step queues, to be sent after the commit of its step: `ExportOrder`, and `webhook` in
 * post-processing. It is part of the journal's entry, so that one commit holds both. Contract: section 6.
 */

/** The source of the request's secrets when it is sent: they are not stored with the message. */
export interface MessageOrigin {
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly stepId: string
  /** The address of the connector that was selected. */
  readonly connector?: string
}

export interface OutgoingMessage {
  /** UUIDv7. */
  readonly id: string
  readonly type: "export" | "postProcessing"
  readonly url: string
  /** Without credentials. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly idempotencyKey: string
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number
  readonly origin: MessageOrigin
}
