import { assert, describe, it } from "vitest"
import { destinationsOf, endpointAt, withoutType, withType } from "../src/settings/Destinations.ts"
import { consolePath } from "../src/url/ConsolePath.ts"

const at = "2026-11-30T00:00:00Z"
const endpoint = (id: string, types: ReadonlyArray<string>) => ({
  id,
  url: `https://${id}.example/hook`,
  types: [...types],
  version: 1,
  createdAt: at,
  updatedAt: at
})
const [one, all, two] = [endpoint("one", ["error"]), endpoint("all", ["*"]), endpoint("two", ["error", "order.failed"])]

describe("the destinations of a type", () => {
  it("are the endpoints that name it, and those that get all types", () => {
    assert.deepStrictEqual(destinationsOf("error", [one, all, two]).map(({ id }) => id), ["one", "all", "two"])
    assert.deepStrictEqual(destinationsOf("order.failed", [one, all, two]).map(({ id }) => id), ["all", "two"])
  })
  it("are found by their URL", () => {
    assert.strictEqual(endpointAt(" https://two.example/hook ", [one, two]), two)
    assert.strictEqual(endpointAt("https://two.example/hook/", [one, two]), undefined)
  })
  it("keep their other types when one is added or taken away", () => {
    assert.deepStrictEqual(withType(one, "order.failed"), ["error", "order.failed"])
    assert.deepStrictEqual(withType(two, "error"), ["error", "order.failed"])
    assert.deepStrictEqual(withoutType(two, "error"), ["order.failed"])
    assert.strictEqual(withoutType(one, "error"), undefined)
  })
})

describe("the console's page for a path of the API", () => {
  it.each([
    ["/v1/process-events/process_event-1", "/process-events/process_event-1"],
    ["/v1/process-events/process_event-1/callouts/callout-2", "/process-events/process_event-1?callout=callout-2"],
    ["/v1/pipelines/new%20order/versions/3", "/pipelines/new%20order?tab=versions&to=3"],
    ["/v1/orders/o-1/versions/2", "/orders/o-1?tab=document&version=2"],
    ["/v1/orders/o-1/timeline", "/orders/o-1?tab=timeline"],
    ["/v1/audit/audit-1", "/audit/audit-1"],
    ["/v1/orders/o-1", "/orders/o-1"],
    ["nothing", "/"]
  ])("%s is %s", (href, page) => assert.strictEqual(consolePath(href), page))
})
