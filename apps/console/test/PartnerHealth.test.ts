import { assert, describe, it } from "vitest"
import { healthOf, heldFor, namesByHost, worstFirst } from "../src/partners/PartnerHealth.ts"

const partner = (
  host: string,
  calls: number,
  failures: number,
  more: { readonly state?: "closed" | "open" | "half-open"; readonly paused?: boolean } = {}
) => ({
  host,
  state: more.state ?? "closed" as const,
  paused: more.paused ?? false,
  failures: 0,
  waiting: 0,
  open: 0,
  last10m: { calls, failures, p50: null, p95: null }
})

describe("the health of a partner", () => {
  const table = [
    ["a partner that fails all its calls is failing although its circuit is closed", partner("a", 100, 100), "failing"],
    ["a partner whose circuit is open is down", partner("a", 100, 1, { state: "open" }), "down"],
    ["a paused partner is paused, whatever else", partner("a", 9, 9, { state: "open", paused: true }), "paused"],
    ["a partner that is tried again is being tried", partner("a", 0, 0, { state: "half-open" }), "being tried"],
    ["a partner that fails one call in ten is unsteady", partner("a", 100, 10), "unsteady"],
    ["a partner that fails one call in a hundred is healthy", partner("a", 100, 1), "healthy"],
    ["a partner that was not called is quiet", partner("a", 0, 0), "quiet"]
  ] as const
  it.each(table)("%s", (_, given, word) => assert.strictEqual(healthOf(given).word, word))

  it("the worst partners come first", () => {
    const hosts = worstFirst([partner("quiet", 0, 0), partner("good", 9, 0), partner("bad", 9, 9)]).map(({ host }) =>
      host
    )
    assert.deepStrictEqual(hosts, ["bad", "good", "quiet"])
  })

  it("a host is known by the names of the connectors that call it", () => {
    const at = "2026-11-30T00:00:00Z"
    const stored = { version: 1, createdAt: at, updatedAt: at }
    const names = namesByHost([
      { ...stored, id: "a", host: "https://partner.example/x", displayName: "Billing" },
      { ...stored, id: "b", host: "https://partner.example/y", connectorId: "b" },
      { ...stored, id: "c", host: "no url" }
    ])
    assert.deepStrictEqual([...names], [["partner.example", ["Billing", "b"]]])
  })

  it("the reason of a waiting run names the partner that it waits for", () => {
    assert.strictEqual(heldFor("waits until partner billing.example:8443 answers again"), "billing.example:8443")
    assert.strictEqual(heldFor("waits because partner billing.example is paused: night"), "billing.example")
    assert.strictEqual(heldFor("waits for the callback of step pay until 2026-12-01"), undefined)
  })
})
