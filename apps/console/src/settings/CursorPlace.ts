/** Finds the cursor's place in a JSON text: the enclosing object or list, and whether a name or a value is expected. */

export interface CursorPlace {
  /** The path from the document to the container that holds the cursor. */
  readonly path: ReadonlyArray<string | number>
  readonly writes: "name" | "value"
  /** The member whose value is written, where it is one of an object. */
  readonly member: string | number | undefined
  /** The start of the token being written, its quote included. */
  readonly from: number
  /** True if its quote is already there. */
  readonly quoted: boolean
}

interface Frame {
  readonly kind: "object" | "array"
  member: string | number | undefined
  /** True after the colon that follows a name. */
  valued: boolean
}

const tokens = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g

const nameOf = (token: string): string => token.replace(/^"|"$/g, "")

export const cursorPlace = (source: string, at: number): CursorPlace => {
  const frames: Array<Frame> = []
  let from = at
  let quoted = false
  for (const { 0: token, index } of source.slice(0, at).matchAll(tokens)) {
    const frame = frames.at(-1)
    const end = index + token.length
    const isOpenText = token.startsWith("\"") && (token.length === 1 || !token.endsWith("\""))
    const isWord = !token.startsWith("\"") && !/^[{}[\],:]$/.test(token)
    if (end === at && (isOpenText || isWord)) {
      from = index
      quoted = isOpenText
    } else if (token === "{") frames.push({ kind: "object", member: undefined, valued: false })
    else if (token === "[") frames.push({ kind: "array", member: 0, valued: true })
    else if (token === "}" || token === "]") frames.pop()
    else if (frame === undefined) continue
    else if (token === ":") frame.valued = true
    else if (token === ",") {
      if (frame.kind === "array") frame.member = Number(frame.member ?? 0) + 1
      else {
        frame.member = undefined
        frame.valued = false
      }
    } else if (frame.kind === "object" && !frame.valued) frame.member = nameOf(token)
  }
  const here = frames.at(-1)
  const path = frames.slice(0, -1).flatMap(({ member }) => member === undefined ? [] : [member])
  return { path, writes: here?.valued === false ? "name" : "value", member: here?.member, from, quoted }
}
