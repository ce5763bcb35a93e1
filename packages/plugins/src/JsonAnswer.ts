/** A partner's answer as JSON. */
import { receivedJson } from "@sluice/domain/internal/decode/ReceivedJson"
import type { ReceivedBody } from "@sluice/domain/internal/decode/ReceivedText"
import type { Json } from "@sluice/domain/json/Json"

/**
 * The body as JSON; `undefined` where it is none or was truncated. Read a large body with `readReceived` beforehand.
 */
export const answerOf = (answer: ReceivedBody): Json | undefined =>
  answer.truncated === true ? undefined : receivedJson(answer)

/** A text that is not empty; anything else is `undefined`. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined
