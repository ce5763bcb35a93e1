import { assert, describe, it } from "vitest"
import { dataOf } from "../src/api/EventStream.ts"
import { parse, rawNumber } from "../src/api/ExactJson.ts"
import { around, jsonLines, pointerOf, search } from "../src/json/JsonLines.ts"

const document = { name: "ada", secret: "[redacted]", list: [1, { deep: true }], empty: {} }

describe("jsonLines", () => {
  it("shows expanded members, and the number of members in folded ones", () => {
    const lines = jsonLines(document, (_place, depth) => depth < 1)
    assert.deepStrictEqual(lines.map(({ place, name, text, fold }) => [place, name, text, fold]), [
      ["", undefined, "{4}", "open"],
      ["/0", "name", "\"ada\"", "none"],
      ["/1", "secret", "\"[redacted]\"", "none"],
      ["/2", "list", "[2]", "closed"],
      ["/3", "empty", "{0}", "none"]
    ])
  })

  it("marks redacted values", () => {
    assert.deepStrictEqual(
      jsonLines(document, () => true).filter(({ kind }) => kind === "redacted").map(({ name }) => name),
      [
        "secret"
      ]
    )
  })
})

describe("pointerOf", () => {
  it("names the member at a place, with the characters that a pointer escapes", () => {
    const value = { "a/b": [{ "~": 1 }, 2] }
    assert.deepStrictEqual(jsonLines(value, () => true).map(({ place }) => pointerOf(value, place)), [
      "",
      "/a~1b",
      "/a~1b/0",
      "/a~1b/0/~0",
      "/a~1b/1"
    ])
  })
})

describe("search", () => {
  it("finds names and values regardless of case, folded or not", () => {
    assert.deepStrictEqual(search(document, "DEEP"), ["/2/1/0"])
    assert.deepStrictEqual(search(document, "Ada"), ["/0"])
    assert.deepStrictEqual(search(document, ""), [])
  })

  it("names the members to expand so that a match is visible", () => {
    assert.deepStrictEqual(around("/2/1/0"), ["", "/2", "/2/1"])
  })
})

describe("ExactJson", () => {
  it("keeps digits that a double would lose", () => {
    const { id, price, size } = parse("{\"id\":12345678901234567890,\"price\":1.10,\"size\":1e400}") as Record<
      string,
      unknown
    >
    assert.strictEqual(rawNumber(id), "12345678901234567890")
    assert.strictEqual(price, 1.1)
    assert.strictEqual(rawNumber(size), "1e400")
    assert.strictEqual(JSON.stringify({ id }), "{\"id\":12345678901234567890}")
  })

  it("keeps them at every depth, and what looks like a number in a text or a name", () => {
    const text = `{"a":[1e400,{"12345678901234567890":"12345678901234567890"},-0.12345678901234567891,1.50]}`
    assert.strictEqual(JSON.stringify(parse(text)), text.replace("1.50", "1.5"))
    assert.strictEqual(JSON.stringify(parse(`[1${"0".repeat(200_000)}1]`)), `[1${"0".repeat(200_000)}1]`)
  })
})

describe("EventStream", () => {
  it("reads complete events, keeps an incomplete one for later, and skips comments", () => {
    assert.deepStrictEqual(
      dataOf(": still here\n\nevent: process-event\ndata: {\"a\":1}\n\nevent: process-event\nda"),
      {
        data: ["{\"a\":1}"],
        rest: "event: process-event\nda"
      }
    )
  })
})
