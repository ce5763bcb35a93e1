/**
 * Claims deliveries for this process in the statement that makes them, as is done with runs, so that no separate claim
 * is needed. At most as many as the process has room for (`Offer`), and none of an endpoint with a rate limit, which
 * processes share under a lock. Such a claim expires like any other. Design: ARCHITECTURE.md, "Deliveries".
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { type ClaimedDelivery, claimMs } from "@sluice/delivery/DeliveryStore"
import { versionEntryId } from "@sluice/domain/identity/Ids"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { webhookTypeOf } from "@sluice/domain/webhook/WebhookType"
import type { Submission } from "@sluice/engine/journal/Journal"
import type { Offer } from "./DeliverySignal.ts"

/**
 * The parameters of `endpointsWithRoom` and `localClaimColumns`: a mark, endpoints with their room, the room of any
 * other endpoint, and the total.
 */
export const localClaimParameters = ({ mark, room }: Offer): ReadonlyArray<PgTypes.Parameter> => [
  PgTypes.uuid(mark),
  { ...PgTypes.text(null), oid: PgTypes.OID.textArray, value: [...room.room.keys()] },
  { ...PgTypes.int4(null), oid: PgTypes.OID.int4Array, value: [...room.room.values()] },
  PgTypes.int4(room.otherwise),
  PgTypes.int4(room.total)
]

/**
 * The part `t` of a statement: the endpoints with the room that this process has for each. `first`: the position of
 * its first parameter.
 */
export const endpointsWithRoom = (first: number): string =>
  `t as materialized (
  select w.id, w.types, w.per_order, w.disabled_at is not null as held, case when w.rate is null then
      least(coalesce(b.room, $${first + 3}::int4), $${first + 4}::int4 / (select count(*)::int4 from webhook_endpoints))
    else 0 end as room
  from webhook_endpoints w left join unnest($${first + 1}::text[], $${first + 2}::int4[]) as b(lane, room)
    on b.lane = 'e:' || w.id
)`

/** The values of `claim` and `claimed_until` for the `n`th of the statement's messages at endpoint `t`. */
export const localClaimColumns = (n: string, first: number): string =>
  `case when ${n} <= t.room and not t.held then $${first}::uuid end,
    case when ${n} <= t.room and not t.held then clock_timestamp() + interval '${claimMs} ms' end`

/** A delivery that was claimed as it was made. Ids are hyphenated UUIDs. */
export interface LocalClaim {
  readonly id: string
  readonly messageId: string
  readonly sequence: number
  readonly endpointId: string
}

/** SQL: the claimed deliveries as one text, since the rows of a flush's result have one shape. */
export const localClaimText = `dw.id::text || dw.message_id || dw.endpoint_id || ' ' || dw.seq`

const uuidLength = 36

export const localClaimOf = (text: string): LocalClaim => {
  const space = text.lastIndexOf(" ")
  return {
    id: text.slice(0, uuidLength),
    messageId: text.slice(uuidLength, 2 * uuidLength),
    endpointId: text.slice(2 * uuidLength, space),
    sequence: Number(text.slice(space + 1))
  }
}

export interface LocalClaimMessage {
  readonly type: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly orderId?: string
  /** The timeline entry that the message tells of. */
  readonly cause?: string
  readonly body: Uint8Array
}

/** The claimed deliveries in the form that a claim returns. */
export const claimedAtOnce = (
  { endpointId, ...handed }: LocalClaim,
  message: LocalClaimMessage
): ClaimedDelivery => ({
  ...handed,
  ...message,
  lane: `e:${endpointId}`,
  endpointId,
  frozen: false,
  attempts: 0,
  round: 0
})

/** The message of orders that are being stored: their first version. */
export const ofSubmissions = (
  handed: ReadonlyArray<LocalClaim>,
  submissions: ReadonlyArray<Submission>
): ReadonlyArray<ClaimedDelivery> => {
  if (handed.length === 0) return []
  const byEvent = new Map(submissions.map((submission) => [submission.run.eventId, submission]))
  const messages = new Map<string, LocalClaimMessage>()
  return handed.flatMap((one) => {
    const submission = byEvent.get(one.messageId)
    if (submission === undefined) return []
    const { document, run } = submission
    let message = messages.get(one.messageId)
    if (message === undefined) {
      message = {
        type: webhookTypeOf(document.order.orderType) ?? "",
        createdAt: run.createdAt,
        orderId: document.order.id,
        cause: versionEntryId(one.messageId, 1),
        body: Utf8.encode(document.text)
      }
      messages.set(one.messageId, message)
    }
    return [claimedAtOnce(one, message)]
  })
}
