/**
 * Parameters of a statement that is sent over and over with another number of rows: one array per column, its type
 * named, so that the text of the statement stays the same and stays prepared, and an empty array has a type too.
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

const sqlNames: Record<ColumnType, string> = {
  text: "text[]",
  uuid: "uuid[]",
  int: "int4[]",
  float8: "float8[]",
  bytea: "bytea[]",
  timestamptz: "timestamptz[]",
  bool: "bool[]"
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
  const parameters = names.map((name, i) => `$${first + i}::${sqlNames[types[name] as ColumnType]}`)
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

export const parameterCount = (types: ColumnTypes): number => Object.keys(types).length
