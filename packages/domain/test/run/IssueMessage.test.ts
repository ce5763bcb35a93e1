import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { normalisedMessage } from "../../src/run/IssueMessage.ts"

const same: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["status: [<number>]", ["status: [404]", "status: [500]"]],
  ["order <id> is unknown", ["order web-1 is unknown", "order ORD-1002 is unknown", "order a1b2 is unknown"]],
  ["<id> failed", ["0190c1d2-3e4f-7000-8000-000000000000 failed", `order-${"0a".repeat(16)} failed`]],
  ["connect ECONNREFUSED <address>", ["connect ECONNREFUSED 127.0.0.1:9411", "connect ECONNREFUSED [::1]:80"]],
  ["at <address>", ["at https://x.example/a?b=1", "at http://127.0.0.1:80/", "at billing.example:8443"]],
  ["<address> has no account", ["a.b@x.example has no account", "c+1@y.example has no account"]],
  ["not before <time>", ["not before 2026-11-22T08:00:00.123Z", "not before 2026-11-22", "not before 08:15"]],
  ["amount <number> is too high", ["amount 12.50 is too high", "amount 1,000 is too high"]],
  ["This operation was aborted", ["This operation was aborted"]]
]

describe("the message of an issue", () => {
  it.each(same)("%s stands for what differs in ids, numbers, addresses and times", (expected, messages) => {
    for (const message of messages) assert.strictEqual(normalisedMessage(message), expected)
  })

  it.prop("is the same when it is normalised again, and has no digit", [Schema.String], ([text]) => {
    const once = normalisedMessage(text)
    assert.strictEqual(normalisedMessage(once), once)
    assert.notMatch(once, /[0-9]/)
    assert.isAtMost(once.length, 300)
  })

  it.prop(
    "does not depend on the number in it",
    [Schema.Int, Schema.Int],
    ([a, b]) =>
      assert.strictEqual(normalisedMessage(`of ${Math.abs(a)} items`), normalisedMessage(`of ${Math.abs(b)} items`))
  )
})
