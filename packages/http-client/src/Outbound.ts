/**
 * Port: one HTTP exchange with another system, bounded in time and bytes, with a typed result for every ending.
 *
 * The engine and the dispatcher of webhooks call it; the adapters under `node/` implement it. Contract: section 5.
 */
import { UnreachableCode } from "@sluice/domain/callout/Outcome"
import type { Fault } from "@sluice/domain/order/Order"
import type { TlsIdentity } from "@sluice/domain/pipeline/TlsIdentity"
import { Context, type Effect, Schema } from "effect"

/**
 * One request. `url` is absolute, `http:` or `https:`. Header names are sent as given, but for `Host`, which is always
 * the URL's; of two names that differ only in case, the later one is sent.
 */
export interface OutboundRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The exact bytes to send. A string is sent as UTF-8. */
  readonly body?: string | Uint8Array | undefined
  /** The time limit from before name resolution to the last byte of the answer, in milliseconds; above 0. */
  readonly timeoutMs: number
  /** The number of bytes of the answer that are kept, after decompression. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  /** A private authority and a client certificate, for `https:` URLs. */
  readonly tls?: TlsIdentity | undefined
  /** Called before the first byte may leave, so that the caller knows whether an interrupted exchange was sent. */
  readonly onSending?: (() => void) | undefined
}

/** One answer with any status. Redirects are not followed: a 3xx is an answer like any other. */
export interface OutboundResponse {
  readonly status: number
  /** Lower-case names; repeated headers are joined with `, ` (`set-cookie` too). */
  readonly headers: Readonly<Record<string, string>>
  /** After decompression, at most `maxBytes`. */
  readonly body: Uint8Array
  /** The answer was longer than `maxBytes` and its rest was not read. */
  readonly truncated: boolean
  /** The length that the partner announced (`Content-Length`), in bytes, if it did. */
  readonly announcedLength?: number | undefined
}

/** No complete answer arrived within `timeoutMs`. */
export class OutboundTimedOut extends Schema.TaggedError<OutboundTimedOut>()("OutboundTimedOut", {
  /** True if a byte of the request may have left: the call may have taken effect. */
  sent: Schema.Boolean
}) {
  override readonly message = "This operation was aborted"
}

/** There was no answer. Code `blocked`: the address guard refused before anything was sent. */
export class OutboundUnreachable extends Schema.TaggedError<OutboundUnreachable>()("OutboundUnreachable", {
  code: UnreachableCode,
  /** Says what was tried (host and port, never credentials) and, for `blocked`, what would allow it. */
  message: Schema.String,
  sent: Schema.Boolean
}) {}

/** Bytes came that are not an HTTP answer, or its body cannot be decompressed. */
export class OutboundUnreadable extends Schema.TaggedError<OutboundUnreadable>()("OutboundUnreadable", {
  message: Schema.String,
  /** True if a byte of the request may have left: without a status, the call may have taken effect. */
  sent: Schema.Boolean,
  /** The status, if the head of the answer could be read. */
  status: Schema.optionalKey(Schema.Int)
}) {}

export type OutboundError = OutboundTimedOut | OutboundUnreachable | OutboundUnreadable

export class Outbound extends Context.Service<Outbound, {
  /**
   * Makes exactly one request. Never retries, never follows. Interruption aborts the socket at once.
   */
  readonly exchange: (request: OutboundRequest) => Effect.Effect<OutboundResponse, OutboundError>
  /**
   * Says why a URL would never be sent (unreadable, not http(s), a forbidden literal address), or `undefined`.
   * Pure but for the configuration of the guard: resolves nothing.
   */
  readonly refuse: (url: string) => string | undefined
  /** Checks PEM texts before they are saved; paths are the members of the identity. */
  readonly refuseTls: (identity: TlsIdentity) => ReadonlyArray<Fault>
}>()("@sluice/http-client/Outbound") {}
