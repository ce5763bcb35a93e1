/**
 * The strings of a JSON text and where they stand, and the text with some of them replaced. Everything else keeps every
 * character. The text may be the middle of an object (it then begins with a comma) or be cut at its end.
 */
import { stringEnd } from "../json/JsonText.ts"
import { isPersonalMember, isPersonalPath } from "./PersonalMembers.ts"

/** The place of a string. */
export interface Place {
  /** The name of the member that holds the string, or the list that it is in; undefined outside all objects. */
  readonly member: string | undefined
  /** True for the name of a member, false for a value. */
  readonly isName: boolean
  /** True below a personal member; the name of such a member counts. */
  readonly isPersonal: boolean
  /** Objects and lists around it. */
  readonly depth: number
}

export interface Visitor {
  /** The replacement of a string; the same string leaves the text as it is written. */
  readonly string: (value: string, place: Place) => string
  /** Called at the end of each object and list, after its strings. `depth` is that of its members. */
  readonly close?: (depth: number) => void
}

/** An object or list that is open. */
interface Frame {
  readonly isObject: boolean
  readonly isPersonal: boolean
  /** The name before the value that is being read; in a list that of the list. */
  name: string | undefined
  /** Set where the object is a change (`path`, `before`, `after`) of a personal member. */
  isPersonalChange: boolean
}

const unescaped = (raw: string): string => {
  if (!raw.includes("\\")) return raw
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return raw
  }
}

const isPersonalIn = ({ isObject, isPersonal, isPersonalChange, name }: Frame): boolean =>
  isPersonal || isObject && name !== undefined
    && (isPersonalMember(name) || isPersonalChange && (name === "before" || name === "after"))

/** The text with its strings replaced by the visitor. */
export const replaceStrings = (text: string, { string, close }: Visitor): string => {
  const open: Array<Frame> = [
    { isObject: text.trimStart().startsWith(","), isPersonal: false, name: undefined, isPersonalChange: false }
  ]
  let out = ""
  let written = 0
  let atName = false
  for (let i = 0; i < text.length; i++) {
    const frame = open.at(-1) as Frame
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = stringEnd(text, i + 1)
        const value = unescaped(text.slice(i + 1, end))
        if (atName) frame.name = value
        else if (frame.name === "path" && frame.isObject) frame.isPersonalChange = isPersonalPath(value)
        const place: Place = {
          member: frame.name,
          isName: atName,
          isPersonal: isPersonalIn(frame),
          depth: open.length - 1
        }
        const replaced = string(value, place)
        if (replaced !== value) {
          out += text.slice(written, i) + JSON.stringify(replaced)
          written = end + 1
        }
        atName = false
        i = end
        break
      }
      case 0x7b:
      case 0x5b: {
        const isObject = text.charCodeAt(i) === 0x7b
        open.push({
          isObject,
          isPersonal: isPersonalIn(frame),
          name: isObject ? undefined : frame.name,
          isPersonalChange: false
        })
        atName = isObject
        break
      }
      case 0x2c:
        atName = frame.isObject
        break
      case 0x5d:
      case 0x7d:
        close?.(open.length - 1)
        if (open.length > 1) open.pop()
        atName = false
    }
  }
  return out + text.slice(written)
}
