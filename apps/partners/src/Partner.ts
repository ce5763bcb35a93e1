/**
 * A partner system: a name and a behaviour. A behaviour depends on nothing but the requests that came so far, so that the
 * same requests always meet the same answers.
 */
import type { OrderSeen } from "./OrderSeen.ts"
import type { Reply } from "./Reply.ts"
import type { Script } from "./Script.ts"

/** What a behaviour may look at. */
export interface PartnerRequest {
  readonly method: string
  /** Without host and query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As text; what is not UTF-8 is replaced. */
  readonly body: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly order: OrderSeen
  /** Which request of this order to this path this is, from 1. */
  readonly number: number
}

export interface Partner {
  /** Lower-case, used in the log and in `GET /partners`. */
  readonly name: string
  /** Where a body is no order, but says whose it is: the order's id, for the log. */
  readonly orderId?: (body: string) => string | undefined
  readonly reply: (request: PartnerRequest) => Reply
  /** Of a partner with words of its own, which heeds its script itself. */
  readonly script?: Script
}
