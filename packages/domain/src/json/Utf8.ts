/** Text and bytes. UTF-8 is in every JavaScript runtime, but not in the language's own library of types. */

declare class TextDecoder {
  decode(input: Uint8Array): string
}
declare class TextEncoder {
  encode(input: string): Uint8Array
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Bytes as text; what is not UTF-8 becomes U+FFFD, a leading byte-order mark is dropped. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes)

export const encode = (text: string): Uint8Array => encoder.encode(text)
