/**
 * Explains why an expression found nothing in the answers of earlier callouts: names the first member of its path that
 * is missing, and the members that are there instead. Pure; names only, never values. Contract: section 4,
 * "Expressions".
 */
import { suggestion } from "@sluice/domain/internal/decode/DidYouMean"
import { isObject, isRawNumber } from "@sluice/domain/json/Json"
import type { CalloutPath, ExpressionScope } from "./Expressions.ts"

const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : typeof value === "string"
    ? value === "" ? "empty" : "text, not JSON"
    : `a ${isRawNumber(value) ? "number" : typeof value}`

/** True if every member of the path exists; in a list, in one of its items. */
const reaches = (value: unknown, [name, ...rest]: ReadonlyArray<string>): boolean =>
  name === undefined
    ? value !== null
    : Array.isArray(value)
    ? value.some((item) => reaches(item, [name, ...rest]))
    : isObject(value) && Object.hasOwn(value, name) && reaches(value[name], rest)

/** A partner's answer may have a hundred thousand names: the first are compared, and that is enough for a hint. */
const mostCompared = 500

/** The members on the way; `undefined` where all of them are there. */
const missing = (value: unknown, [name, ...rest]: ReadonlyArray<string>, at: string): string | undefined => {
  if (name === undefined) return value === null ? `${at} is null` : undefined
  if (Array.isArray(value)) {
    if (value.length === 0) return `${at} is an empty list`
    return reaches(value, [name, ...rest]) ? undefined : missing(value[0], [name, ...rest], at)
  }
  if (!isObject(value)) return `${at} is ${kindOf(value)}`
  if (!Object.hasOwn(value, name)) {
    return `${at} has no ${name}${suggestion(name, Object.keys(value).slice(0, mostCompared))}`
  }
  return missing(value[name], rest, `${at}.${name}`)
}

const reasonOf = ({ members, stepId }: CalloutPath, { callouts, steps }: ExpressionScope): string | undefined => {
  const at = `callouts.${stepId}`
  const record = callouts[stepId]
  if (record !== undefined) {
    const unanswered = members.length > 0 && isObject(record) && record.status === undefined &&
      record.body === undefined
    return unanswered ? `step ${stepId} got no answer (${String(record.outcome)})` : missing(record, members, at)
  }
  const step = steps[stepId]
  const state = isObject(step) ? step.state : undefined
  return `step ${stepId} made no callout${typeof state === "string" ? ` (${state})` : ", or was skipped"}`
}

/** Continues a sentence about the expression; empty where nothing can be said. */
export const explanation = (paths: ReadonlyArray<CalloutPath>, scope: ExpressionScope): string => {
  for (const path of paths) {
    const reason = reasonOf(path, scope)
    if (reason !== undefined) return `: ${reason}`
  }
  return ""
}
