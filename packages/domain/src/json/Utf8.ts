/** Text and bytes. UTF-8 is in every JavaScript runtime, but not in the language's own library of types. */

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(input: Uint8Array): string
}
declare class TextEncoder {
  encode(input: string): Uint8Array
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Bytes as text; what is not UTF-8 becomes U+FFFD, a leading byte-order mark is dropped. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes)

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Bytes as text, a leading byte-order mark included; undefined where they are not UTF-8. */
export const decodeStrict = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of a file as text, without a leading byte-order mark; undefined where they are not UTF-8. */
export const decodeFile = (bytes: Uint8Array): string | undefined => decodeStrict(bytes)?.replace(/^\uFEFF/, "")

export const encode = (text: string): Uint8Array => encoder.encode(text)

/** The text with U+FFFD for each NUL character, which PostgreSQL's `text` cannot hold; `null` for an absent text. */
export function withoutNul(text: string): string
export function withoutNul(text: string | undefined): string | null
export function withoutNul(text: string | undefined): string | null {
  return text?.replaceAll("\0", "\ufffd") ?? null
}
