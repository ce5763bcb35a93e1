/**
 * Regular expressions whose cost grows no faster than the text: JSON Schema's `pattern`, matched against what partners
 * say. JavaScript's own engine backtracks, and `^(a+)+$` on thirty letters would hold up every run of the process.
 *
 * All ways through the pattern are followed at once (Thompson's construction), one code point at a time. What needs
 * backtracking, look-around and back references, is refused when it is compiled.
 */
export interface LinearPattern {
  readonly test: (text: string) => boolean
}

/** The pattern cannot be used; the message says why. */
export class PatternRefused extends Error {}

/** Positions in the pattern's program, after repetitions are written out. */
const maxInstructions = 1000
/** Instructions times code points: a text beyond matches nothing. Some tenths of a second. */
const maxWork = 1 << 24

type Test = (point: number) => boolean

/** `fork` goes on at two places, `check` where its condition holds between two code points, `eat` past one. */
type Instruction =
  | { readonly op: "eat"; readonly test: Test }
  | { readonly op: "fork"; a: number; b: number }
  | { readonly op: "check"; readonly holds: (points: ReadonlyArray<number>, at: number) => boolean }
  | { readonly op: "match" }

/** A part of the program, as a function that appends it. */
type Part = (program: Array<Instruction>) => void

const emit = (program: Array<Instruction>, instruction: Instruction): number => {
  if (program.length >= maxInstructions) throw new PatternRefused(`is too large: over ${maxInstructions} positions`)
  return program.push(instruction) - 1
}

const between = (from: number, to: number): Test => (point) => point >= from && point <= to
const any = (tests: ReadonlyArray<Test>): Test => (point) => tests.some((test) => test(point))
const not = (test: Test): Test => (point) => !test(point)

const digit = between(48, 57)
const word = any([digit, between(65, 90), between(97, 122), (point) => point === 95])
const space: Test = (point) => /\s/u.test(String.fromCodePoint(point))
const lineEnd: Test = (point) => point === 10 || point === 13 || point === 0x2028 || point === 0x2029

const classes: Readonly<Record<string, Test>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space)
}
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 }

const isWord = (points: ReadonlyArray<number>, at: number): boolean => points[at] !== undefined && word(points[at])
const boundary = (points: ReadonlyArray<number>, at: number): boolean => isWord(points, at - 1) !== isWord(points, at)

/** Reads a pattern as `RegExp` with the flag `u` does. */
class Reader {
  readonly source: ReadonlyArray<string>
  at = 0

  constructor(source: string) {
    this.source = [...source]
  }

  peek(): string | undefined {
    return this.source[this.at]
  }

  take(text: string): boolean {
    const there = [...text].every((char, i) => this.source[this.at + i] === char)
    if (there) this.at += [...text].length
    return there
  }

  alternatives(): Part {
    const parts = [this.sequence()]
    while (this.take("|")) parts.push(this.sequence())
    return parts.reduceRight((right, left) => choice(left, right))
  }

  sequence(): Part {
    const parts: Array<Part> = []
    for (let next = this.peek(); next !== undefined && next !== "|" && next !== ")"; next = this.peek()) {
      parts.push(this.repetition(this.atom()))
    }
    return (program) => parts.forEach((part) => part(program))
  }

  bounds(): readonly [number, number] {
    if (this.take("*")) return [0, Infinity]
    if (this.take("+")) return [1, Infinity]
    return this.take("?") ? [0, 1] : this.counts()
  }

  repetition(part: Part): Part {
    const [min, max] = this.bounds()
    if (min === 1 && max === 1) return part
    // A lazy quantifier matches the same texts as a greedy one, only other parts of them.
    this.take("?")
    return repeat(part, min, max)
  }

  counts(): readonly [number, number] {
    const rest = this.source.slice(this.at, this.at + 16).join("")
    const read = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(rest)
    if (read === null) return [1, 1]
    this.at += read[0].length
    const min = Number(read[1])
    return [min, read[2] === undefined ? min : read[3] === undefined ? Infinity : Number(read[3])]
  }

  atom(): Part {
    const char = this.source[this.at++]
    switch (char) {
      case "(":
        return this.group()
      case "[":
        return eat(this.set())
      case ".":
        return eat(not(lineEnd))
      case "^":
        return check((_, at) => at === 0)
      case "$":
        return check((points, at) => at === points.length)
      case "\\":
        if (this.take("b")) return check(boundary)
        if (this.take("B")) return check((points, at) => !boundary(points, at))
        return eat(this.escape())
      default:
        return eat(is(char?.codePointAt(0) ?? 0))
    }
  }

  group(): Part {
    if (this.take("?") && !this.take(":")) {
      if (!/^<[A-Za-z_$][\w$]*>/.test(this.source.slice(this.at).join(""))) {
        throw new PatternRefused("uses look-around, which cannot be matched in linear time")
      }
      while (!this.take(">")) this.at++
    }
    const part = this.alternatives()
    this.at++
    return part
  }

  escape(): Test {
    const char = this.source[this.at++] ?? ""
    const known = classes[char]
    if (known !== undefined) return known
    if (char === "p" || char === "P") return this.property(char)
    if (/[1-9k]/.test(char)) throw new PatternRefused("uses a back reference, which cannot be matched in linear time")
    return is(this.escaped(char))
  }

  /** Unicode properties are looked up one code point at a time, which is linear. */
  property(kind: string): Test {
    const end = this.source.indexOf("}", this.at)
    const test = new RegExp(`^\\${kind}${this.source.slice(this.at, end + 1).join("")}$`, "u")
    this.at = end + 1
    return (point) => test.test(String.fromCodePoint(point))
  }

  escaped(char: string): number {
    const rest = this.source.slice(this.at, this.at + 12).join("")
    const hex = char === "x" || char === "u" ? /^(?:\{([0-9a-f]+)\}|([0-9a-f]{4})|([0-9a-f]{2}))/i.exec(rest) : null
    if (hex !== null) {
      this.at += hex[0].length
      return Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "0", 16)
    }
    if (char === "c") return (this.source[this.at++]?.codePointAt(0) ?? 0) % 32
    return controls[char] ?? char.codePointAt(0) ?? 0
  }

  set(): Test {
    const negated = this.take("^")
    const tests: Array<Test> = []
    while (!this.take("]")) {
      const from = this.member()
      if (typeof from === "number" && this.peek() === "-" && this.source[this.at + 1] !== "]") {
        this.at++
        const to = this.member()
        tests.push(between(from, typeof to === "number" ? to : from))
      } else tests.push(typeof from === "number" ? is(from) : from)
    }
    return negated ? not(any(tests)) : any(tests)
  }

  member(): number | Test {
    const char = this.source[this.at++] ?? ""
    if (char !== "\\") return char.codePointAt(0) ?? 0
    if (this.take("b")) return 8
    const next = this.peek() ?? ""
    if (classes[next] !== undefined || next === "p" || next === "P") return this.escape()
    this.at++
    return this.escaped(next)
  }
}

const is = (wanted: number): Test => (point) => point === wanted
const eat = (test: Test): Part => (program) => void emit(program, { op: "eat", test })
const check = (holds: Extract<Instruction, { op: "check" }>["holds"]): Part => (program) =>
  void emit(program, { op: "check", holds })

const fork = (program: Array<Instruction>): Extract<Instruction, { op: "fork" }> => {
  const made = { op: "fork" as const, a: program.length + 1, b: program.length + 1 }
  emit(program, made)
  return made
}

const choice = (left: Part, right: Part): Part => (program) => {
  const start = fork(program)
  left(program)
  const leave = fork(program)
  start.b = program.length
  right(program)
  leave.a = leave.b = program.length
}

const repeat = (part: Part, min: number, max: number): Part => (program) => {
  for (let i = 0; i < min; i++) part(program)
  if (max === Infinity) {
    const at = program.length
    const start = fork(program)
    part(program)
    const back = fork(program)
    back.a = back.b = at
    start.b = program.length
    return
  }
  const starts = Array.from({ length: Math.max(0, max - min) }, () => {
    const start = fork(program)
    part(program)
    return start
  })
  for (const start of starts) start.b = program.length
}

const run = (program: ReadonlyArray<Instruction>, text: string): boolean => {
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0)
  if (points.length * program.length > maxWork) return false
  const seen = new Uint32Array(program.length)
  let current: Array<Test> = []
  let places: Array<number> = []
  for (let at = 0; at <= points.length; at++) {
    const [tests, nexts]: [Array<Test>, Array<number>] = [[], []]
    // A match may begin anywhere.
    const open = [0]
    const point = points[at - 1]
    for (let i = 0; i < current.length; i++) if (point !== undefined && current[i]?.(point)) open.push(places[i] ?? 0)
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seen[place] === at + 1) continue
      seen[place] = at + 1
      const instruction = program[place]
      if (instruction === undefined || instruction.op === "match") return true
      if (instruction.op === "fork") open.push(instruction.a, instruction.b)
      else if (instruction.op === "check") {
        if (instruction.holds(points, at)) open.push(place + 1)
      } else {
        tests.push(instruction.test)
        nexts.push(place + 1)
      }
    }
    current = tests
    places = nexts
  }
  return false
}

/** Compiles a regular expression. Throws `PatternRefused`, or a `SyntaxError` for a text that is no pattern. */
export const compile = (source: string): LinearPattern => {
  // A pattern that JavaScript refuses is refused with its message; the reader may then rely on the syntax.
  RegExp(source, "u")
  const program: Array<Instruction> = []
  new Reader(source).alternatives()(program)
  emit(program, { op: "match" })
  return { test: (text) => run(program, text) }
}
