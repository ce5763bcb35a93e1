/**
 * Parameters of a statement that is sent again and again with varying numbers of rows: one array per column, with an
 * explicit type. The text stays the same, so that it stays prepared, and an empty array has a type too. A statement for
 * exactly one row has one parameter per column instead, which costs the database less.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"

const oids = {
  text: PgTypes.OID.textArray,
  uuid: PgTypes.OID.uuidArray,
  int: PgTypes.OID.int4Array,
  float8: PgTypes.OID.float8Array,
  bytea: PgTypes.OID.byteaArray,
  timestamptz: PgTypes.OID.timestamptzArray,
  bool: PgTypes.OID.boolArray
} as const
export type ColumnType = keyof typeof oids

const elementOids: Record<ColumnType, number> = {
  text: PgTypes.OID.text,
  uuid: PgTypes.OID.uuid,
  int: PgTypes.OID.int4,
  float8: PgTypes.OID.float8,
  bytea: PgTypes.OID.bytea,
  timestamptz: PgTypes.OID.timestamptz,
  bool: PgTypes.OID.bool
}

const sqlNames: Record<ColumnType, string> = {
  text: "text",
  uuid: "uuid",
  int: "int4",
  float8: "float8",
  bytea: "bytea",
  timestamptz: "timestamptz",
  bool: "bool"
}

/** The names and types of the columns of one `unnest`. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>

type Value = string | number | boolean | Uint8Array | null
type Row<Types extends ColumnTypes> = { readonly [Name in keyof Types]: Value }

/**
 * The SQL of rows from array parameters: `unnest($3::text[], $4::uuid[], …) with ordinality as <alias>(<names>, n)`,
 * from parameter `first` on.
 */
export const unnest = (types: ColumnTypes, alias: string, first: number): string => {
  const names = Object.keys(types)
  const parameters = names.map((name, i) => `$${first + i}::${sqlNames[types[name] as ColumnType]}[]`)
  return `unnest(${parameters.join(", ")}) with ordinality as ${alias}(${names.join(", ")}, n)`
}

/** Rows turned into columns, in the order of `types`. */
export const columns = <const Types extends ColumnTypes>(
  types: Types,
  rows: ReadonlyArray<Row<Types>>
): ReadonlyArray<PgTypes.Parameter> =>
  Object.keys(types).map((name) => ({
    [PgTypes.ParameterTypeId]: PgTypes.ParameterTypeId,
    oid: oids[types[name] as ColumnType],
    value: rows.map((row) => row[name])
  }))

/**
 * The SQL of exactly one row: `(select $3::text as id, null::text as reason, …, 1::int8 as n) as <alias>`, from parameter
 * `first` on. Columns outside `given` are null, or false, in the text itself, so that the planner leaves out what
 * depends on them.
 */
export const singleRow = <Types extends ColumnTypes>(
  types: Types,
  alias: string,
  first: number,
  given: ReadonlyArray<keyof Types & string> = Object.keys(types)
): string => {
  const values = Object.entries(types).map(([name, type]) => {
    const place = given.indexOf(name)
    if (place >= 0) return `$${first + place}::${sqlNames[type]} as ${name}`
    return type === "bool" ? `false as ${name}` : `null::${sqlNames[type]} as ${name}`
  })
  return `(select ${values.join(", ")}, 1::int8 as n) as ${alias}`
}

/** The parameters of {@link singleRow}. */
export const singleParameters = <Types extends ColumnTypes>(
  types: Types,
  row: Row<Types>,
  given: ReadonlyArray<keyof Types & string> = Object.keys(types)
): ReadonlyArray<PgTypes.Parameter> =>
  given.map((name) => ({
    [PgTypes.ParameterTypeId]: PgTypes.ParameterTypeId,
    oid: elementOids[types[name] as ColumnType],
    value: row[name]
  }))

export const parameterCount = (types: ColumnTypes): number => Object.keys(types).length
