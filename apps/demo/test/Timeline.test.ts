import { assert, describe, it } from "@effect/vitest"
import { duration, fit, style, wrap } from "@sluice/terminal/Style"
import { timeline } from "../src/report/Timeline.ts"
import { scenarios } from "../src/scenario/Scenarios.ts"
import { asExpected, ended } from "./Fixture.ts"

const plain = (columns: number) => style({ columns, colours: false })

describe("The timeline of an order", () => {
  it("shows every attempt with its offset, status and outcome", () => {
    assert.deepStrictEqual(timeline(ended("retries"), plain(100)), [
      "━━ Retries after 1, 5 and 15 s ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ completed in 100 ms",
      "   503, a reset connection, 503, then 200: the same key and the same bytes four times.",
      "   status New, version 1, order demo-retries",
      "   ✓ WebhookWorkflowStep  critical                                                         succeeded",
      "      +0 ms     #1  POST flaky /api/validate                     503  rejected                  8 ms",
      "      +1.01 s   #2  POST flaky /api/validate                     –    unreachable (reset)       8 ms",
      "      +6.02 s   #3  POST flaky /api/validate                     503  rejected                  8 ms",
      "      +21.0 s   #4  POST flaky /api/validate                     200  succeeded                 8 ms",
      "   → order.submitted  to crm: 204 after 4 ms, verified                                     delivered",
      "   → customer.updated  to crm: 204 after 4 ms, verified                                    delivered",
      "   → subscription.created  to crm: 204 after 4 ms, verified                                delivered",
      "   → entitlements.updated  to crm: 204 after 4 ms, verified                                delivered",
      "   → order.submitted  to warehouse: 503, 204 after 5.40 s, verified                        delivered"
    ])
  })

  it("shows which step failed, why, and which steps were not called because of it", () => {
    assert.deepStrictEqual(timeline(ended("fulfilment"), plain(100)), [
      "━━ Rejection by status ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ failed in 100 ms",
      "   The partner does not deliver to Antarctica: its 400 fails the order before payment is taken.",
      "   status New → Failed, version 1, order demo-fulfilment",
      "   ✗ fulfilment  calloutPlugin, critical                                                      failed",
      "      +0 ms     #1  POST fulfilment /api/deliverable             503  rejected                  8 ms",
      "      ╰ callout plugin failed due to response status: [400]",
      "   – billing  calloutPlugin, critical                                                        skipped",
      "      ╰ a critical step before it failed",
      "   → order.submitted  to crm: 204 after 4 ms, verified                                     delivered",
      "   → error  to crm: 204 after 4 ms, verified                                               delivered",
      "   → order.submitted  to warehouse: 503, 204 after 5.40 s, verified                        delivered"
    ])
  })

  it("shows what a partner's patch changed", () => {
    const patched = ended("patch")
    const [first, ...rest] = patched.processEvent.steps
    const [callout] = first!.callouts
    const patch = [
      { path: "/status", before: "New", after: "Validated" },
      { path: "/tags", after: ["fraud-checked"] }
    ]
    const steps = [{ ...first!, callouts: [{ ...callout!, patch }] }, ...rest]
    const lines = timeline({ ...patched, processEvent: { ...patched.processEvent, steps } }, plain(100))
    assert.includeMembers([...lines], [
      `      /status  "New" → "Validated"`,
      `      /tags  nothing → ["fraud-checked"]`
    ])
  })

  it("shows a partner's objection although the step ends as a warning", () => {
    const warned = ended("advice")
    const [first, ...rest] = warned.processEvent.steps
    const error = { name: "rejected", message: "Shipping address could not be validated" }
    const steps = [{ ...first!, callouts: first!.callouts.map((callout) => ({ ...callout, error })) }, ...rest]
    const lines = timeline({ ...warned, processEvent: { ...warned.processEvent, steps } }, plain(100))
    assert.include([...lines], "      ╰ Shipping address could not be validated")
  })

  it("fits any terminal of 72 columns or more", () => {
    for (let columns = 72; columns <= 140; columns++) {
      for (const scenario of scenarios) {
        for (const line of timeline(asExpected(scenario), plain(columns))) {
          assert.isAtMost(line.length, columns, line)
        }
      }
    }
  })

  it("has colours only where requested, and the same text with them", () => {
    // oxlint-disable-next-line no-control-regex -- that is what colours are made of
    const escapes = /\u001b\[\d+m/g
    const coloured = timeline(ended("cancel"), style({ columns: 100, colours: true })).join("\n")
    assert.match(coloured, escapes)
    assert.strictEqual(coloured.replace(escapes, ""), timeline(ended("cancel"), plain(100)).join("\n"))
  })
})

describe("Text", () => {
  it.each([[0, "0 ms"], [999.4, "999 ms"], [1000, "1.00 s"], [9999, "10.00 s"], [21_060, "21.1 s"]])(
    "of %d ms reads %s",
    (ms, expected) => assert.strictEqual(duration(ms), expected)
  )

  it("is cut with an ellipsis or padded, to the column", () => {
    assert.deepStrictEqual([fit("abc", 5), fit("abcde", 5), fit("abcdef", 5)], ["abc  ", "abcde", "abcd…"])
  })

  it("wraps at spaces and leaves long words whole", () => {
    assert.deepStrictEqual(wrap("a bc def ghijklm n", 6), ["a bc", "def", "ghijklm", "n"])
  })
})
