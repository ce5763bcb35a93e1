/**
 * A received body as text, without replacing a character: UTF-8, else what the `charset` of its `Content-Type` says.
 * Contract: section 5 ("a JSON body that is not UTF-8").
 */
import { encode } from "../json/Utf8.ts"
import type { Redactor } from "../redaction/Redaction.ts"

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean })
  decode(input: Uint8Array, options?: { readonly stream?: boolean }): string
}

export interface ReceivedBody {
  readonly body: Uint8Array
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The body was cut, perhaps within a character, which is then left out. */
  readonly truncated?: boolean | undefined
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Decodes bytes as `charset`; `undefined` if they are not in it, or if it is unknown. */
const decodedAs = (charset: string, body: Uint8Array, truncated: boolean): string | undefined => {
  try {
    return charset === "utf-8" && !truncated
      ? utf8.decode(body)
      // With `stream`, an unfinished character at the end is waited for instead of being refused.
      : new TextDecoder(charset, { fatal: true }).decode(body, { stream: truncated })
  } catch {
    return undefined
  }
}

const charsetOf = (contentType: string | undefined): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1]?.toLowerCase()

/**
 * The text; `undefined` where no charset in question decodes the bytes. A byte-order mark is dropped. UTF-8 comes first,
 * because many partners declare `iso-8859-1` by habit; but bytes that are declared UTF-16 and hold NULs are no UTF-8.
 */
export const receivedText = ({ body, headers, truncated = false }: ReceivedBody): string | undefined => {
  const charset = charsetOf(headers["content-type"])
  if (charset === undefined) return decodedAs("utf-8", body, truncated)
  const isWide = charset.startsWith("utf-16") && body.includes(0)
  return (isWide ? undefined : decodedAs("utf-8", body, truncated)) ?? decodedAs(charset, body, truncated)
}

/** The reason for which `receivedText` returns nothing, as the end of a sentence about the answer. */
export const undecodable = "is not UTF-8, and its Content-Type names no charset that decodes it"

/**
 * The body as it may be recorded: without secrets, whatever charset they are written in. A body without secrets is
 * returned as the same reference; text of another charset that held one is stored as UTF-8, which readers try first.
 */
export const redactedBody = (received: ReceivedBody, redactor: Redactor): Uint8Array => {
  const { body, headers, truncated = false } = received
  const shown = redactor.bytes(body, { cut: truncated })
  const charset = charsetOf(headers["content-type"])
  if (charset === undefined || charset === "utf-8") return shown
  const text = receivedText({ body: shown, headers, truncated })
  if (text === undefined) return shown
  const shownText = redactor.text(text, { cut: truncated })
  return shownText === text ? shown : encode(shownText)
}
