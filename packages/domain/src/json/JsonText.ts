/**
 * JSON as text: finds members and the ends of values without parsing. For the few places on the hot path that rewrite a
 * document and must not lose a digit of it. The text must be well-formed JSON; it may contain whitespace.
 */

const quote = 0x22
const backslash = 0x5c

/**
 * The index of the quote that ends the string whose first character is at `start`; the text's length if there is none.
 */
export const stringEnd = (text: string, start: number): number => {
  // A loop, not `indexOf`: most strings of an order are shorter than what a call costs.
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) return i
    if (code === backslash) i++
  }
  return text.length
}

/** The index after the value at `start`: of a comma, of a closing bracket, or of the text's end. */
export const valueEnd = (text: string, start: number): number => {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = stringEnd(text, i + 1)
        break
      case 0x5b:
      case 0x7b:
        depth++
        break
      case 0x2c:
        if (depth === 0) return i
        break
      case 0x5d:
      case 0x7d:
        if (depth-- === 0) return i
    }
  }
  return text.length
}

/**
 * A member of an object: its name as it is written, without quotes, and the text of its value with surrounding blanks.
 */
export interface TextMember {
  readonly name: string
  readonly value: string
}

/** The members of the object in `text`, in their order; empty if the text is no object. */
export const textMembers = (text: string): ReadonlyArray<TextMember> => {
  const members: Array<TextMember> = []
  let i = text.indexOf("{")
  if (i < 0 || text.slice(0, i).trim() !== "") return members
  for (;;) {
    const start = text.indexOf("\"", i + 1)
    if (start < 0) return members
    const close = stringEnd(text, start + 1)
    const colon = text.indexOf(":", close + 1)
    if (colon < 0) return members
    const from = colon + 1
    i = valueEnd(text, from)
    members.push({ name: text.slice(start + 1, close), value: text.slice(from, i) })
    if (text.charCodeAt(i) !== 0x2c) return members
  }
}
