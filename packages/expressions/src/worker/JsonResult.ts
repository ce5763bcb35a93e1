/** Checks that an expression's result is JSON, measures its size, and serialises it. */
import type { Answer, Failure } from "./WorkerProtocol.ts"

/** The answer that carries the value, or says why it cannot be carried. `isFunction` knows jsonata's functions. */
export const answerOf = (value: unknown, isFunction: (value: unknown) => boolean, maxLength: number): Answer =>
  objection(value, isFunction, maxLength) ?? { kind: "value", value: JSON.stringify(value) }

const objection = (value: unknown, isFunction: (value: unknown) => boolean, maxLength: number): Failure | undefined => {
  let length = 0
  const work: Array<unknown> = [value]
  while (work.length > 0) {
    const part = work.pop()
    if (isFunction(part)) return functionFailure
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
