/** A partner's answer as JSON. */
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import { type Json, parse } from "@sluice/domain/json/Json"

/** The body as JSON; `undefined` where it is none, or was cut. */
export const answerOf = (
  answer: { readonly body: Uint8Array; readonly truncated?: boolean | undefined }
): Json | undefined => {
  if (answer.truncated === true) return undefined
  try {
    return parse(Utf8.decode(answer.body))
  } catch {
    return undefined
  }
}

/** A text that says something; anything else is `undefined`. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined
