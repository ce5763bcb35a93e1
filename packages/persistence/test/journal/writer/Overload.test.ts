import { assert, it } from "@effect/vitest"
import { refusedFor } from "../../../src/journal/writer/WriteChannel.ts"

const mebibyte = 1024 * 1024

it.each(
  [
    ["nothing waits", false, { members: 0, bytes: 0 }, 1, undefined],
    ["the last place is taken", false, { members: 4095, bytes: 0 }, 1, undefined],
    ["there is no place left", false, { members: 4096, bytes: 0 }, 1, 1],
    ["the write fills the bytes", false, { members: 1, bytes: 63 * mebibyte }, mebibyte, undefined],
    ["the write exceeds the bytes", false, { members: 1, bytes: 63 * mebibyte }, mebibyte + 1, 1],
    ["the queue in the database is full", true, { members: 0, bytes: 0 }, 1, 5],
    ["both are full", true, { members: 4096, bytes: 0 }, 1, 5]
  ] as const
)("a submission is refused for as long as the overload lasts: %s", (_, queueFull, load, bytes, retryAfter) => {
  assert.strictEqual(refusedFor(queueFull, load, bytes)?.retryAfterSeconds, retryAfter)
})
