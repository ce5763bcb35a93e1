/** The headers of a message that are stored with it. */
import { expressionIn } from "@sluice/domain/internal/decode/Marks"
import { isObject } from "@sluice/domain/json/Json"
import type { Step } from "@sluice/domain/pipeline/Pipeline"

/**
 * The headers whose values come from expressions. Headers that are written out may be secrets: they are looked up when
 * the message is sent.
 */
export const computedHeaders = (
  { options }: Step,
  headers: Readonly<Record<string, string>>
): Readonly<Record<string, string>> => {
  const written = options["headers"]
  if (written === undefined || !isObject(written)) return headers
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => {
      const value = written[name]
      return typeof value !== "string" || expressionIn(value) !== undefined
    })
  )
}
