/**
 * Compiles a JSON Schema into a check of texts, and says beforehand what a check may cost. Nothing of a platform is in
 * here, so that it can run on another thread. Contract: section 4, `responseSchema`.
 *
 * The cost is bounded when the schema is compiled: patterns are matched in linear time, references neither recurse nor
 * multiply, duplicates are found by hash. What remains is the product of the schema's parts and the text's length.
 */
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"
import { JsonPointer } from "effect"
import { ExactNumbers } from "./ExactNumbers.ts"
import * as LinearPattern from "./LinearPattern.ts"
import * as NumberKeywords from "./NumberKeywords.ts"

/** The largest length of a schema's text, in characters. */
export const maxSchemaLength = 65_536
/** Parts of a schema that may come to bear on one value, references followed. */
const maxParts = 2000

const regExp = Object.assign(
  (source: string) => ({ ...LinearPattern.compile(source), toString: () => source }),
  { code: "LinearPattern.compile" }
)

const options: Options = {
  // Unknown keywords and formats are annotations by the specification: they are ignored.
  strict: false,
  validateFormats: false,
  logger: false,
  // Names that objects inherit (`constructor`) are no members.
  ownProperties: true,
  passContext: true,
  code: {
    regExp,
    // ajv notes the names that it has evaluated in an object that inherits some.
    process: (code) => code.replace(/\b(props\d+ = (?:props\d+ \|\| )?)\{\}/g, "$1{__proto__:null}")
  }
}

/** 2020-12, unless the schema says that it is of an earlier draft. */
const compilerFor = (schema: ExactNumbers): Ajv => {
  const draft = isObject(schema.document) ? schema.document.$schema : undefined
  const ajv = typeof draft === "string" && draft.includes("draft-0") ? new Ajv(options) : new Ajv2020(options)
  return NumberKeywords.addTo(ajv, schema)
}

const ownProto = (value: Json | undefined): Json | undefined =>
  isObject(value) && Object.hasOwn(value, "__proto__") ? value["__proto__"] : undefined

/**
 * Repeats what `properties` and the `dependent…` keywords say of a member `__proto__`, which ajv passes over, by means of
 * `patternProperties` and `anyOf`. Changes the schema.
 */
const repeatProto = (schema: unknown): void => {
  const work: Array<unknown> = [schema]
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    if (Array.isArray(part)) { for (const item of part) work.push(item) }
    if (!isObject(part)) continue
    for (const member of Object.values(part)) work.push(member)
    const changed = part as Record<string, Json>
    const property = ownProto(part.properties)
    if (property !== undefined) {
      const patterns = isObject(part.patternProperties) ? part.patternProperties : {}
      const before = patterns["^__proto__$"]
      const both = before === undefined ? property : { allOf: [before, property] }
      changed["patternProperties"] = { ...patterns, "^__proto__$": both }
    }
    for (const keyword of ["dependentRequired", "dependentSchemas", "dependencies"]) {
      const dependency = ownProto(part[keyword])
      if (dependency === undefined) continue
      const demanded: Json = Array.isArray(dependency) ? { required: dependency } : dependency
      const before = Array.isArray(changed["allOf"]) ? changed["allOf"] : []
      changed["allOf"] = [...before, { anyOf: [{ not: { required: ["__proto__"] } }, demanded] }]
    }
  }
}

/** The part of a schema that a local reference (`#/…`) refers to. */
export const pointed = (root: Json, reference: string): Json | undefined =>
  reference.split("/").slice(1).reduce<Json | undefined>((value, part) => {
    const name = JsonPointer.unescapeToken(decodeURIComponent(part))
    return typeof value === "object" && value !== null && Object.hasOwn(value, name)
      ? (value as Record<string, Json>)[name]
      : undefined
  }, root)

/** The cost of a schema, or the reason for refusing it. */
export type Measured = { readonly weight: number } | { readonly fault: string }

/** Counts every part as often as it is referred to, and every position of its patterns. */
const measureParts = (root: Json): Measured => {
  let parts = 0
  let positions = 0
  const visit = (value: Json, within: ReadonlySet<string>): string | undefined => {
    if (++parts > maxParts) return `has more than ${maxParts} parts, references followed: make it simpler`
    if (Array.isArray(value)) return firstOf(value, within)
    if (!isObject(value)) return undefined
    const { $ref, $dynamicRef, $recursiveRef, pattern, patternProperties } = value as JsonObject
    if (typeof $dynamicRef === "string" || typeof $recursiveRef === "string") {
      return "uses a dynamic reference: use $ref"
    }
    if (typeof pattern === "string") positions += pattern.length
    if (isObject(patternProperties)) positions += Object.keys(patternProperties).join("").length
    if (typeof $ref === "string") {
      if (!/^#($|\/)/.test($ref)) return `refers to ${$ref}: only references into the schema itself (#/…) are followed`
      if (within.has($ref) || $ref === "#") return `refers to ${$ref} from within itself: it must not recurse`
      const target = pointed(root, $ref)
      const fault = target === undefined
        ? `refers to ${$ref}, which is not there`
        : visit(target, new Set([...within, $ref]))
      if (fault !== undefined) return fault
    }
    return firstOf(Object.values(value), within)
  }
  const firstOf = (values: ReadonlyArray<Json>, within: ReadonlySet<string>): string | undefined => {
    for (const value of values) {
      const fault = visit(value, within)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  const fault = visit(root, new Set())
  return fault === undefined ? { weight: parts + positions } : { fault }
}

/** The weight of a schema: the number of its parts that may apply to one character of a text. Compiles nothing. */
export const measure = (schema: Json): Measured => {
  if (typeof schema !== "boolean" && !isObject(schema)) {
    return { fault: "must be a JSON Schema: an object, or a boolean" }
  }
  if (JSON.stringify(schema).length > maxSchemaLength) {
    return { fault: `is longer than ${maxSchemaLength} characters: make it simpler` }
  }
  return measureParts(schema)
}

/** Says how a text does not fit, as the end of "the answer …"; `undefined` where it does. */
export type Misfit = (text: string) => string | undefined

export type Compiled = { readonly misfit: Misfit } | { readonly fault: string }

/** `/items/0/id` as `items[0].id`. */
const place = (pointer: string): string =>
  pointer.split("/").slice(1).map((part) => JsonPointer.unescapeToken(part))
    .reduce((text, part) => /^\d+$/.test(part) ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`, "")

const told = (error: ErrorObject | undefined): string => {
  const where = place(error?.instancePath ?? "")
  const extra = error?.params?.["additionalProperty"]
  return `${where === "" ? "the body" : where} ${error?.message ?? "does not fit"}`
    + (typeof extra === "string" ? `: ${extra}` : "")
}

const misfitOf = (validate: ValidateFunction): Misfit => (text) => {
  let body: ExactNumbers
  try {
    body = new ExactNumbers(text)
  } catch {
    return "is not JSON, and responseSchema needs JSON"
  }
  try {
    return validate.call(body, body.document) ? undefined : `does not fit responseSchema: ${told(validate.errors?.[0])}`
  } catch {
    return "is nested too deeply to be checked against responseSchema"
  }
}

export const compile = (schema: Json): Compiled => {
  const measured = measure(schema)
  if ("fault" in measured) return measured
  try {
    // A copy with doubles only: the schema itself is a setting, which is stored as it came.
    const exact = new ExactNumbers(JSON.stringify(schema))
    repeatProto(exact.document)
    return { misfit: misfitOf(compilerFor(exact).compile(exact.document as JsonObject)) }
  } catch (error) {
    const pattern = error instanceof LinearPattern.PatternRefused ? "has a pattern that " : "is no valid JSON Schema: "
    return { fault: `${pattern}${error instanceof Error ? error.message : String(error)}` }
  }
}
