/** Checks that an expression's result is JSON, and measures its size, before it is serialised. */
import type { Failure } from "./WorkerProtocol.ts"

/** `undefined` when the value may be sent to the parent as it is. */
export const objection = (value: unknown, maxLength: number): Failure | undefined => {
  let length = 0
  const work: Array<unknown> = [value]
  while (work.length > 0) {
    const part = work.pop()
    switch (typeof part) {
      case "string":
        length += part.length + 2
        break
      case "number":
        if (!Number.isFinite(part)) {
          return { kind: "failed", reason: "failed", detail: `gives ${part}, which is not a JSON number` }
        }
        length += 8
        break
      case "object":
        if (part !== null && isFunctionLike(part)) return functionFailure
        length += 4
        if (Array.isArray(part)) {
          // Counted before its items are queued: an array may be larger than what is left of the memory.
          if (length + part.length > maxLength) return tooLong(maxLength)
          for (const item of part) work.push(item)
        } else if (part !== null) {
          for (const [name, member] of Object.entries(part)) {
            length += name.length + 3
            work.push(member)
          }
        }
        break
      case "function":
        return functionFailure
      default:
        length += 5
    }
    if (length > maxLength) return tooLong(maxLength)
  }
  return undefined
}

const functionFailure: Failure = { kind: "failed", reason: "failed", detail: "gives a function, not a value" }

const tooLong = (maxLength: number): Failure => ({
  kind: "failed",
  reason: "bounds",
  detail: `gives a value of more than ${Math.round(maxLength / 1024)} KiB`
})

/** jsonata's own functions and lambdas are objects with a mark. */
const isFunctionLike = (value: object): boolean =>
  ("_jsonata_lambda" in value && value._jsonata_lambda === true) ||
  ("_jsonata_function" in value && value._jsonata_function === true)
