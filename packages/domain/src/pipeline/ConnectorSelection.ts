/**
 * Selects the connector of a workflow step. Contract: section 6, `WebhookWorkflowStep`, "Endpoint".
 *
 * By `ConnectorId` if the step gives one, exact and for the order's market, or not found; else the one that is enabled for
 * the order's market; else by name among those that are for every market. A market that a connector is disabled for
 * excludes it at every level.
 */
import { type Market, marketsOf, namedMarket } from "../order/Market.ts"
import type { Order } from "../order/Order.ts"
import type { AddressedConnector, Connector } from "./Connector.ts"

/**
 * The connector that a step asks for: its members `Connector` and `ConnectorId`. An empty `connectorId` asks for none.
 */
export interface WantedConnector {
  readonly name: string
  readonly connectorId: string | undefined
}

/** The connector that was selected, if any; `reason` says which rule decided, for the step's `reason`. */
export type ConnectorSelection =
  | { readonly connector: Connector; readonly reason: string }
  | { readonly connector: undefined; readonly reason: string }

/** One without `ConnectorId` first, then by `ConnectorId`, then by the id that addresses it: the same on every process. */
const byConnectorId = (a: AddressedConnector, b: AddressedConnector): number =>
  compare(a.connector.connectorId ?? "", b.connector.connectorId ?? "") || compare(a.id, b.id)

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

const isForEveryMarket = ({ connector }: AddressedConnector): boolean =>
  connector.enabledForMarkets === undefined || connector.enabledForMarkets.length === 0

const isFor = (one: AddressedConnector, markets: ReadonlyArray<Market>): boolean =>
  isForEveryMarket(one) || namedMarket(one.connector.enabledForMarkets, markets) !== undefined

/** Names the order's markets, for what is said about a connector that is for others. */
const named = (markets: ReadonlyArray<Market>): string =>
  markets.length === 0 ? "no market" : markets.map(({ id, member }) => `${member} ${id}`).join(", ")

const notFound = (
  sought: string,
  candidates: ReadonlyArray<AddressedConnector>,
  markets: ReadonlyArray<Market>
): ConnectorSelection => {
  const disabled = candidates.map(({ connector }) => namedMarket(connector.disabledForMarkets, markets))
    .find((market) => market !== undefined)
  const elsewhere = candidates.find((one) => !isFor(one, markets))
  const reason = disabled !== undefined
    ? `is enabled: DisabledForMarkets includes the order's ${disabled.member} ${disabled.id}`
    : elsewhere !== undefined
    ? `is enabled: EnabledForMarkets names ${elsewhere.connector.enabledForMarkets?.join(", ")}, the order has ${
      named(markets)
    }`
    : "is configured"
  return { connector: undefined, reason: `no connector ${sought} ${reason}` }
}

const byId = (
  connectors: ReadonlyArray<AddressedConnector>,
  connectorId: string,
  name: string,
  markets: ReadonlyArray<Market>
): ConnectorSelection => {
  const candidates = connectors.filter(({ connector }) => connector.connectorId === connectorId)
  const enabled = candidates.filter((one) =>
    isFor(one, markets) && namedMarket(one.connector.disabledForMarkets, markets) === undefined
  )
  // Nothing forbids two connectors with one ConnectorId; the name that the step gives tells them apart.
  const found = enabled.find(({ connector }) => connector.name === name) ?? enabled[0]
  return found === undefined
    ? notFound(`with ConnectorId ${connectorId}`, candidates, markets)
    : { connector: found.connector, reason: `connector ${connectorId} by ConnectorId` }
}

const labelled = (name: string, { connector }: AddressedConnector): string =>
  connector.connectorId === undefined || connector.connectorId === "" ? name : `${name} (${connector.connectorId})`

export const selectConnector = (
  connectors: ReadonlyArray<AddressedConnector>,
  wanted: WantedConnector,
  order: Order
): ConnectorSelection => {
  const sorted = connectors.toSorted(byConnectorId)
  const markets = marketsOf(order)
  const { connectorId, name } = wanted
  if (connectorId !== undefined && connectorId !== "") return byId(sorted, connectorId, name, markets)

  const candidates = sorted.filter(({ connector }) => connector.name === name)
  const enabled = candidates.filter(({ connector }) => namedMarket(connector.disabledForMarkets, markets) === undefined)
  for (const market of markets) {
    const found = enabled.find(({ connector }) => connector.enabledForMarkets?.includes(market.id))
    if (found !== undefined) {
      return {
        connector: found.connector,
        reason: `connector ${labelled(name, found)} by market: EnabledForMarkets names the order's ${market.member} ` +
          market.id
      }
    }
  }
  const found = enabled.find(isForEveryMarket)
  return found === undefined
    ? notFound(`named ${name}`, candidates, markets)
    : { connector: found.connector, reason: `connector ${labelled(name, found)} by name` }
}
