import { assert, describe, it } from "@effect/vitest"
import { stepFilter } from "@sluice/domain/internal/pipeline/StepFilter"
import type { Order } from "@sluice/domain/order/Order"
import type { Scope } from "@sluice/domain/pipeline/Pipeline"
import { orderWith } from "../Orders.ts"

const norway = { marketId: "NOR", marketGroupId: "NORDIC" }

describe("StepFilter", () => {
  it.each<[Scope, Partial<Order>, string | undefined]>([
    [{}, {}, undefined],
    [{ enabledForMarkets: ["NOR"] }, norway, undefined],
    [{ enabledForMarkets: ["NORDIC"] }, norway, undefined],
    [
      { enabledForMarkets: ["SWE"] },
      norway,
      "enabledForMarkets does not include the order's marketId NOR or marketGroupId NORDIC"
    ],
    [{ enabledForMarkets: ["SWE"] }, {}, "enabledForMarkets is given and the order has no market"],
    [{ enabledForMarkets: [] }, {}, undefined],
    [{ disabledForMarkets: ["NOR"] }, norway, "disabledForMarkets includes the order's marketId NOR"],
    [{ disabledForMarkets: ["NORDIC"] }, norway, "disabledForMarkets includes the order's marketGroupId NORDIC"],
    [{ disabledForMarkets: ["SWE"] }, norway, undefined],
    [
      { enabledForMarkets: ["NOR"], disabledForMarkets: ["NOR"] },
      norway,
      "disabledForMarkets includes the order's marketId NOR"
    ],
    [
      { enabledForMarkets: ["NOR"], disabledForMarkets: ["NORDIC"] },
      norway,
      "disabledForMarkets includes the order's marketGroupId NORDIC"
    ],
    [{ enabledForStores: ["s1"] }, { storeId: "s1" }, undefined],
    [{ enabledForStores: ["s1"] }, { storeId: "s2" }, "enabledForStores does not include the order's storeId s2"],
    [{ enabledForStores: ["s1"] }, {}, "enabledForStores is given and the order has no storeId"],
    [{ disabledForStores: ["s1"] }, { storeId: "s1" }, "disabledForStores includes the order's storeId s1"],
    [{ disabledForStores: ["s1"] }, {}, undefined],
    [
      { enabledForStores: ["s1"], disabledForStores: ["s1"] },
      { storeId: "s1" },
      "disabledForStores includes the order's storeId s1"
    ],
    [
      { enabledForMarkets: ["SWE"], disabledForStores: ["s1"] },
      { ...norway, storeId: "s1" },
      "disabledForStores includes the order's storeId s1"
    ]
  ])("scope %j and an order with %j: %s", (scope, members, reason) => {
    assert.strictEqual(stepFilter(scope, orderWith(members)), reason)
  })
})
