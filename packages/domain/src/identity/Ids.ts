/**
 * Identifiers: `<kind>-<32 hex>`, made from a UUIDv7, so that they sort by the time they were made. Contract: section
 * 1. An id of one kind is never accepted where another is expected.
 */
import { Schema } from "effect"

const idOf = <const Kind extends string>(kind: Kind) =>
  Schema.String.check(Schema.isPattern(new RegExp(`^${kind}-[0-9a-f]{32}$`), { expected: `${kind}-<32 hex>` }))

/**
 * True if a URL can name the id as a segment of its path. Clients resolve `.` and `..`, percent-encoded ones too,
 * before they send the path (WHATWG URL, "double-dot path segment"), so such an id could not be requested.
 */
export const isAddressable = (id: string): boolean => id !== "." && id !== ".."

/** An order's id: the customer's own, 1 to 128 characters, or `order-<32 hex>`. */
export const OrderId = Schema.String.check(Schema.isBetweenLength(1, 128)).pipe(Schema.brand("OrderId"))
export type OrderId = typeof OrderId.Type

export const EventId = idOf("event").pipe(Schema.brand("EventId"))
export type EventId = typeof EventId.Type

export const ProcessEventId = idOf("process_event").pipe(Schema.brand("ProcessEventId"))
export type ProcessEventId = typeof ProcessEventId.Type

export const CalloutId = idOf("callout").pipe(Schema.brand("CalloutId"))
export type CalloutId = typeof CalloutId.Type

/** The 32 hex digits of a UUID (hyphenated or not). Slices cost half of a search for hyphens. */
export const hexOf = (uuid: string): string =>
  uuid.length === 36
    ? `${uuid.slice(0, 8)}${uuid.slice(9, 13)}${uuid.slice(14, 18)}${uuid.slice(19, 23)}${uuid.slice(24)}`
    : uuid.replaceAll("-", "")

/** The id of `kind` for `uuid` (hyphenated or not). */
const named = (kind: string, uuid: string): string => `${kind}-${hexOf(uuid)}`

export const orderId = (uuid: string): OrderId => named("order", uuid) as OrderId
export const eventId = (uuid: string): EventId => named("event", uuid) as EventId
export const processEventId = (uuid: string): ProcessEventId => named("process_event", uuid) as ProcessEventId
export const jobId = (uuid: string): string => named("job", uuid)
export const calloutId = (uuid: string): CalloutId => named("callout", uuid) as CalloutId
export const deliveryId = (uuid: string): string => named("delivery", uuid)
/** The id of a message as `webhook-id` has it: the same over attempts, endpoints, redelivery and replay. */
export const messageId = (uuid: string): string => named("msg", uuid)
export const subscriptionId = (uuid: string): string => named("sub", uuid)
export const customerId = (uuid: string): string => named("customer", uuid)
export const entitlementId = (uuid: string): string => named("entitlement", uuid)
export const endpointId = (uuid: string): string => named("endpoint", uuid)
export const auditId = (uuid: string): string => named("audit", uuid)
export const issueId = (uuid: string): string => named("issue", uuid)
export const apiKeyId = (uuid: string): string => named("api_key", uuid)
export const replayId = (uuid: string): string => named("replay", uuid)

/**
 * The ids of timeline entries that are no resource of their own: a version of an order (named by the order's event, since
 * an order's own id may be any text), a step of a run, and an operator's act that the audit has no record of.
 */
export const versionEntryId = (event: string, version: number): string => `${named("version", event)}-${version}`
/** The id of the timeline entry of a job's act on one run, which has no record in the audit. */
export const operatorEntryId = (uuid: string): string => named("operator", uuid)
export const stepEntryId = (run: string, index: number): string => `${named("step", run)}-${index}`

/** The hyphenated UUID inside a generated id, or `undefined` where there is none. */
export const uuidOf = (id: string): string | undefined => {
  const hex = /-([0-9a-f]{32})$/.exec(id)?.[1]
  return hex === undefined
    ? undefined
    : `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * The key under which a run is stored: the UUID inside a process event's id. Any other text is returned as it is, and
 * looked up as such.
 */
export const uuidOfRun = (id: string): string => id.startsWith("process_event-") ? uuidOf(id) ?? id : id
