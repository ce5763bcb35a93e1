import { assert, describe, it } from "vitest"
import { timeOf } from "../src/environment/Now.ts"
import { momentOf, orderSearch, parseSearch, runSearch, soughtOf, stringifySearch } from "../src/url/Filters.ts"

const hex = "01a204dc06ab760b8981e2707351d672"

describe("filters in the address", () => {
  it("are unchanged after they were written to the address and read back", () => {
    const filters = { q: "ada@example.com", state: "failed", partner: "127.0.0.1:9401", after: "-1h" }
    assert.deepStrictEqual(runSearch(parseSearch(stringifySearch(filters))), filters)
  })

  it("drop empty and unknown parameters, and keep text that looks like a number", () => {
    assert.deepStrictEqual(orderSearch({ q: " 1001 ", status: "", nonsense: "x" }), { q: "1001" })
    assert.deepStrictEqual(orderSearch(parseSearch("?q=1001")), { q: "1001" })
    assert.strictEqual(stringifySearch({ q: undefined, status: "" }), "")
  })
})

describe("momentOf", () => {
  const now = timeOf("2026-11-22T12:00:00Z")
  it.each([
    ["-15m", "2026-11-22T11:45:00.000Z"],
    ["-24h", "2026-11-21T12:00:00.000Z"],
    ["-7d", "2026-11-15T12:00:00.000Z"],
    ["2026-11-01", "2026-11-01"],
    ["2026-11-01T08:00:00Z", "2026-11-01T08:00:00Z"],
    ["yesterday", undefined],
    [undefined, undefined]
  ])("reads %s as %s", (text, moment) => {
    assert.strictEqual(momentOf(text, now), moment)
  })
})

describe("soughtOf", () => {
  it.each([
    [`process_event-${hex}`, "processEvent"],
    [`delivery-${hex}`, "delivery"],
    [`order-${hex}`, "order"],
    ["web-1001", "order"],
    [" ada@example.com ", "email"],
    ["process_event-short", "order"]
  ])("takes %s for a %s", (text, kind) => {
    assert.strictEqual(soughtOf(text).kind, kind)
  })
})
