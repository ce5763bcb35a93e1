/**
 * The ways in which a configured secret can be written: as it is, in JSON, in a URL, in base64. Contract: section 5.
 */
import { Base64 } from "effect/encoding"
import { encode } from "../json/Utf8.ts"

/** One way of writing a secret. */
export interface SecretPattern {
  readonly text: string
  /** Found inside base64: the whole run of base64 around it is hidden, since the secret's ends are mixed into it. */
  readonly base64: boolean
}

/** Inside JSON: escaped once, or twice where JSON is a string of JSON; by writers that escape `/` or all but ASCII. */
const inJson = (secret: string): ReadonlyArray<string> => {
  const escaped = JSON.stringify(secret).slice(1, -1)
  const ascii = escaped.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
  const upper = ascii.replace(/\\u[0-9a-f]{4}/g, (unit) => `\\u${unit.slice(2).toUpperCase()}`)
  return [escaped, ascii, upper].flatMap((text) => {
    const slashed = text.replaceAll("/", "\\/")
    return [text, slashed, JSON.stringify(text).slice(1, -1), JSON.stringify(slashed).slice(1, -1)]
  })
}

/** The forms of a secret in a path, a query or a form: hex digits of either case, and a space as `%20` or `+`. */
const inUrl = (secret: string): ReadonlyArray<string> => {
  const encoded = encodeURIComponent(secret.toWellFormed())
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return [encoded, strict].flatMap((text) => {
    const lower = text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
    return [text, lower, text.replaceAll("%20", "+"), lower.replaceAll("%20", "+")]
  })
}

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

/** Every way of writing `secret`, each once. */
export const secretPatterns = (secret: string): ReadonlyArray<SecretPattern> => {
  const plain = new Set([secret, ...inJson(secret), ...inUrl(secret)])
  const encoded = new Set(inBase64(secret).filter((text) => !plain.has(text)))
  return [
    ...Array.from(plain, (text) => ({ text, base64: false })),
    ...Array.from(encoded, (text) => ({ text, base64: true }))
  ]
}
