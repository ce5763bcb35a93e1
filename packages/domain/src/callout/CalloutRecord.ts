/**
 * Callout records: what was said to a partner, what it answered, and how the attempt ended.
 * Contract: sections 5 and 8.
 */
import { Schema } from "effect"
import type { Json } from "../json/Json.ts"
import { Outcome } from "./Outcome.ts"

/** A top-level member that a partner's patch changed, as a JSON Pointer, with its values before and after. */
export const PatchedMember = Schema.Struct({
  path: Schema.String,
  before: Schema.optionalKey(Schema.Json),
  after: Schema.optionalKey(Schema.Json)
})
export type PatchedMember = typeof PatchedMember.Type

/**
 * The body that was sent. A record keeps the order's version instead of a copy of the document: `order` is the stored
 * document as it is; `workflow` is `{"Value": <order in PascalCase>, …tail}`, see `WorkflowBody`; `text` is kept whole
 * (and is used, redacted, for a body that held a secret).
 */
export type SentBody =
  | { readonly form: "order" }
  | { readonly form: "workflow"; readonly tail: string }
  | { readonly form: "text"; readonly text: string }

export interface RecordedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly truncated?: boolean
  /** Bytes that the partner announced, when the body was cut and the length was known. */
  readonly length?: number
}

/** One attempt, as it is journalled. Already redacted: nothing secret is in here. */
export interface CalloutRecord {
  /** UUID; shown as `callout-<32 hex>`. */
  readonly id: string
  /** The step's request, counted from 0 (`zuora` makes two). */
  readonly request: number
  /** The attempt, counted from 1 over all attempts of that request; never repeats, may skip. */
  readonly attempt: number
  readonly endpoint: string
  readonly method: string
  readonly idempotencyKey: string
  readonly orderVersion: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly durationMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: SentBody
  readonly response?: RecordedResponse
  readonly outcome: Outcome
  /** Set if it is unknown whether the call took effect. */
  readonly unknown?: true
  /** Set if this is a probe for attempt `attempt`, not the request itself. */
  readonly probe?: true
  /** Set if this is the answer that came to the callback URL of attempt `attempt`, or tells that none came in time. */
  readonly callback?: true
  /** Set on an attempt of the delivery that a step with `blocking: false` sent its call as: the delivery's UUID. */
  readonly delivery?: string
  /** Set on the record of a callback that an operator answered in the partner's place. */
  readonly resolution?: {
    readonly reason: string
    readonly requestedBy?: string
    readonly at: number
    /** The timeline entry of the act. */
    readonly act?: string
  }
  readonly error?: { readonly message: string; readonly code?: string }
  readonly patch?: ReadonlyArray<PatchedMember>
  /** Unknown members of the answer, and other data that the plugin wants recorded. */
  readonly note?: Json
}

/** A body over this many bytes is shown as `{ size, href }`. */
export const inlineBodyLimit = 64 * 1024

/** A body that is read on its own route. */
export const BodyReference = Schema.Struct({ size: Schema.Int, href: Schema.String })

/** One attempt as the API shows it. */
export const CalloutView = Schema.Struct({
  id: Schema.String,
  attempt: Schema.Int,
  endpoint: Schema.String,
  idempotencyKey: Schema.String,
  orderVersion: Schema.optionalKey(Schema.Int),
  startedAt: Schema.String,
  durationMs: Schema.Finite,
  /** Absent where the answer came to the callback URL. */
  request: Schema.optionalKey(Schema.Struct({
    method: Schema.String,
    headers: Schema.Record(Schema.String, Schema.String),
    body: Schema.Json
  })),
  response: Schema.optionalKey(Schema.Struct({
    status: Schema.Int,
    headers: Schema.Record(Schema.String, Schema.String),
    /** Null if the bytes are no text: they are in `bodyBase64` then. */
    body: Schema.Json,
    bodyBase64: Schema.optionalKey(Schema.String),
    truncated: Schema.optionalKey(Schema.Boolean),
    length: Schema.optionalKey(Schema.Int)
  })),
  outcome: Outcome,
  unknown: Schema.optionalKey(Schema.Boolean),
  probe: Schema.optionalKey(Schema.Boolean),
  callback: Schema.optionalKey(Schema.Boolean),
  error: Schema.optionalKey(Schema.Struct({
    name: Schema.String,
    message: Schema.String,
    code: Schema.optionalKey(Schema.String)
  })),
  patch: Schema.optionalKey(Schema.Array(PatchedMember))
})
export type CalloutView = typeof CalloutView.Type
