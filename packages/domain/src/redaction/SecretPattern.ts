/**
 * The forms of a configured secret once escapes are undone (`Escapes`): as plain text, form-encoded, in base64, and in
 * bytes of other charsets. Contract: section 5.
 */
import { Base64 } from "effect/encoding"
import { encode } from "../json/Utf8.ts"
import { type Content, unitAt } from "./Content.ts"
import { unescaped, viewOf } from "./Escapes.ts"

/** One way of writing a secret. */
export interface SecretPattern {
  readonly text: string
  /** Found inside base64: the whole run of base64 around it is hidden, since the secret's ends are mixed into it. */
  readonly base64: boolean
}

/** The number of layers of escapes that are undone. */
export const maxLayers = 3

/** The text with one, two, … layers of escapes undone. */
const unescapedTexts = (text: string): ReadonlyArray<string> => {
  const texts: Array<string> = []
  for (let view = unescaped(viewOf(text, 0, text.length), false); view !== undefined && texts.length < maxLayers;) {
    texts.push(textOf(view.units))
    view = unescaped(view, false)
  }
  return texts
}

const textOf = (units: Content): string =>
  Array.from({ length: units.length }, (_, index) => String.fromCharCode(unitAt(units, index))).join("")

/**
 * Inside base64, wherever the secret begins in what was encoded (`user:password` among others): for each of the three
 * alignments the characters that the secret alone decides, with either alphabet.
 */
const inBase64 = (secret: string): ReadonlyArray<string> => {
  const bytes = encode(secret)
  return [0, 1, 2].flatMap((offset) => {
    const padded = new Uint8Array(offset + bytes.length)
    padded.set(bytes, offset)
    const decided = Base64.encode(padded).slice(Math.ceil(offset * 8 / 6), Math.floor(padded.length * 8 / 6))
    return [decided, decided.replaceAll("+", "-").replaceAll("/", "_")]
  })
}

/** Every way of writing `secret`, each once. A secret that looks escaped is sought with its escapes undone as well. */
export const secretPatterns = (secret: string): ReadonlyArray<SecretPattern> => {
  // In a form a blank is a plus.
  const plain = new Set([secret, ...unescapedTexts(secret)].flatMap((text) => [text, text.replaceAll(" ", "+")]))
  const encoded = new Set(inBase64(secret).filter((text) => !plain.has(text)))
  return [
    ...Array.from(plain, (text) => ({ text, base64: false })),
    ...Array.from(encoded, (text) => ({ text, base64: true }))
  ]
}

/** The secret in bytes of charsets other than UTF-8. */
export const foreignBytes = (secret: string): ReadonlyArray<Uint8Array> => {
  const codes = Array.from({ length: secret.length }, (_, index) => secret.charCodeAt(index))
  const little = Uint8Array.from(codes.flatMap((code) => [code & 255, code >> 8]))
  const big = Uint8Array.from(codes.flatMap((code) => [code >> 8, code & 255]))
  const isLatin = codes.every((code) => code < 256) && codes.some((code) => code > 127)
  return [little, big, ...(isLatin ? [Uint8Array.from(codes)] : [])]
}
