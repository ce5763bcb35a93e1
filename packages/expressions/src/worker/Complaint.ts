/** Maps an error of jsonata or V8 to a reason and a sentence. */
import type { Failure, Limits } from "./WorkerProtocol.ts"

/** jsonata quotes values of the document in its messages; a long one would fill the record. */
const maxDetail = 300

/** jsonata's codes for its own limits: a range or a sequence too large, a stack too deep, a time over. */
const boundsCodes: ReadonlySet<unknown> = new Set(["D1011", "D1012", "D2014", "D2015"])

export const ofParsing = (cause: unknown, limits: Limits): Failure =>
  ofExhaustion(cause, limits) ?? say("syntax", cause)

export const ofEvaluation = (cause: unknown, limits: Limits): Failure =>
  ofExhaustion(cause, limits) ?? say(boundsCodes.has(member(cause, "code")) ? "bounds" : "failed", cause)

/** V8 says so by a `RangeError`, which comes from jsonata's realm: `instanceof` would not know it. */
const ofExhaustion = (cause: unknown, limits: Limits): Failure | undefined => {
  if (member(cause, "name") !== "RangeError") return undefined
  const message = String(member(cause, "message"))
  if (message.includes("call stack")) return { kind: "failed", reason: "bounds", detail: "nests too deeply" }
  return /^Invalid (string|array) length|allocation failed/.test(message)
    ? { kind: "failed", reason: "bounds", detail: memoryDetail(limits) }
    : undefined
}

export const memoryDetail = (limits: Limits): string => `needs more than ${limits.memoryMb} MB`
export const timeDetail = (limits: Limits): string => `took longer than ${limits.timeMs} ms`

const say = (reason: Failure["reason"], cause: unknown): Failure => {
  const message = member(cause, "message")
  const position = member(cause, "position")
  const words = typeof message === "string" && message !== "" ? message : "failed without a message"
  const text = words.length > maxDetail ? `${words.slice(0, maxDetail)}…` : words
  const place = typeof position === "number" ? ` (at character ${position})` : ""
  return {
    kind: "failed",
    reason,
    detail: `${reason === "syntax" ? "cannot be parsed" : "failed"}: ${text}${place}`
  }
}

const member = (cause: unknown, name: string): unknown =>
  typeof cause === "object" && cause !== null ? (cause as Readonly<Record<string, unknown>>)[name] : undefined
