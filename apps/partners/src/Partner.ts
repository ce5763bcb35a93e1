/**
 * A partner system: a name and a behaviour. A behaviour is a pure function of the request and of how many such requests
 * came before it, so that the same order always meets the same answers.
 */
import type { OrderSeen } from "./OrderSeen.ts"
import type { Reply } from "./Reply.ts"

/** What a behaviour may look at. */
export interface PartnerRequest {
  readonly method: string
  /** Without host and query. */
  readonly path: string
  readonly order: OrderSeen
  /** Which request of this order to this path this is, from 1. */
  readonly number: number
}

export interface Partner {
  /** Lower-case, used in the log and in `GET /partners`. */
  readonly name: string
  readonly reply: (request: PartnerRequest) => Reply
}
