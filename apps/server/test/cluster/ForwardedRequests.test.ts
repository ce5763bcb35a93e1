import { assert, describe, it } from "@effect/vitest"
import { isAllowed, isForwarded } from "../../src/cluster/ForwardedRequests.ts"

describe("ForwardedRequests", () => {
  it.each([
    ["POST", "/v1/orders", true],
    ["POST", "/v1/orders/o/process", true],
    ["PATCH", "/v1/orders/o", true],
    ["POST", "/v1/events", true],
    ["POST", "/v1/callbacks/t", true],
    ["POST", "/v1/process-events/r/cancel", true],
    ["POST", "/v1/process-events/r/retry", true],
    ["POST", "/v1/process-events/r/steps/s/resolve", true],
    ["GET", "/v1/process-events/r/stream", true],
    ["GET", "/v1/orders", false],
    ["GET", "/v1/process-events/r", false],
    ["POST", "/v1/process-events/retry", false],
    ["PUT", "/v1/pipelines/p", false],
    ["HEAD", "/v1/orders", false]
  ])("%s %s is forwarded: %s", (method, path, expected) => {
    assert.strictEqual(isForwarded(method, path), expected)
  })

  it("the owner checks the role of a caller that another process has authenticated", () => {
    const told = (...roles: ReadonlyArray<string>) => JSON.stringify({ name: "shop", roles })
    assert.isTrue(isAllowed(told("submit"), "submit"))
    assert.isFalse(isAllowed(told("read"), "submit"))
    assert.isTrue(isAllowed(undefined, "submit"))
  })
})
