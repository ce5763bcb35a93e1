import { assert, describe, it } from "@effect/vitest"
import { JsonUnreadable, parse, parseOwn } from "@sluice/domain/json/Json"
import { parseOwnSteps, parseSteps } from "../../src/json/SteppedJson.ts"
import { atOnce } from "../../src/json/Steps.ts"
import { hostileDocuments } from "../../src/testing/HostileDocuments.ts"

/** The value, and how often it paused. */
const parsed = (text: string) => {
  let pauses = 0
  const steps = parseOwnSteps(text)
  for (let step = steps.next();; step = steps.next()) {
    if (step.done === true) return { value: step.value, pauses }
    pauses++
  }
}

describe("stored JSON", () => {
  for (const { make, name } of hostileDocuments) {
    it(`has the same value whether it is read in steps or at once: ${name}`, () => {
      const document = make(150_000)
      for (
        const text of [
          document,
          `[${document},${document}]`,
          `{"patch":[{"path":"/a,b\\"","before":${document},"after":[${document}, 1]}],"n":[],"o":{} , "s":"]}" }`,
          ` [ {"a" : ${document} } ] `
        ]
      ) {
        const { pauses, value } = parsed(text)
        assert.strictEqual(JSON.stringify(value), JSON.stringify(parseOwn(text)))
        assert.isAbove(pauses, 0)
      }
    })
  }

  it("is read at once where it is small", () => {
    assert.deepStrictEqual(atOnce(parseOwnSteps("[1,{}]")), [1, {}])
    assert.strictEqual(parsed("{}").pauses, 0)
  })
})

/** A text longer than two pieces, with `fault` at its beginning, between two pieces, and at its end. */
const broken = (fault: string): ReadonlyArray<string> => {
  const string = `"${"x".repeat(70_000)}"`
  const long = `"${"y".repeat(140_000)}"`
  return [string, long].flatMap((value) => [
    `[${fault}${value},${value},1]`,
    `[${value},${fault},${value}]`,
    `[${value},${value}${fault}]`,
    `[${value},${value}]${fault}`,
    `[${value},{"a":${value}${fault}},${value}]`,
    `{${fault}"a":${value},"b":${value}}`,
    `{"a":${value},${fault},"b":${value}}`,
    `{"a":${value},"b":${fault}${value}}`,
    `{"a":${value},"b"${fault}:${value}}`,
    `{"a":${value},"b":[${value},${value}${fault}]}`,
    `{"a":${value},"b":${value}${fault}}`,
    `{"a":${value},"b":${value}}${fault}`
  ])
}

const outcome = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    assert.instanceOf(error, JsonUnreadable)
    return "unreadable"
  }
}

describe("JSON of outsiders", () => {
  for (
    const fault of [
      "",
      " ",
      ",",
      "]",
      "}",
      "[",
      "{",
      "\"",
      "\\",
      ":",
      "1",
      "nul",
      "\u0001",
      "[1}",
      "{]",
      "],[",
      "},{",
      "/",
      "\ufeff"
    ]
  ) {
    it(`is refused in steps exactly where it is refused at once: ${JSON.stringify(fault)}`, () => {
      for (const text of broken(fault)) {
        assert.deepStrictEqual(outcome(() => atOnce(parseSteps(text))), outcome(() => parse(text)), text.slice(0, 40))
      }
    })
  }

  it("is refused where it nests too deeply", () => {
    const deep = `[${`"${"x".repeat(140_000)}",`}${"[".repeat(65)}${"]".repeat(65)}]`
    assert.strictEqual(outcome(() => atOnce(parseSteps(deep))), "unreadable")
  })
})
