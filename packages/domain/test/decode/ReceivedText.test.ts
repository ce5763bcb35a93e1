import { assert, describe, it } from "@effect/vitest"
import { receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import { Schema } from "effect"

const utf8 = new TextEncoder()
const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))
const utf16 = (text: string, bigEndian = false) =>
  Uint8Array.from(
    Array.from(text).flatMap((char) => {
      const code = char.charCodeAt(0)
      return bigEndian ? [code >> 8, code & 255] : [code & 255, code >> 8]
    })
  )

const text = "{\"name\":\"Åse Bjørn\"}"
const received = (body: Uint8Array, contentType?: string, truncated = false) =>
  receivedText({ body, headers: contentType === undefined ? {} : { "content-type": contentType }, truncated })

describe("receivedText", () => {
  it.each<[string, Uint8Array, string | undefined, string | undefined]>([
    ["UTF-8 without a charset", utf8.encode(text), undefined, text],
    ["UTF-8 that says so", utf8.encode(text), "application/json; charset=UTF-8", text],
    ["UTF-8 with a byte-order mark", utf8.encode(`\ufeff${text}`), "application/json", text],
    ["UTF-8 that claims to be Latin-1", utf8.encode(text), "application/json;charset=iso-8859-1", text],
    ["Latin-1 that says so", latin1(text), "application/json; charset=\"ISO-8859-1\"", text],
    ["Latin-1 that does not", latin1(text), "application/json", undefined],
    ["Latin-1 that claims to be UTF-8", latin1(text), "application/json; charset=utf-8", undefined],
    ["Latin-1 of an unknown charset", latin1(text), "application/json; charset=klingon", undefined],
    ["Latin-1 of a charset that decodes nothing", latin1(text), "text/plain; charset=iso-2022-kr", undefined],
    ["UTF-16 that says so", utf16(text), "application/json; charset=utf-16le", text],
    ["UTF-16 with the larger end first", utf16(text, true), "application/json; charset=utf-16be", text],
    ["UTF-16 that does not say so", utf16(`\ufeff${text}`), "application/json", undefined],
    ["UTF-8 that claims to be UTF-16", utf8.encode("{\"a\":1}"), "application/json; charset=utf-16", "{\"a\":1}"],
    ["half of UTF-16", utf16(text).slice(0, -1), "application/json; charset=utf-16le", undefined],
    ["windows-1252", Uint8Array.of(0x80), "text/plain; charset=windows-1252", "€"],
    ["Shift_JIS", Uint8Array.of(0x93, 0xfa), "text/plain; charset=shift_jis", "日"],
    ["nothing", new Uint8Array(0), undefined, ""]
  ])("reads %s", (_, body, contentType, expected) => {
    assert.strictEqual(received(body, contentType), expected)
  })

  it("leaves out the unfinished character at the end of a body that was cut, and no other", () => {
    const bytes = utf8.encode("aå😀")
    assert.deepStrictEqual(
      Array.from(bytes, (_, cut) => received(bytes.slice(0, cut), undefined, true)),
      ["", "a", "a", "aå", "aå", "aå", "aå"]
    )
    assert.isUndefined(received(Uint8Array.of(0x61, 0xff), undefined, true))
    assert.isUndefined(received(bytes.slice(0, 2)))
  })

  it.prop("returns the encoded text, and never a character that was not sent", [Schema.String], ([sent]) => {
    const wellFormed = sent.toWellFormed()
    assert.strictEqual(received(utf8.encode(`x${wellFormed}`)), `x${wellFormed}`)
  })

  it.prop("replaces no character, whatever the bytes", [Schema.Array(Schema.Int)], ([numbers]) => {
    const bytes = Uint8Array.from(numbers, (number) => number & 255)
    const read = received(bytes)
    if (read !== undefined && bytes[0] !== 0xef) assert.deepStrictEqual(utf8.encode(read), bytes)
  })
})
