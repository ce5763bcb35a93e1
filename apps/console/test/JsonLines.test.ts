import { assert, describe, it } from "vitest"
import { dataOf } from "../src/api/EventStream.ts"
import { parse, rawNumber } from "../src/api/ExactJson.ts"
import { around, jsonLines, search } from "../src/json/JsonLines.ts"

const document = { name: "ada", secret: "[redacted]", list: [1, { deep: true }], empty: {} }

describe("jsonLines", () => {
  it("shows what is open, and counts what is folded", () => {
    const lines = jsonLines(document, (_pointer, depth) => depth < 1)
    assert.deepStrictEqual(lines.map(({ pointer, text, fold }) => [pointer, text, fold]), [
      ["", "{4}", "open"],
      ["/name", "\"ada\"", "none"],
      ["/secret", "\"[redacted]\"", "none"],
      ["/list", "[2]", "closed"],
      ["/empty", "{0}", "none"]
    ])
  })

  it("marks what was redacted", () => {
    assert.deepStrictEqual(
      jsonLines(document, () => true).filter(({ kind }) => kind === "redacted").map(({ name }) => name),
      [
        "secret"
      ]
    )
  })
})

describe("search", () => {
  it("finds names and values in any case, folded or not", () => {
    assert.deepStrictEqual(search(document, "DEEP"), ["/list/1/deep"])
    assert.deepStrictEqual(search(document, "Ada"), ["/name"])
    assert.deepStrictEqual(search(document, ""), [])
  })

  it("says what must be open for a match to be seen", () => {
    assert.deepStrictEqual(around("/list/1/deep"), ["", "/list", "/list/1"])
  })
})

describe("ExactJson", () => {
  it("keeps the digits that a double would lose", () => {
    const { id, price, size } = parse("{\"id\":12345678901234567890,\"price\":1.10,\"size\":1e400}") as Record<
      string,
      unknown
    >
    assert.strictEqual(rawNumber(id), "12345678901234567890")
    assert.strictEqual(price, 1.1)
    assert.strictEqual(rawNumber(size), "1e400")
    assert.strictEqual(JSON.stringify({ id }), "{\"id\":12345678901234567890}")
  })
})

describe("EventStream", () => {
  it("reads whole events, leaves the rest for later, and skips comments", () => {
    assert.deepStrictEqual(
      dataOf(": still here\n\nevent: process-event\ndata: {\"a\":1}\n\nevent: process-event\nda"),
      {
        data: ["{\"a\":1}"],
        rest: "event: process-event\nda"
      }
    )
  })
})
