/**
 * Warnings for marks of expressions that are not read: `{% %}` inside a longer string, `{{ }}`, and any of them where
 * nothing is evaluated. They can be meant, so they are no faults. Contract: section 4.
 */
import { expressionIn, unreadMarks } from "@sluice/domain/internal/decode/Marks"
import { type MemberPath, pathText } from "@sluice/domain/internal/decode/MemberPath"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"

/** Members that hold JSONata without marks, or describe data. */
const unmarked: ReadonlySet<string> = new Set(["when", "responseSchema", "filter", "payload"])

const warningOf = (text: string, evaluated: boolean): string | undefined => {
  const marks = unreadMarks(text)
  if (marks !== undefined) {
    return evaluated
      ? `${marks} is sent as it is written: an expression is {% … %}, and makes up the whole string`
      : `${marks} is sent as it is written: expressions are evaluated in the steps of pipelines only`
  }
  return evaluated || expressionIn(text) === undefined
    ? undefined
    : "{% %} is sent as it is written: expressions are evaluated in the steps of pipelines only"
}

/** The warnings of a setting; a value is never repeated, since it may be a secret. */
export const markWarnings = (kind: SettingsKind, document: JsonObject): ReadonlyArray<string> => {
  const evaluated = kind === "pipeline"
  const visit = (value: Json, path: MemberPath): ReadonlyArray<string> => {
    if (typeof value === "string") {
      const warning = warningOf(value, evaluated)
      return warning === undefined ? [] : [`${pathText(path)}: ${warning}`]
    }
    if (Array.isArray(value)) return value.flatMap((item: Json, index) => visit(item, [...path, index]))
    if (!isObject(value)) return []
    return Object.entries(value).flatMap(([name, member]) => {
      // The payload of a post-processing webhook is an option like any other.
      const skipped = unmarked.has(name) && (name !== "payload" || !evaluated)
      return skipped ? [] : visit(member, [...path, name])
    })
  }
  return visit(document, [])
}
