import { assert, describe, it } from "@effect/vitest"
import * as LinearPattern from "@sluice/engine/internal/schemas/LinearPattern"
import { Schema } from "effect"

/** Patterns over a small alphabet, so that they match now and then, as words for a stack machine. */
const atoms = [
  "a",
  "b",
  ".",
  "[ab]",
  "[^a]",
  "\\d",
  "\\w",
  "\\b",
  "^",
  "$",
  "(?:)",
  "[a-c]",
  "é",
  "😀",
  "\\u0061"
] as const
const repeats = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"] as const
const Words = Schema.Array(Schema.Literals([...atoms, ...repeats, "|"])).check(Schema.isMaxLength(14))
const Text = Schema.Array(Schema.Literals(["a", "b", "c", "1", " ", "é", "😀", "\n"])).check(Schema.isMaxLength(12))

const written = (words: ReadonlyArray<string>): string => {
  const stack: Array<string> = []
  for (const word of words) {
    const top = stack.pop()
    if (top !== undefined && (repeats as ReadonlyArray<string>).includes(word)) stack.push(`(${top})${word}`)
    else if (top !== undefined && word === "|") stack.push(`(?:${stack.pop() ?? ""}|${top})`)
    else {stack.push(
        ...(top === undefined ? [] : [top]),
        ...(repeats.includes(word as never) || word === "|" ? [] : [word])
      )}
  }
  return stack.join("")
}

describe("a linear pattern", () => {
  it.prop("matches what RegExp matches", [Words, Text], ([words, points]) => {
    const [pattern, text] = [written(words), points.join("")]
    const expected = new RegExp(pattern, "u").test(text)
    assert.strictEqual(LinearPattern.compile(pattern).test(text), expected, `${pattern} on ${JSON.stringify(text)}`)
  }, { arbitrary: { runs: 2000 } })

  for (
    const [pattern, text, expected] of [
      ["^[A-Z]{2}\\d{4,6}$", "AB12345", true],
      ["^[A-Z]{2}\\d{4,6}$", "AB123", false],
      ["^https?://[^/\\s]+/", "https://a.example/x", true],
      ["^\\p{Lu}", "Éa", true],
      ["[\\]\\-x]", "-", true],
      ["^(?<year>\\d{4})-\\d\\d$", "2026-11", true],
      ["a{,2}", "a", undefined],
      ["\\u{1F600}", "😀", true]
    ] as const
  ) {
    it(`${pattern} on ${text}: ${expected}`, () => {
      if (expected === undefined) assert.throws(() => LinearPattern.compile(pattern))
      else assert.strictEqual(LinearPattern.compile(pattern).test(text), expected)
    })
  }

  it("that would take a backtracking engine forever is matched in an instant", () => {
    const text = `${"a".repeat(20_000)}!`
    for (const pattern of ["^(a+)+$", "^(a|a)*$", "(a*)*b", "^(.*a){10}$"]) {
      assert.isFalse(LinearPattern.compile(pattern).test(text), pattern)
    }
  })

  it("refuses what needs backtracking, and what is too large", () => {
    for (const pattern of ["(a)\\1", "(?=a)", "(?<!a)b", "(?:a{999}){999}"]) {
      assert.throws(() => LinearPattern.compile(pattern), LinearPattern.PatternRefused, "", pattern)
    }
  })
})
