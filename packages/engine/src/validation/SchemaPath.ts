/**
 * Decides whether a JSON Schema allows a value at a path. Pure. Says "unknown" wherever a keyword might allow it; a
 * list is searched through, as an expression does. Contract: section 4, `responseSchema` and "Expressions".
 */
import { nearest, suggestion } from "@sluice/domain/internal/decode/DidYouMean"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { pointed } from "../schemas/SchemaCompiler.ts"

export type PathVerdict =
  /** No value that fits the schema has anything at this path. */
  | { readonly _tag: "Excluded"; readonly message: string }
  /** The name is not among the members that the schema lists, and resembles one that is. */
  | { readonly _tag: "Suspicious"; readonly message: string }
  | { readonly _tag: "Unknown" }

const unknown: PathVerdict = { _tag: "Unknown" }

const typesOf = ({ type }: JsonObject): ReadonlyArray<Json> | undefined =>
  typeof type === "string" ? [type] : Array.isArray(type) ? type : undefined

const membersOf = (schema: JsonObject, name: string): JsonObject => {
  const member = schema[name]
  return isObject(member) ? member : {}
}

const listOf = (value: Json | undefined): ReadonlyArray<Json> => Array.isArray(value) ? value : []

/** The value is like one of them: excluded only where all exclude. */
const ofAlternatives = (verdicts: ReadonlyArray<PathVerdict>): PathVerdict =>
  verdicts.find(({ _tag }) => _tag === "Unknown") ?? verdicts.find(({ _tag }) => _tag === "Suspicious")
    ?? verdicts[0] ?? unknown

/** The value is like each of them: one that excludes is enough. */
const ofTogether = (verdicts: ReadonlyArray<PathVerdict>): PathVerdict =>
  verdicts.find(({ _tag }) => _tag === "Excluded") ?? verdicts.find(({ _tag }) => _tag === "Suspicious") ?? unknown

/** `propertyNames: { enum }`: no other names than these. */
const namedOnly = ({ propertyNames }: JsonObject): ReadonlyArray<string> | undefined =>
  isObject(propertyNames) && Array.isArray(propertyNames.enum)
    ? propertyNames.enum.filter((name) => typeof name === "string")
    : undefined

const certain = (verdict: PathVerdict): PathVerdict => verdict._tag === "Suspicious" ? unknown : verdict

/** Members that one of these declares are no strangers to the schema around it. */
const combines = (schema: JsonObject): boolean =>
  ["anyOf", "oneOf", "allOf", "$ref", "if", "dependentSchemas"].some((name) => schema[name] !== undefined)

/** References were checked when the schema was: they are local and do not recurse. */
export const verdictOf = (root: Json, path: ReadonlyArray<string>, subject: string): PathVerdict => {
  const inObject = (schema: JsonObject, name: string, rest: ReadonlyArray<string>, at: string): PathVerdict => {
    const properties = membersOf(schema, "properties")
    const allowed = namedOnly(schema)
    if (allowed !== undefined && !allowed.includes(name)) {
      return { _tag: "Excluded", message: `${at} has no ${name}${suggestion(name, allowed)}` }
    }
    if (Object.hasOwn(properties, name)) return visit(properties[name] ?? true, rest, `${at}.${name}`)
    // A pattern may be of any dialect: which names it lets through is not guessed.
    if (Object.keys(membersOf(schema, "patternProperties")).length > 0) return unknown
    const known = Object.keys(properties)
    const others = schema.additionalProperties ?? schema.unevaluatedProperties
    if (schema.additionalProperties === false || (schema.unevaluatedProperties === false && !combines(schema))) {
      return { _tag: "Excluded", message: `${at} has no ${name}${suggestion(name, known)}` }
    }
    if (isObject(others)) return visit(others, rest, `${at}.${name}`)
    const meant = nearest(name, known)
    return meant === undefined
      ? unknown
      : { _tag: "Suspicious", message: `${at} declares no ${name}: did you mean ${meant}?` }
  }

  /** The verdict of a schema's own keywords, without those that it refers to or combines. */
  const own = (schema: JsonObject, path: ReadonlyArray<string>, at: string): PathVerdict => {
    const [name, ...rest] = path
    if (name === undefined) return unknown
    const types = typesOf(schema)
    const verdicts: Array<PathVerdict> = []
    if (types === undefined || types.includes("object")) verdicts.push(inObject(schema, name, rest, at))
    if (types?.includes("array") ?? (schema.items !== undefined || schema.prefixItems !== undefined)) {
      const items = listOf(schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : []))
      const others = Array.isArray(schema.items) ? schema.additionalItems : schema.items
      verdicts.push(
        others === false && items.length === 0
          ? unknown
          : ofAlternatives([...items, others ?? true].map((item) => visit(item, path, `${at}[]`)))
      )
    }
    return verdicts.length === 0
      ? { _tag: "Excluded", message: `${at} is ${types?.join(" or ")}, and has no ${name}` }
      : ofAlternatives(verdicts)
  }

  const visit = (schema: Json, path: ReadonlyArray<string>, at: string): PathVerdict => {
    if (!isObject(schema) || path.length === 0) return unknown
    const { $ref } = schema
    const target = typeof $ref === "string" ? pointed(root, $ref) : undefined
    const branches = (name: "anyOf" | "oneOf") =>
      listOf(schema[name]).length === 0 ? [] : [ofAlternatives(listOf(schema[name]).map((one) => visit(one, path, at)))]
    const mine = own(schema, path, at)
    const parts = [
      ...(target === undefined ? [] : [visit(target, path, at)]),
      ...listOf(schema.allOf).map((one) => visit(one, path, at)),
      ...branches("anyOf"),
      ...branches("oneOf")
    ]
    // A member that one of several parts does not declare may be declared by another.
    const alone = parts.length === 0 || (parts.length === 1 && schema.properties === undefined)
    return ofTogether(
      [combines(schema) && parts.length === 0 ? certain(mine) : mine, ...parts].map((one) => alone ? one : certain(one))
    )
  }

  return visit(root, path, subject)
}
