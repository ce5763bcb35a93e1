import { assert, describe, it } from "@effect/vitest"
import { selectConnector } from "@sluice/domain/internal/pipeline/ConnectorSelection"
import type { Order } from "@sluice/domain/order/Order"
import type { AddressedConnector, Connector } from "@sluice/domain/pipeline/Connector"
import { orderWith } from "../Orders.ts"

/** The host tells which connector was taken. */
const connector = (host: string, members: Partial<Connector> = {}): AddressedConnector => ({
  id: `at-${host}`,
  connector: { name: "Webhook", host, ...members }
})

const plain = connector("plain")
const a = connector("a", { connectorId: "a" })
const b = connector("b", { connectorId: "b" })
const norway = connector("norway", { connectorId: "z-norway", enabledForMarkets: ["NOR"] })
const nordic = connector("nordic", { connectorId: "nordic", enabledForMarkets: ["NORDIC"] })
const notNorway = connector("notNorway", { connectorId: "notNorway", disabledForMarkets: ["NOR"] })
const notNordic = connector("notNordic", { disabledForMarkets: ["NORDIC"] })
const other = connector("other", { name: "Other" })
const contrary = connector("contrary", { enabledForMarkets: ["NOR"], disabledForMarkets: ["NOR"] })
const nowhere = connector("nowhere", { enabledForMarkets: [] })
const nowhereById = connector("nowhereById", { connectorId: "nowhere", enabledForMarkets: [] })
const norwegian = { marketId: "NOR", marketGroupId: "NORDIC" }

describe("ConnectorSelection", () => {
  it.each<[string, ReadonlyArray<AddressedConnector>, string | undefined, Partial<Order>, string | undefined, string]>([
    ["by id", [plain, a, b], "b", {}, "b", "connector b by ConnectorId"],
    ["by id over market", [norway, b], "b", norwegian, "b", "connector b by ConnectorId"],
    ["by id, for the order's market", [norway], "z-norway", norwegian, "norway", "by ConnectorId"],
    ["by id, for the order's market group", [nordic], "nordic", norwegian, "nordic", "by ConnectorId"],
    [
      "by id, but for another market",
      [norway, plain],
      "z-norway",
      { marketId: "SWE" },
      undefined,
      "no connector with ConnectorId z-norway is enabled: EnabledForMarkets names NOR, the order has marketId SWE"
    ],
    [
      "by id, but for a market, of an order without one",
      [norway],
      "z-norway",
      {},
      undefined,
      "EnabledForMarkets names NOR, the order has no market"
    ],
    ["by id, with an empty EnabledForMarkets", [nowhereById], "nowhere", norwegian, "nowhereById", "by ConnectorId"],
    ["by id, exactly", [a, plain], "A", {}, undefined, "no connector with ConnectorId A is configured"],
    [
      "by id, never by the id of its path",
      [plain],
      "at-plain",
      {},
      undefined,
      "no connector with ConnectorId at-plain"
    ],
    [
      "by id, but disabled",
      [notNorway, plain],
      "notNorway",
      norwegian,
      undefined,
      "DisabledForMarkets includes the order's marketId NOR"
    ],
    ["an empty id asks for none", [plain], "", {}, "plain", "connector Webhook by name"],
    ["by market over name", [plain, norway], undefined, norwegian, "norway", "names the order's marketId NOR"],
    ["by marketId over marketGroupId", [nordic, norway], undefined, norwegian, "norway", "marketId NOR"],
    ["by marketGroupId", [plain, nordic], undefined, norwegian, "nordic", "marketGroupId NORDIC"],
    [
      "by marketGroupId alone",
      [plain, nordic],
      undefined,
      { marketGroupId: "NORDIC" },
      "nordic",
      "marketGroupId NORDIC"
    ],
    [
      "of two for one market the one without ConnectorId",
      [norway, connector("n2", { enabledForMarkets: ["NOR"] })],
      undefined,
      norwegian,
      "n2",
      "by market"
    ],
    [
      "never one for another market by name",
      [norway],
      undefined,
      { marketId: "SWE" },
      undefined,
      "no connector named Webhook"
    ],
    ["an order without market goes by name", [norway, b], undefined, {}, "b", "connector Webhook (b) by name"],
    ["by name the one without ConnectorId", [a, plain], undefined, {}, "plain", "by name"],
    ["by name the lowest ConnectorId", [b, a], undefined, {}, "a", "connector Webhook (a) by name"],
    ["an empty EnabledForMarkets is for every market", [nowhere], undefined, norwegian, "nowhere", "by name"],
    ["by name, but not where disabled", [notNorway, b], undefined, norwegian, "b", "by name"],
    ["by name, disabled by group", [notNordic], undefined, norwegian, undefined, "marketGroupId NORDIC"],
    ["disabled wins over enabled", [contrary, nordic], undefined, norwegian, "nordic", "marketGroupId NORDIC"],
    ["never another name", [other], undefined, {}, undefined, "no connector named Webhook is configured"],
    ["nothing configured", [], undefined, {}, undefined, "no connector named Webhook is configured"]
  ])("%s", (_, connectors, connectorId, members, host, reason) => {
    for (const arrangement of [connectors, connectors.toReversed()]) {
      const selection = selectConnector(arrangement, { name: "Webhook", connectorId }, orderWith(members))
      assert.strictEqual(selection.connector?.host, host)
      assert.include(selection.reason, reason)
    }
  })
})
