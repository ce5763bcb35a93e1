/**
 * The positions of the members of a JSON text. Reads as far as the text is JSON, so that an incomplete draft still has
 * an outline up to the fault.
 */

export interface Range {
  readonly from: number
  readonly to: number
}

export interface OutlineMember {
  /** The member's name, or its position in a list. */
  readonly name: string | number
  /** The range of the name with its quotes; for a list's item, of its value. */
  readonly key: Range
  readonly value: OutlineNode
}

export interface OutlineNode extends Range {
  readonly kind: "object" | "array" | "scalar"
  readonly members: ReadonlyArray<OutlineMember>
}

const blank = /[\s]*/y
const text = /"(?:[^"\\\n]|\\.)*"?/y
const word = /[^\s,:[\]{}"]+/y

class Reader {
  at = 0
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
  match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.source)?.[0] ?? ""
    this.at += found.length
    return found
  }
  /** The next character that is not a blank. */
  peek(): string {
    this.match(blank)
    return this.source[this.at] ?? ""
  }
  took(character: string): boolean {
    if (this.peek() !== character) return false
    this.at += 1
    return true
  }
}

const unquoted = (written: string): string => {
  try {
    return String(JSON.parse(written))
  } catch {
    return written.replaceAll("\"", "")
  }
}

const readMember = (reader: Reader): OutlineMember => {
  reader.peek()
  const from = reader.at
  const written = reader.match(text)
  const key = { from, to: reader.at }
  reader.took(":")
  return { name: unquoted(written), key, value: readNode(reader) }
}

const readItem = (reader: Reader, name: number): OutlineMember => {
  const value = readNode(reader)
  return { name, key: value, value }
}

const readNode = (reader: Reader): OutlineNode => {
  const opened = reader.peek()
  const from = reader.at
  if (opened !== "{" && opened !== "[") {
    if (reader.match(opened === "\"" ? text : word) === "") return { kind: "scalar", from, to: from, members: [] }
    return { kind: "scalar", from, to: reader.at, members: [] }
  }
  const closing = opened === "{" ? "}" : "]"
  const members: Array<OutlineMember> = []
  reader.at += 1
  while (!reader.took(closing)) {
    const before = reader.at
    if (opened === "{" ? reader.peek() !== "\"" : reader.peek() === "") break
    members.push(opened === "{" ? readMember(reader) : readItem(reader, members.length))
    reader.took(",")
    if (reader.at === before) break
  }
  return { kind: opened === "{" ? "object" : "array", from, to: reader.at, members }
}

export const outline = (source: string): OutlineNode => readNode(new Reader(source))

/** The steps of `steps[0].options.endpoint`: `steps`, 0, `options`, `endpoint`. */
export const pathSteps = (path: string): ReadonlyArray<string | number> =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => index === undefined ? name ?? "" : Number(index))

/** True if two names are equal in a setting, where the case of the first letter does not count. */
export const sameName = (one: string | number, other: string | number): boolean =>
  one === other
  || (typeof one === "string" && typeof other === "string" && one.slice(1) === other.slice(1)
    && one.charAt(0).toLowerCase() === other.charAt(0).toLowerCase())

export interface Place extends Range {
  /** True if the whole path was found; otherwise this is its nearest parent. */
  readonly exact: boolean
}

/**
 * The place that a path of the server's means: the value where there is one, else the name of the member that should
 * hold it, so that a missing member is shown at its parent.
 */
export const placeOf = (source: string, path: string): Place => {
  const steps = pathSteps(path)
  let node = outline(source)
  let shown: Range = { from: node.from, to: Math.min(node.from + 1, node.to) }
  for (const [depth, step] of steps.entries()) {
    // A member's name may hold dots: then it is all that is left of the path.
    const rest = steps.slice(depth).join(".")
    const whole = node.members.find(({ name }) => typeof name === "string" && sameName(name, rest))
    const member = whole ?? node.members.find(({ name }) => sameName(name, step))
    if (member === undefined) return { ...shown, exact: false }
    node = member.value
    const isLast = whole !== undefined || depth === steps.length - 1
    if (isLast) return { ...(node.kind === "scalar" && node.to > node.from ? pick(node) : headOf(member)), exact: true }
    shown = headOf(member)
  }
  return { ...shown, exact: steps.length === 0 }
}

const pick = ({ from, to }: Range): Range => ({ from, to })

/** The range to mark: only the opening bracket of a container in a list, otherwise the member's name. */
const headOf = ({ key, value }: OutlineMember): Range =>
  key.from === value.from ? { from: value.from, to: Math.min(value.from + 1, value.to) } : pick(key)

/** The document as far as it can be read, for an incomplete draft. */
export const draftOf = (source: string, node: OutlineNode = outline(source)): unknown => {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map(({ name, value }) => [name, draftOf(source, value)]))
    case "array":
      return node.members.map(({ value }) => draftOf(source, value))
    case "scalar":
      try {
        return JSON.parse(source.slice(node.from, node.to))
      } catch {
        return undefined
      }
  }
}
