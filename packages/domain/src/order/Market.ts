/** The market of an order: its `marketId` and, as the wider answer, its `marketGroupId`. Contract: section 6. */
import type { Order } from "./Order.ts"

/** One of the order's two market members, with its value. */
export interface Market {
  readonly member: "marketId" | "marketGroupId"
  readonly id: string
}

/** The order's markets, the narrower first. Empty strings name no market. */
export const marketsOf = (order: Order): ReadonlyArray<Market> =>
  (["marketId", "marketGroupId"] as const).flatMap((member) => {
    const id = order[member]
    return typeof id === "string" && id !== "" ? [{ member, id }] : []
  })

/** The first of `markets` that `list` names. */
export const namedMarket = (
  list: ReadonlyArray<string> | undefined,
  markets: ReadonlyArray<Market>
): Market | undefined => list === undefined ? undefined : markets.find((market) => list.includes(market.id))
