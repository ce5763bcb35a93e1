import { assert, describe, it } from "@effect/vitest"
import { needsCare, parseLossless, significant } from "../../src/json/LosslessJson.ts"

/** The parser as it was first written: `JSON.parse` with a reviver that looks at every value. */
const naive = {
  significant: (source: string): string => {
    const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source)
    if (match === null) return source
    const [, sign = "", whole = "", fraction = "", exponent = "0"] = match
    const digits = (whole + fraction).replace(/^0+/, "")
    const trimmed = digits.replace(/0+$/, "")
    if (trimmed === "") return "0"
    return `${sign}${trimmed}e${Number(exponent) - fraction.length + (digits.length - trimmed.length)}`
  },
  parse: (text: string): unknown =>
    JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
      const source = context?.source
      if (typeof value !== "number" || source === undefined) return value
      const isExact = Number.isFinite(value) && naive.significant(source) === naive.significant(String(value))
      return isExact ? value : (JSON as unknown as { rawJSON(source: string): unknown }).rawJSON(source)
    })
}

/** A small linear congruential generator: the texts are the same in every run. */
const randomOf = (seed: number) => {
  let state = seed * 2654435761 >>> 0
  return (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 32 * n)
  }
}

const digits = (below: (n: number) => number, most: number): string =>
  Array.from({ length: 1 + below(most) }, () => below(3) === 0 ? 0 : below(10)).join("")

const number = (below: (n: number) => number): string =>
  (below(2) === 0 ? "-" : "")
  + (below(4) === 0 ? "0" : `${1 + below(9)}${digits(below, 20)}`)
  + (below(2) === 0 ? `.${digits(below, 20)}` : "")
  + (below(3) === 0 ? `${below(2) === 0 ? "e" : "E"}${["", "+", "-"][below(3)]}${digits(below, 3)}` : "")

const strings = [
  `"a"`,
  `""`,
  `"\\u0041\\n\\"\\\\\\/\\b\\f\\r\\t"`,
  `"\\ud800x"`,
  `"ä 12345678901234567890"`,
  `"__proto__"`
]

const value = (below: (n: number) => number, depth: number): string => {
  const space = [" ", "", "\n\t"][below(3)] ?? ""
  const items = (item: () => string) => Array.from({ length: below(4) }, item).join(`${space},`)
  switch (below(depth > 3 ? 4 : 6)) {
    case 0:
      return ["true", "false", "null"][below(3)] as string
    case 1:
      return strings[below(strings.length)] as string
    case 2:
    case 3:
      return number(below)
    case 4:
      return `[${space}${items(() => value(below, depth + 1))}${space}]`
    default:
      return `{${items(() => `${strings[below(strings.length)]}${space}:${space}${value(below, depth + 1)}`)}${space}}`
  }
}

const outcome = (parse: (text: string) => unknown, text: string): string => {
  try {
    return JSON.stringify(parse(text))
  } catch (error) {
    return String(error)
  }
}

describe("LosslessJson", () => {
  it("reads what a reviver reads, and fails with the platform's messages", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const below = randomOf(seed)
      const text = value(below, 0)
      assert.strictEqual(outcome(parseLossless, text), outcome(naive.parse, text), text)
      // One character more, less or other: most of these are no JSON.
      const at = below(text.length)
      for (
        const broken of [
          text.slice(0, at),
          text.slice(0, at) + text.slice(at + 1),
          `${text.slice(0, at)},${text.slice(at)}`
        ]
      ) {
        assert.strictEqual(outcome(parseLossless, broken), outcome(naive.parse, broken), broken)
      }
    }
  })

  it("preserves digits in exactly the texts in which a number needs it", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const text = value(randomOf(seed), 0)
      if (!needsCare(text)) assert.strictEqual(outcome(JSON.parse, text), outcome(naive.parse, text), text)
    }
    assert.isFalse(needsCare(`{"id":"order-0123456789012345678e12","n":1.5}`))
    assert.isTrue(needsCare(`{"n":1e400}`))
  })

  it("writes equal numbers as one text, and different ones as different texts", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const source = number(randomOf(seed))
      assert.strictEqual(significant(source), naive.significant(source), source)
    }
    for (const source of ["", "-", "x", "1.", ".5", "1e", "1e+", "Infinity", "1 ", "0x1"]) {
      assert.strictEqual(significant(source), naive.significant(source), source)
    }
  })
})
