import { assert, describe, it } from "@effect/vitest"
import { matchingPipelines } from "@sluice/domain/internal/pipeline/PipelineMatch"
import type { Order } from "@sluice/domain/order/Order"
import type { Match, Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { orderWith } from "../Orders.ts"

const pipeline = (name: string, match: Match = {}, priority = 0): Pipeline => ({
  name,
  version: 1,
  match,
  priority,
  failedStatus: "Failed",
  steps: [],
  postProcessing: []
})

const names = (pipelines: ReadonlyArray<{ readonly name: string }>) => pipelines.map((one) => one.name)

describe("PipelineMatch", () => {
  it("sorts by priority, highest first, then by name", () => {
    const { matched } = matchingPipelines(orderWith({}), [
      pipeline("b"),
      pipeline("low", {}, -1),
      pipeline("a"),
      pipeline("Z"),
      pipeline("high", {}, 10)
    ])
    assert.deepStrictEqual(names(matched), ["high", "Z", "a", "b", "low"])
  })

  it("keeps that order among pipelines for any order type, for this one and for others", () => {
    const { matched, missed } = matchingPipelines(orderWith({}), [
      pipeline("other", { orderTypes: ["REFUND"] }, 9),
      pipeline("any", {}, 1),
      pipeline("own", { orderTypes: ["NEW_ORDER", "REFUND", "NEW_ORDER"] }, 2),
      pipeline("own-last", { orderTypes: ["NEW_ORDER"] })
    ])
    assert.deepStrictEqual(names(matched), ["own", "any", "own-last"])
    assert.deepStrictEqual(names(missed()), ["other"])
  })

  it.each<[Match, Partial<Order>, string | undefined]>([
    [{}, {}, undefined],
    [{ orderTypes: ["REFUND", "NEW_ORDER"] }, {}, undefined],
    [{ orderTypes: ["NEW_ORDER"] }, { orderType: "REFUND" }, "orderTypes does not include REFUND"],
    [{ orderTypes: [] }, {}, "orderTypes does not include NEW_ORDER"],
    [{ orderTypes: ["new_order"] }, {}, "orderTypes does not include NEW_ORDER"],
    [{ statuses: ["Held"] }, {}, "statuses does not include New"],
    [{ marketIds: ["NOR"] }, { marketId: "NOR" }, undefined],
    [{ marketIds: ["NOR"] }, {}, "marketIds is given and the order has no marketId"],
    [{ marketIds: ["NORDIC"] }, { marketId: "NOR", marketGroupId: "NORDIC" }, "marketIds does not include NOR"],
    [
      { orderTypes: ["REFUND"], statuses: ["Held"] },
      {},
      "orderTypes does not include NEW_ORDER; statuses does not include New"
    ],
    [{ orderTypes: ["NEW_ORDER"], when: "false" }, {}, undefined]
  ])("with match %j an order with %j is missed because %s", (match, members, reason) => {
    const { matched, missed } = matchingPipelines(orderWith(members), [pipeline("p", match)])
    assert.deepStrictEqual(missed(), reason === undefined ? [] : [{ name: "p", reason }])
    assert.strictEqual(matched.length, reason === undefined ? 1 : 0)
  })
})
