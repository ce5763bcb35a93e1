/**
 * `responseSchema`: what an answer must look like. An answer that does not fit is `invalid-response`, and the message
 * names the place. Contract: section 4, "Every step".
 *
 * A schema is compiled once for a pipeline version. What it costs to check an answer is bounded when the schema is
 * saved: patterns are matched in linear time, references neither recurse nor multiply, duplicates are found by hash.
 */
import { type ReceivedBody, receivedText, undecodable } from "@sluice/domain/internal/decode/ReceivedText"
import { canonical, isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import type { Step } from "@sluice/domain/pipeline/Pipeline"
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"
import { JsonPointer } from "effect"
import type { Judgement } from "../plugins/Callout.ts"
import type { StepInput } from "../plugins/Plugin.ts"
import * as LinearPattern from "./LinearPattern.ts"

/** Characters of a schema's text. */
export const maxSchemaLength = 65_536
/** Parts of a schema that may come to bear on one value, references followed. */
const maxParts = 2000

const regExp = Object.assign(
  (source: string) => ({ ...LinearPattern.compile(source), toString: () => source }),
  { code: "LinearPattern.compile" }
)

const options: Options = {
  // Keywords that nobody here knows are notes, as the specification has it; formats too.
  strict: false,
  validateFormats: false,
  logger: false,
  code: { regExp }
}

/** Checks uniqueness in one pass; ajv compares each pair. */
const unique = (wanted: boolean, items: ReadonlyArray<Json>): boolean =>
  !wanted || new Set(items.map(canonical)).size === items.length

/** 2020-12, unless the schema says that it is of an earlier draft. */
const compilerFor = (schema: Json): Ajv => {
  const draft = isObject(schema) ? schema.$schema : undefined
  const ajv = typeof draft === "string" && draft.includes("draft-0") ? new Ajv(options) : new Ajv2020(options)
  return ajv.removeKeyword("uniqueItems").addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: unique,
    error: { message: "must NOT have duplicate items" }
  })
}

const pointed = (root: Json, reference: string): Json | undefined =>
  reference.split("/").slice(1).reduce<Json | undefined>((value, part) => {
    const name = JsonPointer.unescapeToken(decodeURIComponent(part))
    return typeof value === "object" && value !== null ? (value as Record<string, Json>)[name] : undefined
  }, root)

/** The fault in the schema's references; each part counts as often as it is referenced. */
const referenceFault = (root: Json): string | undefined => {
  let parts = 0
  const visit = (value: Json, within: ReadonlySet<string>): string | undefined => {
    if (++parts > maxParts) return `has more than ${maxParts} parts, references followed: make it simpler`
    if (Array.isArray(value)) return firstOf(value, within)
    if (!isObject(value)) return undefined
    const { $ref, $dynamicRef, $recursiveRef } = value as JsonObject
    if (typeof $dynamicRef === "string" || typeof $recursiveRef === "string") {
      return "uses a dynamic reference: use $ref"
    }
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
  return visit(root, new Set())
}

type Compiled = { readonly validate: ValidateFunction } | { readonly fault: string }

const compile = (schema: Json): Compiled => {
  if (typeof schema !== "boolean" && !isObject(schema)) {
    return { fault: "must be a JSON Schema: an object, or a boolean" }
  }
  if (JSON.stringify(schema).length > maxSchemaLength) {
    return { fault: `is longer than ${maxSchemaLength} characters: make it simpler` }
  }
  const fault = referenceFault(schema)
  if (fault !== undefined) return { fault }
  try {
    return { validate: compilerFor(schema).compile(schema as JsonObject) }
  } catch (error) {
    const pattern = error instanceof LinearPattern.PatternRefused ? "has a pattern that " : "is no valid JSON Schema: "
    return { fault: `${pattern}${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The faults of a schema before it is saved, with paths inside it. */
export const responseSchemaFaults = (schema: Json | undefined): ReadonlyArray<Fault> => {
  const compiled = schema === undefined ? undefined : compile(schema)
  return compiled !== undefined && "fault" in compiled ? [{ path: "", message: compiled.fault }] : []
}

const compiled = new WeakMap<Step, Compiled>()

const compiledOf = (step: Step, schema: Json): Compiled => {
  let known = compiled.get(step)
  if (known === undefined) compiled.set(step, known = compile(schema))
  return known
}

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

const invalid = (message: string): Judgement => ({ outcome: "invalid-response", message })

/** Applies the schema to an answer that the plugin considers a success. */
const check = (compiled: Compiled, response: ReceivedBody): Judgement => {
  if ("fault" in compiled) return invalid(`responseSchema ${compiled.fault}`)
  if (response.truncated === true) return invalid("the answer is longer than 1 MiB, and responseSchema needs all of it")
  const text = receivedText(response)
  if (text === undefined) return invalid(`the answer ${undecodable}`)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return invalid("the answer is not JSON, and responseSchema needs JSON")
  }
  try {
    return compiled.validate(body)
      ? { outcome: "succeeded" }
      : invalid(`the answer does not fit responseSchema: ${told(compiled.validate.errors?.[0])}`)
  } catch {
    return invalid("the answer is nested too deeply to be checked against responseSchema")
  }
}

/** The callouts of a step, which must answer what its `responseSchema` says. */
export const expecting = (step: Step, callout: StepInput<never>["callout"]): StepInput<never>["callout"] => {
  const { responseSchema } = step
  if (responseSchema === undefined) return callout
  return (request) =>
    callout({
      ...request,
      judge: (response) => {
        const judged = request.judge(response)
        if (judged.outcome !== "succeeded") return judged
        const fit = check(compiledOf(step, responseSchema), response)
        return fit.outcome === "succeeded" ? judged : fit
      }
    })
}
