import { assert, describe, it } from "@effect/vitest"
import { defaultDelaysMs, delayAfter } from "@sluice/delivery/DeliverySchedule"
import { disableAfterMs, failingSince, isGivenUp } from "@sluice/delivery/internal/EndpointHealth"
import { AttemptEnd, judge, Next } from "@sluice/delivery/internal/Judgement"
import { retryAfterMs } from "@sluice/domain/internal/decode/RetryAfter"

const hour = 3_600_000
const at = (end: AttemptEnd, made = 1) => judge(end, { delaysMs: defaultDelaysMs, made, now: 0, draw: 0 })
const answered = (status: number, headers: Record<string, string> = {}) =>
  AttemptEnd.Answered({ response: { status, headers } })

describe("Judgement", () => {
  const fiveSeconds = Next.Retry({ afterMs: 5000 })
  const table: ReadonlyArray<readonly [string, Next, AttemptEnd, number?]> = [
    ["a 200 is delivered", Next.Delivered(), answered(200)],
    ["a 299 is delivered", Next.Delivered(), answered(299)],
    ["a redirect is not followed and no success", fiveSeconds, answered(301)],
    ["a 400 is retried: only 2xx is success", fiveSeconds, answered(400)],
    ["a time-out is retried", fiveSeconds, AttemptEnd.Failed({ code: "timed-out", message: "" })],
    ["a 410 ends the endpoint", Next.Gone(), answered(410)],
    ["a 429 waits as long as it says", Next.Retry({ afterMs: 60_000 }), answered(429, { "retry-after": "60" })],
    ["a 503 too", Next.Retry({ afterMs: 60_000 }), answered(503, { "retry-after": "60" })],
    ["a 500 does not", fiveSeconds, answered(500, { "retry-after": "60" })],
    ["it can only delay", fiveSeconds, answered(429, { "retry-after": "1" })],
    ["by 24 hours at most", Next.Retry({ afterMs: 24 * hour }), answered(429, { "retry-after": "9999999" })],
    [
      "by 24 hours, however many digits it has",
      Next.Retry({ afterMs: 24 * hour }),
      answered(429, { "retry-after": "9".repeat(400) })
    ],
    ["the second wait is five minutes", Next.Retry({ afterMs: 300_000 }), answered(500), 2],
    ["the tenth failure is the last", Next.Exhausted(), answered(500), 10],
    ["also where it asks to wait", Next.Exhausted(), answered(503, { "retry-after": "60" }), 10]
  ]
  for (const [name, next, end, made] of table) it(`${name}`, () => assert.deepStrictEqual(at(end, made), next))

  it("judges the call of a step by the statuses that it lists alone", () => {
    const rejecting = (status: number) =>
      judge(answered(status), { delaysMs: defaultDelaysMs, made: 1, now: 0, draw: 0, rejectOn: [404, 410, 503] })
    for (const status of [200, 302, 400, 500]) assert.deepStrictEqual(rejecting(status), Next.Delivered(), `${status}`)
    for (const status of [404, 503]) assert.deepStrictEqual(rejecting(status), fiveSeconds, `${status}`)
    assert.deepStrictEqual(rejecting(410), Next.Gone())
  })

  it("reads a Retry-After that is a date, and ignores one that is neither date nor seconds", () => {
    const now = 1_700_000_000_000
    const inAnHour = "Tue, 14 Nov 2023 23:13:20 GMT"
    assert.strictEqual(retryAfterMs(inAnHour, now), hour)
    assert.strictEqual(retryAfterMs("Wed, 01 Jan 2020 00:00:00 GMT", now), 0)
    for (const text of ["soon", "-1", "1.5", "2020-01-01", ""]) assert.isUndefined(retryAfterMs(text, now), text)
  })

  it("lengthens every wait by up to a fifth, never shortens it, over 75 hours in all", () => {
    let least = 0
    let most = 0
    for (let made = 1; made < defaultDelaysMs.length; made++) {
      least += delayAfter(defaultDelaysMs, made, 0) ?? 0
      most += delayAfter(defaultDelaysMs, made, 0.999_999) ?? 0
    }
    assert.strictEqual(least, 75 * hour + 35 * 60_000 + 5000)
    assert.isAtMost(most, least * 1.2)
    assert.isAbove(most, least * 1.19)
  })

  it("gives up an endpoint after five days of failures only, and one success restarts the count", () => {
    const first = failingSince(undefined, false, 1000)
    assert.strictEqual(failingSince(first, false, 2000), 1000)
    assert.isFalse(isGivenUp(first, 1000 + disableAfterMs - 1))
    assert.isTrue(isGivenUp(first, 1000 + disableAfterMs))
    assert.isFalse(isGivenUp(failingSince(first, true, 1000 + disableAfterMs), 1000 + disableAfterMs))
  })
})
