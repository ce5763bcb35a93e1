/**
 * Decides by market and store whether a step runs for an order; disabled wins over enabled. Contract: section 4, "Every
 * step".
 *
 * An empty list filters nothing, as in the source system, whose forms send empty lists.
 */
import { marketsOf, namedMarket } from "../order/Market.ts"
import type { Order } from "../order/Order.ts"
import type { Scope } from "./Pipeline.ts"

const isGiven = (list: ReadonlyArray<string> | undefined): list is ReadonlyArray<string> =>
  list !== undefined && list.length > 0

/** The reason why the step is skipped, in words; `undefined` where it runs. */
export const stepFilter = (scope: Scope, order: Order): string | undefined =>
  filtersNothing(scope) ? undefined : filter(scope, order)

/** True for most steps, of which each order asks several times. */
const filtersNothing = (
  { disabledForMarkets, disabledForStores, enabledForMarkets, enabledForStores }: Scope
): boolean =>
  !(isGiven(disabledForMarkets) || isGiven(disabledForStores) || isGiven(enabledForMarkets) ||
    isGiven(enabledForStores))

const filter = (scope: Scope, order: Order): string | undefined => {
  const markets = marketsOf(order)
  const store = typeof order.storeId === "string" && order.storeId !== "" ? order.storeId : undefined

  const disabled = namedMarket(scope.disabledForMarkets, markets)
  if (disabled !== undefined) return `disabledForMarkets includes the order's ${disabled.member} ${disabled.id}`
  if (store !== undefined && scope.disabledForStores?.includes(store)) {
    return `disabledForStores includes the order's storeId ${store}`
  }
  if (isGiven(scope.enabledForMarkets) && namedMarket(scope.enabledForMarkets, markets) === undefined) {
    return markets.length === 0
      ? "enabledForMarkets is given and the order has no market"
      : `enabledForMarkets does not include the order's ${
        markets.map((market) => `${market.member} ${market.id}`).join(" or ")
      }`
  }
  if (isGiven(scope.enabledForStores) && (store === undefined || !scope.enabledForStores.includes(store))) {
    return store === undefined
      ? "enabledForStores is given and the order has no storeId"
      : `enabledForStores does not include the order's storeId ${store}`
  }
  return undefined
}
