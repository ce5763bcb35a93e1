/** The part of JSON Schema that completion needs: the members and values allowed at a place. */

export interface JsonSchema {
  readonly type?: string | ReadonlyArray<string>
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly items?: JsonSchema
  readonly enum?: ReadonlyArray<string | number | boolean>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  /** The schema by the value of another member, as the plugin's options are by a step's `name`. */
  readonly chosenBy?: { readonly member: string; readonly cases: Readonly<Record<string, JsonSchema>> }
  readonly default?: unknown
}

const lowered = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

const branches = (schema: JsonSchema, value: unknown): ReadonlyArray<JsonSchema> => {
  const chosen = schema.chosenBy
  const said = chosen === undefined || typeof value !== "object" || value === null
    ? undefined
    : Object.entries(value).find(([name]) => lowered(name) === chosen.member)?.[1]
  const fitting = typeof said === "string" ? chosen?.cases[said] : undefined
  const further = [...schema.anyOf ?? [], ...schema.oneOf ?? [], ...(fitting === undefined ? [] : [fitting])]
  return [schema, ...further.flatMap((one) => branches(one, value))]
}

const memberOf = (value: unknown, step: string | number): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined

/** The schemas that apply at a path; `draft` is the document as far as it could be read. */
export const schemasAt = (
  schema: JsonSchema,
  path: ReadonlyArray<string | number>,
  draft: unknown
): ReadonlyArray<JsonSchema> => {
  let here = branches(schema, draft)
  let value = draft
  for (const step of path) {
    value = memberOf(value, step)
    const inside = here.flatMap(({ properties, items }) =>
      typeof step === "number" ? items ?? [] : properties?.[lowered(step)] ?? []
    )
    here = inside.flatMap((one) => branches(one, value))
  }
  return here
}

export interface Suggestion {
  readonly name: string
  readonly schema: JsonSchema
  readonly required: boolean
}

/** The members that may be added at a path, required ones first; existing ones are left out. */
export const membersAt = (
  schema: JsonSchema,
  path: ReadonlyArray<string | number>,
  draft: unknown
): ReadonlyArray<Suggestion> => {
  const value = path.reduce<unknown>(memberOf, draft)
  const present = new Set(typeof value === "object" && value !== null ? Object.keys(value).map(lowered) : [])
  const found = new Map<string, Suggestion>()
  for (const { properties = {}, required = [] } of schemasAt(schema, path, draft)) {
    for (const [name, one] of Object.entries(properties)) {
      if (!present.has(name) && !found.has(name)) {
        found.set(name, { name, schema: one, required: required.includes(name) })
      }
    }
  }
  return [...found.values()].toSorted((one, other) => Number(other.required) - Number(one.required))
}

/** The values that are allowed at a path. */
export const valuesAt = (
  schema: JsonSchema,
  path: ReadonlyArray<string | number>,
  draft: unknown
): ReadonlyArray<string | number | boolean> => [
  ...new Set(
    schemasAt(schema, path, draft).flatMap((one) =>
      one.enum ?? (one.type === "boolean" ? [true, false] : one.default === undefined ? [] : [one.default as string])
    )
  )
]

const typesOf = ({ type, anyOf = [] }: JsonSchema): ReadonlyArray<string> => [
  ...typeof type === "string" ? [type] : type ?? [],
  ...anyOf.flatMap(typesOf)
]

/** The initial text of a member's value: `#` marks the cursor. */
export const valueTemplate = (schema: JsonSchema): string => {
  if (schema.default !== undefined) return JSON.stringify(schema.default)
  const [first] = typesOf(schema)
  switch (first) {
    case "object":
      return "{#}"
    case "array":
      return "[#]"
    case "string":
      return "\"#\""
    default:
      return "#"
  }
}

/** The text of a schema's type, such as `string` or `number or null`. */
export const typeText = (schema: JsonSchema): string => [...new Set(typesOf(schema))].join(" or ")
