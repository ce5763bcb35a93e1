/** A claimed delivery with its message: its row, and the value that the dispatcher works on. */
import type { ClaimedDelivery, StepTarget } from "@sluice/delivery/DeliveryStore"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"

export interface ClaimedRow {
  readonly id: string
  readonly message_id: string
  readonly seq: bigint
  readonly type: string
  readonly order_id: string | null
  readonly lane: string
  readonly endpoint_id: string | null
  readonly target: string | null
  readonly attempts: number
  readonly round: number
  readonly frozen: boolean
  readonly created_at: Date
  readonly body: Uint8Array | null
  readonly doc: string | null
  readonly cause: string | null
}

/** Decodes a claimed delivery. Throws if the row cannot be read. */
export const claimed = (row: ClaimedRow): ClaimedDelivery => ({
  id: row.id,
  messageId: row.message_id,
  sequence: Number(row.seq),
  type: row.type,
  ...(row.order_id !== null && { orderId: row.order_id }),
  ...(row.cause !== null && { cause: row.cause }),
  createdAt: row.created_at.getTime(),
  lane: row.lane,
  ...(row.endpoint_id !== null && { endpointId: row.endpoint_id }),
  ...(row.target !== null && { target: JSON.parse(row.target) as StepTarget }),
  // A copy: what the driver hands out is a view into a whole packet.
  body: row.body?.slice() ?? Utf8.encode(row.doc ?? ""),
  frozen: row.frozen,
  attempts: row.attempts,
  round: row.round
})
