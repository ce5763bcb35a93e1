/** Decodes a body by a schema; a fault names the member, and unknown members are refused. Contract: section 7. */
import type * as Problems from "@sluice/api/wire/Problems"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Effect, Schema, SchemaIssue } from "effect"
import * as ErrorMapping from "./ErrorMapping.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "MissingKey":
        return "is missing"
      case "UnexpectedKey":
        return "is unknown: leave it out"
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  }
})

/** The message as the end of a sentence that begins with the member's path. */
const predicate = (message: string): string =>
  message.replace(/^Expected /, "must be ").replace(/^must be (?=[a-z]+$)/, "must be of type ")

const pathOf = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>): string =>
  path.reduce<string>((text, segment) => {
    const key = typeof segment === "object" ? segment.key : segment
    return typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`
  }, "")

export const as = <S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  body: JsonObject
): Effect.Effect<S["Type"], Problems.InvalidRequest> =>
  Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error" })(body).pipe(
    Effect.mapError(({ issue }) =>
      ErrorMapping.invalid(
        format(issue).issues.map(({ message, path = [] }) => ({ path: pathOf(path), message: predicate(message) }))
      )
    )
  )
