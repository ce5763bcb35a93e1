/**
 * The keywords of JSON Schema that judge numbers or compare values, on exact decimals: a double is compared as a double,
 * which orders as its shortest decimal does, and everything else by its digits. ajv's own keywords compute in doubles
 * (19.99 is no multiple of 0.01) and see a number that a double does not hold rounded.
 */
import { compare, type Decimal, decimalOf, isMultipleOf, mostDivisorDigits } from "@sluice/domain/internal/json/Decimal"
import { canonical, type Json } from "@sluice/domain/json/Json"
import type { Ajv, AnySchemaObject, FuncKeywordDefinition, KeywordErrorDefinition, ValidateFunction } from "ajv"
import { ExactNumbers } from "./ExactNumbers.ts"

type DataValidateFunction = ReturnType<NonNullable<FuncKeywordDefinition["compile"]>>
type KeywordErrorCxt = Parameters<Extract<KeywordErrorDefinition["message"], (...args: never) => unknown>>[0]
type DataValidationCxt = NonNullable<Parameters<ValidateFunction>[1]>

/** The receiver of a check. ajv gives none while it validates a schema against its meta-schema. */
type Caller = ExactNumbers | undefined

const exactTextOf = (caller: Caller, context: DataValidationCxt | undefined): string | undefined =>
  caller instanceof ExactNumbers && caller.areAny
    ? caller.textOf(context?.parentData, context?.parentDataProperty)
    : undefined

const restored = (caller: Caller, data: unknown, context: DataValidationCxt | undefined): Json =>
  caller instanceof ExactNumbers
    ? caller.restored(data, context?.parentData, context?.parentDataProperty)
    : data as Json

type Check = (caller: Caller, data: unknown, context: DataValidationCxt | undefined) => boolean

const keywordOf = (holds: Check): DataValidateFunction =>
  function(this: Caller, data: unknown, context?: DataValidationCxt): boolean {
    return holds(this, data, context)
  } as DataValidateFunction

interface Bound {
  readonly sign: string
  readonly holds: (difference: number) => boolean
}

const bounds: Readonly<Record<string, Bound>> = {
  minimum: { sign: ">=", holds: (difference) => difference >= 0 },
  maximum: { sign: "<=", holds: (difference) => difference <= 0 },
  exclusiveMinimum: { sign: ">", holds: (difference) => difference > 0 },
  exclusiveMaximum: { sign: "<", holds: (difference) => difference < 0 }
}

const bounded = ({ holds }: Bound, limit: number, limitText: string | undefined): DataValidateFunction => {
  const exact = decimalOf(limitText ?? String(limit))
  return keywordOf((caller, data, context) => {
    const text = exactTextOf(caller, context)
    return holds(
      text === undefined && limitText === undefined
        ? Number(data) - limit
        : compare(decimalOf(text ?? String(data)), exact)
    )
  })
}

/** Integers up to this, and their quotients by a power of ten, are exact in a double. */
const mostExact = 1e15

/** True if a double is a multiple of `digits / scale`; `undefined` if doubles cannot tell. */
const quickly = (value: number, digits: number, scale: number): boolean | undefined => {
  const scaled = Math.round(value * scale)
  if (!(Math.abs(scaled) <= mostExact)) return undefined
  // A decimal of as many places as the divisor is its own nearest double: anything else has more places.
  return scaled / scale === value && scaled % digits === 0
}

const multiple = (divisor: number, divisorText: string | undefined): DataValidateFunction => {
  const exact: Decimal = decimalOf(divisorText ?? String(divisor))
  if (exact.digits.length > mostDivisorDigits) {
    throw new Error(`has a multipleOf of more than ${mostDivisorDigits} digits: make it shorter`)
  }
  const places = Math.max(0, -exact.exponent)
  const digits = Number(exact.digits) * 10 ** Math.max(0, exact.exponent)
  const isQuick = places <= 15 && digits <= mostExact
  return keywordOf((caller, data, context) => {
    const text = exactTextOf(caller, context)
    const quick = isQuick && text === undefined ? quickly(Number(data), digits, 10 ** places) : undefined
    return quick ?? isMultipleOf(decimalOf(text ?? String(data)), exact)
  })
}

const oneOf = (values: ReadonlyArray<Json>): DataValidateFunction => {
  const texts = new Set(values.filter((value) => typeof value === "string"))
  const others = new Set(values.filter((value) => typeof value !== "string").map(canonical))
  return keywordOf((caller, data, context) =>
    typeof data === "string"
      ? texts.has(data)
      : others.size > 0 && others.has(canonical(restored(caller, data, context)))
  )
}

const distinct = (isWanted: boolean): DataValidateFunction =>
  keywordOf((caller, data, context) => {
    const items = restored(caller, data, context) as ReadonlyArray<Json>
    // In one pass, where ajv compares each pair.
    return !isWanted || new Set(items.map(canonical)).size === items.length
  })

/** Replaces ajv's keywords. `schema` is the schema that will be compiled, with its exact numbers. */
export const addTo = (ajv: Ajv, schema: ExactNumbers): Ajv => {
  const textOf = (parent: AnySchemaObject, name: string): string | undefined => schema.textOf(parent, name)
  const wordsOf = (words: string, name: string) => ({
    message: ({ parentSchema = {}, schema: value }: KeywordErrorCxt) =>
      `must be ${words} ${textOf(parentSchema, name) ?? String(value)}`
  })
  for (const [keyword, bound] of Object.entries(bounds)) {
    ajv.removeKeyword(keyword).addKeyword({
      keyword,
      type: "number",
      schemaType: "number",
      errors: false,
      error: wordsOf(bound.sign, keyword),
      compile: (limit: number, parent) => bounded(bound, limit, textOf(parent, keyword))
    })
  }
  return ajv.removeKeyword("multipleOf").addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    errors: false,
    error: wordsOf("multiple of", "multipleOf"),
    compile: (divisor: number, parent) => multiple(divisor, textOf(parent, "multipleOf"))
  }).removeKeyword("const").addKeyword({
    keyword: "const",
    errors: false,
    error: { message: "must be equal to constant" },
    compile: (value: unknown, parent) => oneOf([schema.restored(value, parent, "const")])
  }).removeKeyword("enum").addKeyword({
    keyword: "enum",
    schemaType: "array",
    errors: false,
    error: { message: "must be equal to one of the allowed values" },
    compile: (values: unknown, parent) => oneOf(schema.restored(values, parent, "enum") as ReadonlyArray<Json>)
  }).removeKeyword("uniqueItems").addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    errors: false,
    error: { message: "must NOT have duplicate items" },
    compile: distinct
  })
}
