import { assert, describe, it } from "@effect/vitest"
import { makeRedactor, redactBytes, redactHeaders, redactText } from "@sluice/domain/redaction/Redaction"
import { Schema } from "effect"
import { Base64, Base64Url } from "effect/encoding"
import { automatonOf } from "../../src/redaction/PatternAutomaton.ts"
import { makePatternSearch } from "../../src/redaction/PatternSearch.ts"

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

const Letters = (min: number, max: number) =>
  Schema.Array(Schema.Literals(["a", "b", "c"])).check(Schema.isMinLength(min), Schema.isMaxLength(max))

describe("Redaction", () => {
  it("hides credentials, whatever their value", () => {
    assert.deepStrictEqual(
      redactHeaders(
        { authorization: "a", "Proxy-Authorization": "b", COOKIE: "c", "set-cookie": "d", accept: "e" },
        []
      ),
      {
        authorization: "[redacted]",
        "Proxy-Authorization": "[redacted]",
        COOKIE: "[redacted]",
        "set-cookie": "[redacted]",
        accept: "e"
      }
    )
    assert.deepStrictEqual(redactHeaders({ "X-Key": "Key hunter22!" }, ["hunter22!"]), { "X-Key": "Key [redacted]" })
  })

  const secret = "pä/ss \"w\\ord+1"
  it.each<[string, string, string]>([
    ["as it is", `a${secret}b`, "a[redacted]b"],
    ["in JSON", JSON.stringify({ a: secret, b: 1 }), "{\"a\":\"[redacted]\",\"b\":1}"],
    [
      "in JSON in JSON",
      JSON.stringify({ a: JSON.stringify({ b: secret }) }),
      "{\"a\":\"{\\\"b\\\":\\\"[redacted]\\\"}\"}"
    ],
    ["in JSON that escapes slashes", JSON.stringify([secret]).replaceAll("/", "\\/"), "[\"[redacted]\"]"],
    ["in JSON of ASCII alone", JSON.stringify([secret]).replaceAll("ä", "\\u00e4"), "[\"[redacted]\"]"],
    ["in JSON of ASCII in upper case", JSON.stringify([secret]).replaceAll("ä", "\\u00E4"), "[\"[redacted]\"]"],
    ["in a path", `/x/${encodeURIComponent(secret)}/y`, "/x/[redacted]/y"],
    [
      "in a path in lower case",
      `/x/${encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())}/y`,
      "/x/[redacted]/y"
    ],
    ["in a form", `a=${encodeURIComponent(secret).replaceAll("%20", "+")}&b=1`, "a=[redacted]&b=1"],
    ["as a password of basic credentials", `Basic ${Base64.encode(`user:${secret}`)} x`, "Basic [redacted] x"],
    ["as a user of basic credentials", `Basic ${Base64.encode(`${secret}:x`)} x`, "Basic [redacted] x"],
    ["in base64 of another alphabet", `"${Base64Url.encode(`ab${secret}ÿÿÿ`)}"`, "\"[redacted]\""],
    ["twice", `${secret}${secret} ${secret}`, "[redacted][redacted] [redacted]"]
  ])("hides a secret %s, in text and in bytes", (_, text, expected) => {
    assert.strictEqual(redactText(text, [secret]), expected)
    assert.strictEqual(fromUtf8.decode(redactBytes(utf8.encode(text), [secret])), expected)
  })

  it("hides the longest of secrets with a common prefix", () => {
    const secrets = ["password", "password-of-mine", "password-of"]
    assert.strictEqual(
      redactText("password-of-mine password-of password!", secrets),
      "[redacted] [redacted] [redacted]!"
    )
  })

  it("hides overlapping secrets as one, so that no part of either is left", () => {
    assert.strictEqual(redactText("<abcdefghijklmnop>", ["abcdefgh", "bcdefghijklmnop"]), "<[redacted]>")
  })

  it("ignores secrets of fewer than 8 characters, and those that the replacement text contains", () => {
    assert.strictEqual(redactText("1234567 redacted", ["1234567", "redacted", ""]), "1234567 redacted")
    assert.strictEqual(redactText("12345678", ["12345678"]), "[redacted]")
  })

  it("leaves the bytes around a secret unchanged", () => {
    const bytes = new Uint8Array([0, 255, 128, ...utf8.encode("12345678"), 254, 0])
    assert.deepStrictEqual(
      redactBytes(bytes, ["12345678"]),
      new Uint8Array([0, 255, 128, ...utf8.encode("[redacted]"), 254, 0])
    )
  })

  it("returns the same reference if there is nothing to hide", () => {
    const redactor = makeRedactor(["12345678", "ein-schönes-geheimnis"])
    const headers = { accept: "application/json" }
    const bytes = new Uint8Array(20_000).fill(255)
    assert.strictEqual(redactor.headers(headers), headers)
    assert.strictEqual(redactor.bytes(bytes), bytes)
  })

  const Secret = Schema.String.check(Schema.isMinLength(8), Schema.isMaxLength(20))
  /** Letters that `[redacted]` has none of, so that what is left over cannot make a secret by chance. */
  const Common = Schema.Array(Schema.Literals(["x", "y", "\"", "é", "/", " ", "z"])).check(
    Schema.isMinLength(8),
    Schema.isMaxLength(12)
  )

  it.prop(
    "lets no secret through, however it is written",
    [Schema.Array(Common), Schema.String, Schema.String],
    ([common, before, after]) => {
      const secrets = common.map((letters) => letters.join(""))
      const redactor = makeRedactor(secrets)
      for (const secret of secrets) {
        for (
          const written of [
            secret,
            JSON.stringify(secret).slice(1, -1),
            encodeURIComponent(secret),
            Base64.encode(before + secret + after),
            Base64Url.encode(secret + after)
          ]
        ) {
          const text = ` ${before.toWellFormed()} ${written} ${after.toWellFormed()} `
          assert.notInclude(redactor.text(text), written)
          assert.notInclude(fromUtf8.decode(redactor.bytes(utf8.encode(text))), written)
        }
      }
    }
  )

  it.prop(
    "changes nothing without a secret",
    [Schema.Array(Secret), Schema.Array(Schema.String)],
    ([secrets, words]) => {
      const text = words.join(" ").slice(0, 200)
      if (secrets.some((secret) => text.includes(secret))) return
      assert.strictEqual(redactText(text, secrets), text)
    }
  )

  it.prop(
    "both searches cover what a search at every position covers",
    [Schema.Array(Letters(2, 5)), Letters(0, 30)],
    ([sought, letters]) => {
      const patterns = sought.map((pattern) => ({ pattern, units: pattern.join(""), kind: 0 }))
      const text = letters.join("")
      const covered = (each: (hide: (index: number, length: number) => void) => void): string => {
        const units = [...text]
        each((index, length) => units.fill("*", index, index + length))
        return units.join("")
      }
      const expected = covered((hide) => {
        for (const { pattern } of patterns) {
          for (let at = 0; at <= text.length; at++) if (text.startsWith(pattern.join(""), at)) hide(at, pattern.length)
        }
      })
      assert.strictEqual(covered((hide) => makePatternSearch(patterns).each(text, hide)), expected)
      assert.strictEqual(covered((hide) => automatonOf(patterns)(text, 0, hide)), expected)
    }
  )

  it("hides secrets by their form everywhere, with either search", () => {
    const secret = `${"a".repeat(40)}b`
    const text = `${"a".repeat(5000)}b${"a".repeat(39)} ${secret}.`
    assert.strictEqual(redactText(text, [secret]), `${"a".repeat(4960)}[redacted]${"a".repeat(39)} [redacted].`)
    const run = Base64.encode(secret).repeat(200)
    assert.strictEqual(redactText(`.${run}.`, [secret]), ".[redacted].")
  })
})
