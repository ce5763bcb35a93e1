/**
 * What a step leaves to be sent after the commit that tells of it: `ExportOrder`, and `webhook` in post-processing.
 * It rides in the journal's entry, so that one commit holds both. Contract: section 6.
 */

/** Where the secrets of the request are found when it is sent: they are not stored with it. */
export interface MessageOrigin {
  readonly pipeline: { readonly name: string; readonly version: number }
  readonly stepId: string
  /** What addresses the connector that was chosen. */
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
