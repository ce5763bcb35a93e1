/**
 * Locates the first fault of a text that is not JSON, by line and column. The platform's parser does so only for some
 * faults; this is a second, slower pass over a text that it has refused.
 */

/**
 * The place and kind of the first fault in a text that is not JSON, as in `line 2, column 5: expected a value, found
 * "}"`; `undefined` for JSON.
 */
export const locate = (text: string): string | undefined => {
  const fault = findFault(text)
  if (fault === undefined) return undefined
  const before = text.slice(0, fault.at).split("\n")
  const column = (before.at(-1)?.length ?? 0) + 1
  const found = fault.at >= text.length
    ? "the end"
    : JSON.stringify(String.fromCodePoint(text.codePointAt(fault.at) ?? 0))
  return `line ${before.length}, column ${column}: expected ${fault.expected}, found ${found}`
}

interface Fault {
  readonly at: number
  readonly expected: string
}

/** The tokens that may come next. */
type Expectation = "value" | "valueOrEnd" | "nameOrEnd" | "name" | "colon" | "commaOrEnd" | "end"

const words: Record<Expectation, string> = {
  value: "a value",
  valueOrEnd: "a value or ]",
  nameOrEnd: "a name in double quotes or }",
  name: "a name in double quotes",
  colon: ":",
  commaOrEnd: ", or the closing bracket",
  end: "nothing more"
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const literal = /true|false|null/y

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

const findFault = (text: string): Fault | undefined => {
  const closers: Array<"]" | "}"> = []
  let expected = "value" as Expectation
  let at = 0
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const afterValue = (): Expectation => closers.length === 0 ? "end" : "commaOrEnd"
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at++
    const fault = { at, expected: words[expected] }
    const char = text[at]
    if (expected === "end") return char === undefined ? undefined : fault
    if (expected === "colon") {
      if (char !== ":") return fault
      at++
      expected = "value"
    } else if (
      (expected === "commaOrEnd" || expected === "valueOrEnd" || expected === "nameOrEnd") && char === closers.at(-1)
    ) {
      if (char === undefined) return fault
      closers.pop()
      at++
      expected = afterValue()
    } else if (expected === "commaOrEnd") {
      if (char !== ",") return fault
      at++
      expected = closers.at(-1) === "}" ? "name" : "value"
    } else if (char === "\"") {
      const bad = stringFault(text, at)
      if (typeof bad !== "number") return bad
      at = bad
      expected = expected === "name" || expected === "nameOrEnd" ? "colon" : afterValue()
    } else if (expected === "name" || expected === "nameOrEnd") {
      return fault
    } else if (char === "{" || char === "[") {
      closers.push(char === "{" ? "}" : "]")
      at++
      expected = char === "{" ? "nameOrEnd" : "valueOrEnd"
    } else if (match(number) || match(literal)) {
      expected = afterValue()
    } else {
      return fault
    }
  }
}

const escape = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y

/** The position after the string that opens at `start`, or its fault. */
const stringFault = (text: string, start: number): number | Fault => {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x22) return at + 1
    if (char < 0x20) return { at, expected: "a string without bare control characters (write \\n and the like)" }
    if (char === 0x5c) {
      escape.lastIndex = at + 1
      if (!escape.test(text)) return { at: at + 1, expected: "an escape like \\n or \\u0041" }
      at = escape.lastIndex - 1
    }
  }
  return { at: text.length, expected: "the closing \"" }
}
