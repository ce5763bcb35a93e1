/**
 * Port: one HTTP exchange with somebody else's system, bounded in time and in bytes, whose every ending is typed.
 *
 * The engine and the delivery of webhooks ask for an exchange here; the adapters under `node/` make it.
 * Contract: section 5.
 */
import { UnreachableCode } from "@sluice/domain/callout/Outcome"
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
  /** From before the name is resolved to the last byte of the answer, in milliseconds; above 0. */
  readonly timeoutMs: number
  /** How much of the answer is kept, after decompression, in bytes. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  /** Called before the first byte may leave: whoever interrupts the exchange knows by it whether work may be done. */
  readonly onSending?: (() => void) | undefined
}

/** One answer, whatever its status. Redirects are not followed: a 3xx is an answer like any other. */
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

/** No full answer came within `timeoutMs`. */
export class OutboundTimedOut extends Schema.TaggedError<OutboundTimedOut>()("OutboundTimedOut", {
  /** Whether any byte of the request may have left: then the work may have been done. */
  sent: Schema.Boolean
}) {
  override readonly message = "This operation was aborted"
}

/** No answer could be had. Code `blocked`: the address guard refused before anything was sent. */
export class OutboundUnreachable extends Schema.TaggedError<OutboundUnreachable>()("OutboundUnreachable", {
  code: UnreachableCode,
  /** Says what was tried (host and port, never credentials) and, for `blocked`, what would allow it. */
  message: Schema.String,
  sent: Schema.Boolean
}) {}

/** Something came that is not an HTTP answer, or whose body cannot be decompressed. */
export class OutboundUnreadable extends Schema.TaggedError<OutboundUnreadable>()("OutboundUnreadable", {
  message: Schema.String,
  /** Whether any byte of the request may have left: then, without a status, the work may have been done. */
  sent: Schema.Boolean,
  /** The status, where a head could be read. */
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
}>()("@sluice/http-client/Outbound") {}
