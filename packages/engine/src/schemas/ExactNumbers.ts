/**
 * Exact numbers for a validator that knows doubles. A document is read without losing a digit; each number that a double
 * does not hold is replaced by a double of the same kind (integer or not, same sign), and its text is kept beside the
 * document, by holder and name. The keywords that judge numbers ask for the text.
 */
import { decimalOf, isInteger } from "@sluice/domain/internal/json/Decimal"
import { needsCare, parseLossless } from "@sluice/domain/internal/json/LosslessJson"
import { setMember } from "@sluice/domain/internal/json/ObjectMembers"
import { isRawNumber, type Json, parseOwn } from "@sluice/domain/json/Json"

/** A double that a validator takes for the same kind of number: `type`, and the bounds of `minItems` and the like. */
const standIn = (text: string): number => {
  const value = Number(text)
  if (isInteger(decimalOf(text))) return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
  return Number.isInteger(value) ? (text.startsWith("-") ? -0.5 : 0.5) : value
}

export class ExactNumbers {
  private readonly texts = new WeakMap<object, Map<string | number, string>>()
  private rootText: string | undefined
  /** The document with doubles only. */
  readonly document: unknown
  /** True if the document has a number that a double does not hold. */
  areAny = false

  /** Reads a JSON text. Throws `SyntaxError`. */
  constructor(text: string) {
    const value: unknown = needsCare(text) ? parseLossless(text) : JSON.parse(text)
    if (isRawNumber(value)) {
      this.areAny = true
      this.rootText = value.rawJSON
      this.document = standIn(value.rawJSON)
    } else {
      this.document = value
      if (needsCare(text)) this.replaceIn(value)
    }
  }

  private replaceIn(value: unknown): void {
    const work: Array<unknown> = [value]
    for (let holder = work.pop(); holder !== undefined; holder = work.pop()) {
      if (Array.isArray(holder)) {
        for (let index = 0; index < holder.length; index++) {
          const item: unknown = holder[index]
          if (isRawNumber(item)) holder[index] = this.replaced(holder, index, item.rawJSON)
          else if (typeof item === "object" && item !== null) work.push(item)
        }
      } else if (typeof holder === "object" && holder !== null) {
        const members = holder as Record<string, unknown>
        for (const name of Object.keys(members)) {
          const member = members[name]
          if (isRawNumber(member)) setMember(members, name, this.replaced(members, name, member.rawJSON))
          else if (typeof member === "object" && member !== null) work.push(member)
        }
      }
    }
  }

  private replaced(holder: object, name: string | number, text: string): number {
    this.areAny = true
    const names = this.texts.get(holder) ?? new Map<string | number, string>()
    this.texts.set(holder, names.set(name, text))
    return standIn(text)
  }

  /** The text of a number that a double does not hold; `undefined` for another value. Without holder: the document. */
  textOf(holder: object | undefined, name: string | number | undefined): string | undefined {
    if (!this.areAny) return undefined
    return holder === undefined || name === undefined ? this.rootText : this.texts.get(holder)?.get(name)
  }

  /** Replaces the doubles in a value of the document by its exact numbers. */
  restored(value: unknown, holder: object | undefined, name: string | number | undefined): Json {
    if (!this.areAny) return value as Json
    const text = this.textOf(holder, name)
    if (text !== undefined) return parseOwn(text)
    if (Array.isArray(value)) return value.map((item, index) => this.restored(item, value, index))
    if (typeof value !== "object" || value === null) return value as Json
    return Object.fromEntries(
      Object.entries(value).map(([member, one]) => [member, this.restored(one, value, member)])
    )
  }
}
