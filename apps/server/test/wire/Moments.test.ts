/** Times in queries and bodies. Contract: section 7. */
import { assert, describe, it } from "@effect/vitest"
import { epochMillisOf } from "../../src/wire/Moments.ts"

/** The beginning of 2026-11-30, in epoch milliseconds. */
const day = 1_795_996_800_000
const hour = 3_600_000

describe("a moment", () => {
  it.each<[string, number]>([
    ["2026-11-30", day],
    ["2026-11-30T00:00Z", day],
    ["2026-11-30T00:00:00.5Z", day + 500],
    ["2026-11-30T00:00:00.123456789Z", day + 123],
    ["2026-11-30T00:00:00+01:00", day - hour],
    ["2026-11-30T00:00:00-05:30", day + 5.5 * hour],
    ["2026-11-30T24:00:00Z", day + 24 * hour],
    ["2024-02-29", 1_709_164_800_000]
  ])("%s is read", (text, at) => assert.strictEqual(epochMillisOf(text), at))

  it.each([
    "",
    "yesterday",
    "2026",
    "2026-11",
    "2026-02-30",
    "2026-02-29",
    "2026-04-31T08:00:00Z",
    "2026-13-01",
    "2026-00-10",
    "2026-11-30T25:00:00Z",
    "2016-12-31T23:59:60Z",
    "2026-11-30T00:00:00",
    "2026-11-30T00:00:00 01:00",
    "2026-11-30 00:00:00Z",
    "2026-11-30T00:00:00-24:00",
    "1764460800000",
    " 2026-11-30"
  ])("%j is refused", (text) => assert.isUndefined(epochMillisOf(text)))
})
