/**
 * Spans of a trace, and their ids. An order is one trace: its intake is the root; runs, steps, callouts and deliveries
 * are below it.
 *
 * Ids are derived from stored data, so that any process that continues a run after a crash emits spans of the same
 * trace, and a partner sees in `traceparent` the span that is exported. Source: W3C Trace Context; OpenTelemetry
 * semantic conventions for attributes.
 */

export interface TraceSpan {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  /** Absent: the root. */
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: "internal" | "server" | "client"
  /** Epoch milliseconds, fractions allowed. */
  readonly startedAt: number
  readonly finishedAt: number
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>
  /** The reason for a failure; absent for a success. */
  readonly error?: string
  /** A span of another system's trace that caused this one. */
  readonly link?: TraceParent
}

/** The trace and the span to which a new span is a child, as `traceparent` carries them. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
}

const prime = 0x1000000000000000000013bn
const offset = 0x6c62272e07bb014262b821756295c58dn

/** FNV-1a of 128 bits, over UTF-16 code units: for ids that a customer chose. */
const hashOf = (text: string): string => {
  let hash = offset
  for (let at = 0; at < text.length; at++) hash = BigInt.asUintN(128, (hash ^ BigInt(text.charCodeAt(at))) * prime)
  return hash.toString(16).padStart(32, "0")
}

const generated = /^order-([0-9a-f]{32})$/

/** The trace of an order, and its root span. If Sluice made the order's id, that is the trace id. */
export const ofOrder = (orderId: string): TraceParent => {
  const traceId = generated.exec(orderId)?.[1] ?? hashOf(orderId)
  return { traceId, spanId: traceId.slice(16) }
}

/** The span id of `uuid` (hyphenated or not): its random half. */
export const spanIdOf = (uuid: string): string =>
  uuid.length === 36 ? uuid.slice(19, 23) + uuid.slice(24) : uuid.replaceAll("-", "").slice(16)

/** The id of the `part`-th span below the one of `uuid`, from 1. */
export const partIdOf = (uuid: string, part: number): string =>
  BigInt.asUintN(64, BigInt(`0x${spanIdOf(uuid)}`) + BigInt(part)).toString(16).padStart(16, "0")

/** The value of the `traceparent` header. */
export const traceparent = ({ traceId, spanId }: TraceParent): string => `00-${traceId}-${spanId}-01`

/** Parses a `traceparent` header; `undefined` for a value that is not valid, which the standard ignores. */
export const readTraceparent = (header: string | undefined): TraceParent | undefined => {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(header ?? "") ?? []
  return traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)
    ? undefined
    : { traceId, spanId }
}
