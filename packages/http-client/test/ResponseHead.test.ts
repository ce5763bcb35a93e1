import { assert, describe, it } from "@effect/vitest"
import { ResponseHead } from "../src/connection/ResponseHead.ts"

const proceed = "HTTP/1.1 100 Continue\r\n\r\n"
const hints = "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload,\r\n </b>\r\n\r\n"
const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

const passed = (pieces: ReadonlyArray<string>, maxBytes = 32 * 1024): string => {
  const head = new ResponseHead(maxBytes)
  head.begin()
  return pieces.map((piece) => head.next(Buffer.from(piece, "latin1"))?.toString("latin1") ?? "").join("")
}

const cases: ReadonlyArray<readonly [name: string, received: string, expected: string]> = [
  ["an answer", ok, ok],
  ["an answer that looks like an interim one in its body", `${ok}${proceed}`, `${ok}${proceed}`],
  ["a 100 before it", proceed + ok, ok],
  ["a 103 and a 100 before it", hints + proceed + ok, ok],
  ["a 101 before it", `HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n${ok}`, ok],
  ["an interim answer without a reason", `HTTP/1.1 102\r\n\r\n${ok}`, ok],
  ["interim answers of HTTP/1.0", `HTTP/1.0 100 Continue\r\n\r\n${ok}`, ok],
  [
    "a folded line",
    "HTTP/1.1 200 OK\r\na: 1 \r\n 2\r\n\t 3\r\n\r\nbody\r\n 4",
    "HTTP/1.1 200 OK\r\na: 1 2 3\r\n\r\nbody\r\n 4"
  ],
  ["a folded line that is blank", "HTTP/1.1 200 OK\r\na: 1\r\n \r\n\r\n", "HTTP/1.1 200 OK\r\na: 1 \r\n\r\n"],
  ["lines that end in LF alone", "HTTP/1.1 200 OK\na: 1\n\nok", "HTTP/1.1 200 OK\na: 1\n\nok"],
  ["another protocol", "220 smtp.example.com ESMTP\r\n\r\n", "220 smtp.example.com ESMTP\r\n\r\n"],
  ["no status", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 OK\r\n\r\n"]
]

describe("ResponseHead", () => {
  it.each(cases)("passes on %s however it is cut into pieces", (_, received, expected) => {
    assert.strictEqual(passed([received]), expected)
    assert.strictEqual(passed(Array.from(received)), expected)
    for (let cut = 1; cut < received.length; cut++) {
      assert.strictEqual(passed([received.slice(0, cut), received.slice(cut)]), expected)
    }
  })

  it("passes on a head that is too long, for the parser to refuse it", () => {
    const long = `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(100)}`
    assert.strictEqual(passed([long], 500), long)
  })

  it("passes on interim responses after the first mebibyte, so that the parser ends the exchange", () => {
    const head = new ResponseHead(32 * 1024)
    head.begin()
    const packet = Buffer.from(proceed.repeat(1000))
    let packets = 0
    while (head.next(packet) === undefined) packets++
    assert.isAtMost(packets * packet.length, 1024 * 1024)
  })

  it("ignores bytes that belong to no response", () => {
    const head = new ResponseHead(100)
    assert.strictEqual(head.next(Buffer.from(proceed))?.toString(), proceed)
  })
})
