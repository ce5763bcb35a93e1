import { assert, describe, it } from "@effect/vitest"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { type AttemptEnd, delayAfter } from "@sluice/engine/plugins/RetrySchedule"
import type { OutboundResponse } from "@sluice/http-client/Outbound"
import { Effect } from "effect"
import { isRetried, judge, mintsKey, pauseAfter, retryPolicy } from "../src/zuora/ZuoraJudgement.ts"

const answer = (status: number, body: unknown): OutboundResponse => ({
  status,
  headers: {},
  body: Utf8.encode(typeof body === "string" ? body : JSON.stringify(body)),
  truncated: false
})

/** The sample of Zuora's "Error codes". */
const invalidTerm = {
  success: false,
  processId: "CBCFED6580B4E076",
  reasons: [{ code: 53100320, message: "'termType' value should be one of: TERMED, EVERGREEN" }]
}
const reasons = (...codes: ReadonlyArray<number>) => ({
  success: false,
  reasons: codes.map((code) => ({ code, message: `m${code}` }))
})

const judged = judge(({ orderNumber }) => orderNumber === undefined ? "orderNumber" : undefined)

describe("an answer of Zuora", () => {
  it.each<[string, OutboundResponse, string, string | undefined, string | undefined]>([
    ["success with its number", answer(200, { success: true, orderNumber: "O-1" }), "succeeded", undefined, undefined],
    [
      "200 that says success: false",
      answer(200, invalidTerm),
      "rejected",
      "Zuora answered 200: [53100320] 'termType' value should be one of: TERMED, EVERGREEN",
      "53100320"
    ],
    ["a lock", answer(200, reasons(53200050)), "rejected", "Zuora answered 200: [53200050] m53200050", "53200050"],
    [
      "a lock beside a fault: the fault tells",
      answer(200, reasons(53200050, 53100320)),
      "rejected",
      "Zuora answered 200: [53200050] m53200050; [53100320] m53100320",
      "53100320"
    ],
    ["429 without words", answer(429, ""), "rejected", "Zuora answered 429", undefined],
    [
      "500 with success: true",
      answer(500, { success: true, orderNumber: "O-1" }),
      "rejected",
      "Zuora answered 500",
      undefined
    ],
    ["a web page", answer(200, "<html>"), "invalid-response", "Zuora answered 200 without saying success", undefined],
    [
      "silence about success",
      answer(200, {}),
      "invalid-response",
      "Zuora answered 200 without saying success",
      undefined
    ],
    [
      "success without its number",
      answer(200, { success: true }),
      "invalid-response",
      "Zuora answered with success, but without orderNumber",
      undefined
    ]
  ])("%s", (_, response, outcome, message, code) => {
    const judgement = judged(response)
    assert.strictEqual(judgement.outcome, outcome)
    assert.strictEqual("message" in judgement ? judgement.message : undefined, message)
    assert.strictEqual("code" in judgement ? judgement.code : undefined, code)
  })
})

describe("after an attempt", () => {
  const same = "again, same key"
  const fresh = "again, new key"
  it.each<[AttemptEnd, string]>([
    [{ outcome: "timed-out" }, same],
    [{ outcome: "unreachable", code: "reset" }, same],
    [{ outcome: "unreachable", code: "blocked" }, "no more"],
    [{ outcome: "rejected", status: 200, code: "53200050" }, fresh],
    [{ outcome: "rejected", status: 200, code: "50000070" }, fresh],
    [{ outcome: "rejected", status: 429 }, fresh],
    [{ outcome: "rejected", status: 409 }, same],
    [{ outcome: "rejected", status: 503 }, same],
    [{ outcome: "rejected", status: 500, code: "53200050" }, same],
    [{ outcome: "rejected", status: 200, code: "53100320" }, "no more"],
    [{ outcome: "rejected", status: 422 }, "no more"],
    [{ outcome: "invalid-response", status: 200 }, "no more"],
    [{ outcome: "invalid-response", unknown: true }, same]
  ])("%j", (end, expected) => {
    assert.strictEqual(!isRetried(end) ? "no more" : mintsKey(end) ? fresh : same, expected)
  })
})

describe("how long Zuora asks to wait", () => {
  const limited = (headers: Record<string, string>, end: Partial<AttemptEnd> = {}): AttemptEnd => ({
    outcome: "rejected",
    status: 429,
    // 2026-01-01T12:00:00Z
    at: 1_767_268_800_000,
    headers,
    ...end
  })
  it.each<[string, AttemptEnd, number | undefined]>([
    ["as long as Retry-After says", limited({ "retry-after": "40", "ratelimit-reset": "7" }), 40_000],
    ["until a date", limited({ "retry-after": "Thu, 01 Jan 2026 12:00:30 GMT" }), 30_000],
    ["until the quota starts anew", limited({ "ratelimit-remaining": "0", "ratelimit-reset": "55" }), 55_000],
    [
      "not for a quota with something left",
      limited({ "ratelimit-remaining": "3", "ratelimit-reset": "55" }),
      undefined
    ],
    ["for a limit that a 200 tells of", limited({ "ratelimit-reset": "5" }, { status: 200, code: "50000070" }), 5000],
    ["not for a lock", limited({ "ratelimit-reset": "5" }, { status: 200, code: "53200050" }), undefined]
  ])("%s", (_, end, expected) => {
    assert.strictEqual(pauseAfter(end), expected)
  })

  it.effect("it only ever delays the next attempt, by an hour at most", () =>
    Effect.gen(function*() {
      const waits = (seconds: string) => delayAfter(retryPolicy([1000]), [limited({ "retry-after": seconds })])
      assert.deepStrictEqual(
        [yield* waits("0"), yield* waits("9"), yield* waits("999999")],
        [1000, 9000, 3_600_000]
      )
    }))
})
