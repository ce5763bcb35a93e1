/**
 * Exact decimals: numbers as JSON writes them, compared and divided without rounding. The cost is proportional to the
 * length of the text.
 */
import { significant } from "./LosslessJson.ts"

/** The number `digits × 10^exponent`, with its sign. Zero has no digits. */
export interface Decimal {
  readonly isNegative: boolean
  /** The digits, without leading and trailing zeros. */
  readonly digits: string
  readonly exponent: number
}

/** Exponents beyond this are not told apart. */
const mostExponent = 1e15

/** Reads a number as JSON, or `String` of a finite double, writes it. */
export const decimalOf = (text: string): Decimal => {
  const written = significant(text)
  const end = written.indexOf("e")
  if (end < 0) return { isNegative: false, digits: "", exponent: 0 }
  const isNegative = written.startsWith("-")
  const exponent = Math.max(-mostExponent, Math.min(mostExponent, Number(written.slice(end + 1))))
  return { isNegative, digits: written.slice(isNegative ? 1 : 0, end), exponent }
}

export const isInteger = ({ digits, exponent }: Decimal): boolean => digits === "" || exponent >= 0

const signOf = ({ digits, isNegative }: Decimal): number => digits === "" ? 0 : isNegative ? -1 : 1

/** Compares two decimals: negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export const compare = (a: Decimal, b: Decimal): number => {
  const sign = signOf(a)
  if (sign !== signOf(b) || sign === 0) return sign - signOf(b)
  const magnitudes = a.digits.length + a.exponent - (b.digits.length + b.exponent)
  if (magnitudes !== 0) return sign * magnitudes
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -sign : sign
}

/** The digits of a divisor; a longer one would make a division cost more than its text. */
export const mostDivisorDigits = 300

/** Digits that are divided at once; the product of a remainder and their power of ten is one operation. */
const atOnce = 15
const tenToAtOnce = 10n ** 15n
/** A power of ten that contains every 2 and 5 of a divisor of {@link mostDivisorDigits} digits. */
const mostShift = 1100

/** True if `a` is `b` times an integer; `b` is not zero and has at most {@link mostDivisorDigits} digits. */
export const isMultipleOf = (a: Decimal, b: Decimal): boolean => {
  if (a.digits === "") return true
  const shift = a.exponent - b.exponent
  // The digits end in no zero, so no power of ten divides them.
  if (shift < 0) return false
  const divisor = BigInt(b.digits)
  let remainder = 0n
  for (let at = 0; at < a.digits.length; at += atOnce) {
    const part = a.digits.slice(at, at + atOnce)
    const shifted = remainder * (part.length === atOnce ? tenToAtOnce : 10n ** BigInt(part.length))
    remainder = (shifted + BigInt(part)) % divisor
  }
  return (remainder * 10n ** BigInt(Math.min(shift, mostShift))) % divisor === 0n
}
