/**
 * A partner system: a name and a behaviour. A behaviour depends on the requests so far and nothing else, so that the
 * same requests always get the same answers.
 */
import type { OrderSeen } from "./OrderSeen.ts"
import type { Reply } from "./Reply.ts"
import type { Script } from "./Script.ts"

/** The parts of a request that a behaviour may read. */
export interface PartnerRequest {
  readonly method: string
  /** Without host and query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text; bytes that are not UTF-8 are replaced. */
  readonly body: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly order: OrderSeen
  /** The number of this request among those of the order to this path, from 1. */
  readonly number: number
}

export interface Partner {
  /** Lower-case, used in the log and in `GET /partners`. */
  readonly name: string
  /** Finds the order's id for the log, in a body that is not an order. */
  readonly orderId?: (body: string) => string | undefined
  readonly reply: (request: PartnerRequest) => Reply
  /** The script of a partner that has words of its own and follows the script itself. */
  readonly script?: Script
}
