/** A schema's objections to a value, as paths and actionable messages. */
import type { Fault } from "@sluice/domain/order/Order"
import { Result, Schema, SchemaIssue } from "effect"

/** Messages in the words of a person who has to fix the value. */
const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) =>
    issue._tag === "MissingKey"
      ? "is missing: it has to be given"
      : SchemaIssue.defaultLeafHook(issue)
})

/** The text of a path: `steps[0].options` for `["steps", 0, "options"]`. */
export const pathText = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>): string =>
  path.reduce<string>((text, segment) => {
    const key = typeof segment === "object" ? segment.key : segment
    return typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`
  }, "")

/** The faults of `value` against `schema`, all of them; empty where it fits. */
export const schemaFaults = (schema: Schema.ConstraintDecoder<unknown>, value: unknown): ReadonlyArray<Fault> => {
  const result = Schema.decodeUnknownResult(schema, { errors: "all" })(value)
  return Result.isSuccess(result)
    ? []
    : format(result.failure.issue).issues.map((issue) => ({
      path: pathText(issue.path ?? []),
      message: issue.message
    }))
}

/** Members that the schema does not name, at the first level. */
export const unknownMembers = (schema: Schema.ConstraintDecoder<unknown>, value: unknown): ReadonlyArray<string> => {
  const strict = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })(value)
  return Result.isSuccess(strict)
    ? []
    : format(strict.failure.issue).issues.filter(({ message }) => /unexpected|excess/i.test(message))
      .map((issue) => pathText(issue.path ?? []))
}
