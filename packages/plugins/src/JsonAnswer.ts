/** A partner's answer as JSON. */
import { type ReceivedBody, receivedText } from "@sluice/domain/internal/decode/ReceivedText"
import { type Json, parse } from "@sluice/domain/json/Json"

/** The body as JSON; `undefined` where it is none, or was cut. */
export const answerOf = (
  answer: ReceivedBody
): Json | undefined => {
  const text = answer.truncated === true ? undefined : receivedText(answer)
  if (text === undefined) return undefined
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** A text that says something; anything else is `undefined`. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined
