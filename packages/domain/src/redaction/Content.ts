/**
 * The searched content: text as UTF-16 code units, or bytes. Read through `unitAt`, which V8 turns into plain loads.
 */
export type Content = string | Uint8Array | Uint16Array

export const unitAt = (content: Content, index: number): number =>
  typeof content === "string" ? content.charCodeAt(index) : content[index] as number

/** The units that are looked for, as texts: a text of a unit above 0xff would be made anew for each look. */
const unitTexts = new Map<number, string>()

const textOfUnit = (unit: number): string => {
  let text = unitTexts.get(unit)
  if (text === undefined) unitTexts.set(unit, text = String.fromCharCode(unit))
  return text
}

/** The first place of a unit at or after `from`; `Infinity` where there is none. */
export const indexOfUnit = (content: Content, unit: number, from: number): number => {
  const at = typeof content === "string"
    ? content.indexOf(textOfUnit(unit), from)
    : content.indexOf(unit, from)
  return at < 0 ? Infinity : at
}
