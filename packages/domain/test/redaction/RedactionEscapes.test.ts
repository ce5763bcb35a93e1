import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@sluice/domain/json/Json"
import { makeRedactor, redactText } from "@sluice/domain/redaction/Redaction"
import { Schema } from "effect"

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

const hex = (code: number, width: number) => code.toString(16).padStart(width, "0")

type Write = (char: string) => string

const units = (char: string) => Array.from({ length: char.length }, (_, index) => hex(char.charCodeAt(index), 4))
const percent: Write = (char) => Array.from(utf8.encode(char), (byte) => `%${hex(byte, 2)}`).join("")
const names: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&apos;"
}

/** Ways to write characters that need not be escaped. */
const json: Write = (char) => JSON.stringify(char).slice(1, -1)
const url: Write = (char) => char === "%" ? "%25" : char
const xml: Write = (char) => char === "&" ? "&amp;" : char

/** Ways to write a character. */
const writers: ReadonlyArray<readonly [string, Write, otherwise: Write]> = [
  ["JSON, lower case", (char) => units(char).map((unit) => `\\u${unit}`).join(""), json],
  ["JSON, upper case", (char) => units(char).map((unit) => `\\u${unit.toUpperCase()}`).join(""), json],
  ["JSON of PHP", (char) => json(char).replace("/", "\\/"), json],
  ["percent-encoding", percent, url],
  ["percent-encoding, upper case", (char) => percent(char).toUpperCase(), url],
  ["XML, decimal", (char) => `&#${char.codePointAt(0)};`, xml],
  ["XML, hexadecimal", (char) => `&#x${hex(char.codePointAt(0)!, 1)};`, xml],
  ["XML by name", (char) => names[char] ?? char, xml]
]

/** The text with every character, or every second or third one, escaped. */
const written = (text: string, [, write, otherwise]: (typeof writers)[number], step: number) =>
  Array.from(text, (char, index) => index % step === 0 ? write(char) : otherwise(char)).join("")

const secret = "zz+&/\"<ü😀 '>\\z=z"

describe.each(writers)("in %s", (...writer) => {
  it.each([1, 2, 3])("a secret is found with one character in %d escaped, and nothing less", (step) => {
    const redactor = makeRedactor([secret])
    for (const [text, expected] of [[secret, "[redacted]"], [secret.slice(1), undefined]] as const) {
      const around = `<${written(text, writer, step)}>`
      const shown = expected === undefined ? around : `<${expected}>`
      assert.strictEqual(redactor.text(around), shown)
      assert.strictEqual(fromUtf8.decode(redactor.bytes(utf8.encode(around))), shown)
    }
  })

  it("a secret is found in JSON inside JSON", () => {
    const nested = JSON.stringify(JSON.stringify(written(secret, writer, 2)))
    assert.notInclude(redactText(nested, [secret]), "zz")
  })
})

it.each([
  ["zz-key-\\u0041", "a secret that looks like an escape"],
  ["zz%41%42%43zz", "a secret that looks percent-encoded"],
  ["u0041-zz-zz", "a secret that begins like the rest of an escape"],
  ["nzz-zz-zz-\\", "a secret that ends in a backslash"]
])("%s, %s, is found in every encoding", (odd) => {
  const redactor = makeRedactor([odd])
  for (const writer of writers) {
    for (const text of [odd, written(odd, writer, 1), written(odd, writer, 2), JSON.stringify({ a: odd })]) {
      assert.include(redactor.text(text), "[redacted]", text)
      assert.notInclude(redactor.text(text), "zz", text)
    }
  }
})

describe("where a cut left a part of a secret", () => {
  const cut = "zz-0123456789+/é"
  /** The ways to write the beginning of the secret, and the most that may be left of it. */
  const ways: ReadonlyArray<readonly [string, whole: string, left: number]> = [
    ["as it is", cut, 2],
    ["in JSON", json(cut), 2],
    ["in JSON of ASCII", written(cut, writers[0]!, 3), 6 + 1 + 5],
    ["percent-encoded", encodeURIComponent(cut), 2],
    ["in base64", Buffer.from(cut).toString("base64"), 5],
    ["as the password of Basic credentials", Buffer.from(`user:${cut}`).toString("base64"), 7 + 5]
  ]

  it.each(ways)("the part is hidden, %s", (_, whole, most) => {
    const redactor = makeRedactor([cut])
    const left = Array.from({ length: whole.length - 1 }, (_, length) => whole.slice(0, length + 1)).flatMap((part) =>
      [
        redactor.text(`{"a":"<${part}`, { cut: true }),
        fromUtf8.decode(redactor.bytes(utf8.encode(`{"a":"<${part}`), { cut: true })),
        redactor.text(`quoted: <${part}… at line 3`)
      ].map((shown) => shown.slice(shown.indexOf("<") + 1).replace(/… at line 3$/, ""))
    )
    assert.deepStrictEqual(left.filter((part) => part !== "[redacted]" && part.length > most), [])
  })

  it("nothing is hidden if the text was not cut", () => {
    const redactor = makeRedactor([cut])
    assert.strictEqual(redactor.text("zz-0123"), "zz-0123")
    assert.strictEqual(redactor.text("", { cut: true }), "")
  })

  it("a cut through the bytes of a character hides what comes before it", () => {
    const redactor = makeRedactor(["ÄÖÜ-zz-ÄÖÜ"])
    const bytes = utf8.encode("<ÄÖÜ-zz-Ä").slice(0, -1)
    assert.strictEqual(fromUtf8.decode(redactor.bytes(bytes, { cut: true })), "<[redacted]")
  })
})

describe("JSON stays JSON", () => {
  it.each<[string, string, Json]>([
    ["12345678", "{\"id\":12345678,\"ids\":[112345678]}", { id: "[redacted]", ids: ["[redacted]"] }],
    ["nzz-zz-zz", "{\"a\":\"x\\nzz-zz-zz\"}", { a: "x[redacted]" }],
    ["0041zz-zz", "{\"a\":\"\\u0041zz-zz!\"}", { a: "[redacted]!" }],
    ["zz-zz-z\\", "{\"a\":\"zz-zz-z\\\\\",\"b\":\"\\\\\"}", { a: "[redacted]", b: "\\" }],
    ["zz-zz-zz", "{\"zz-zz-zz\":1,\"b\":[\"x zz-zz-zz\"]}", { "[redacted]": 1, b: ["x [redacted]"] }]
  ])("with the secret %s in %s", (secret, text, expected) => {
    assert.deepStrictEqual(JSON.parse(redactText(text, [secret])), expected)
  })

  const Piece = Schema.Literals(["z", "n", "\\", "\"", "u0041", "1", "/", "é", " ", "\n"])
  const Text = Schema.Array(Piece).check(Schema.isMaxLength(24))
  it.prop(
    "whatever the secret is, and whatever is written",
    [Schema.Array(Piece).check(Schema.isMinLength(8), Schema.isMaxLength(10)), Schema.Array(Text), Schema.Int],
    ([letters, texts, number]) => {
      const secret = letters.join("")
      const strings = texts.map((text) => text.join(""))
      const value = { [strings[0] ?? "a"]: strings, around: strings.map((text) => `${text}${secret}${text}`), number }
      const shown = redactText(JSON.stringify(value), [secret])
      const parsed = JSON.parse(shown)
      assert.isArray(parsed.around)
      assert.notInclude(JSON.stringify(makeRedactor([secret]).json(value)), JSON.stringify(secret).slice(1, -1))
    }
  )
})

it.each(
  [
    ["UTF-16, little-endian", "utf16le"],
    ["Latin-1", "latin1"]
  ] as const
)("a secret in bytes of %s is found", (_, charset) => {
  const text = "geheim-é-geheim"
  const bytes = Buffer.from(`<${text}>`, charset)
  const shown = Buffer.from(makeRedactor([text]).bytes(bytes))
  assert.isFalse(shown.includes(Buffer.from(text, charset)))
  assert.isTrue(shown.includes("[redacted]"))
})

it("the cost of redaction grows with the length alone, whatever the escapes and secrets", () => {
  const redactor = makeRedactor([
    ...Array.from({ length: 50 }, (_, index) => `sk_live_${index}_zz-zz-zz`),
    "zz/+zz\"zz"
  ])
  const base64 = Buffer.from("zz/+zz\"zz").toString("base64")
  const units = ["\\", "\\u0041", "%41", "&", "&amp;", "…", "sk_live_", "zz/+zz\"zz", base64, "zz\\/\\u002bzz\\\"zz"]
  const cost = (unit: string, size: number) => {
    const text = unit.repeat(Math.ceil(size / unit.length))
    const bytes = utf8.encode(text)
    let least = Infinity
    for (let round = 0; round < 2; round++) {
      const before = process.cpuUsage()
      redactor.text(text)
      redactor.bytes(bytes, { cut: true })
      const { system, user } = process.cpuUsage(before)
      least = Math.min(least, user + system)
    }
    return least
  }
  for (const unit of units) {
    const [small, large] = [cost(unit, 20_000), cost(unit, 320_000)]
    // 16 times as much takes 16 times as long; were it the square, it would be 256 times.
    assert.isBelow(large, Math.max(64 * small, 200_000), unit)
  }
})
