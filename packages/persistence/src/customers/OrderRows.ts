/**
 * The rows of an order that an erasure rewrites: by table, the columns with text of the order, of its partners or of
 * operators. Ids that Sluice made, states, times and counts are in other columns.
 */
import type * as PgTypes from "@effect/sql-pg/PgTypes"
import type { Eraser } from "@sluice/domain/internal/erasure/Eraser"
import { largeLength, turnFor } from "@sluice/domain/internal/json/LargeText"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { columns, type ColumnTypes, unnest } from "../sql/ArrayParameters.ts"
import { paced } from "../upkeep/Paced.ts"

/** A table, its key and the columns that are rewritten. `t` in conditions is the table. */
interface RewrittenTable {
  readonly table: string
  /** The columns of the primary key. */
  readonly key: ColumnTypes
  readonly texts: ColumnTypes
  /**
   * The condition on rows that belong to the orders with the ids `$1` or, for `of: "events"`, to reported events with
   * these ids.
   */
  readonly where: string
}

// An array is looked up in the index, whatever the tables' statistics are; a join may become a walk through whole tables.
const ofRuns = "t.run_id = any(array(select id from runs where order_id = any($1)))"
const ofDeliveries = "t.delivery_id = any(array(select id from deliveries where order_id = any($1)))"

const deliveryTexts = { target: "text", chain: "text", reason: "text", body: "bytea" } as const
const attemptTexts = { record: "text", response: "bytea" } as const

export const orderTables: ReadonlyArray<RewrittenTable> = [
  {
    table: "order_versions",
    key: { order_id: "text", version: "int" },
    texts: { doc: "text" },
    where: "t.order_id = any($1)"
  },
  {
    table: "order_history",
    key: { order_id: "text", seq: "text" },
    texts: { entry: "text" },
    where: "t.order_id = any($1)"
  },
  {
    table: "runs",
    key: { id: "uuid" },
    texts: {
      reason: "text",
      retry_reason: "text",
      effects: "text",
      set_aside: "text",
      inherited_keys: "text",
      wait_mark: "text",
      open_mark: "text"
    },
    where: "t.order_id = any($1)"
  },
  {
    table: "steps",
    key: { run_id: "uuid", index: "int" },
    texts: { record: "text" },
    where: ofRuns
  },
  {
    table: "callouts",
    key: { run_id: "uuid", id: "uuid" },
    texts: { record: "text", body: "bytea", response: "bytea" },
    where: ofRuns
  },
  {
    table: "callbacks",
    key: { run_id: "uuid", step: "int" },
    texts: { headers: "text", body: "bytea", resolution: "text" },
    where: ofRuns
  },
  { table: "deliveries", key: { id: "uuid" }, texts: deliveryTexts, where: "t.order_id = any($1)" },
  {
    table: "delivery_attempts",
    key: { delivery_id: "uuid", number: "int" },
    texts: attemptTexts,
    where: ofDeliveries
  },
  {
    table: "messages",
    key: { id: "uuid" },
    texts: { body: "bytea" },
    where: "t.id = any(array(select message_id from deliveries where order_id = any($1)))"
  },
  {
    table: "subscriptions",
    key: { id: "text" },
    texts: { doc: "text", entitlements: "text" },
    where: "t.order_id = any($1)"
  },
  {
    table: "subscription_changes",
    key: { order_id: "text" },
    texts: { before: "text" },
    where: "t.subscription_id = any(array(select id from subscriptions where order_id = any($1)))"
  },
  {
    table: "audit",
    key: { id: "uuid" },
    texts: { resource: "text", before: "text", after: "text", reason: "text" },
    where: "t.order_id = any($1)"
  }
]

/** The tables of reported events, whose messages belong to no order. `$1`: their ids. */
export const eventTables: ReadonlyArray<RewrittenTable> = [
  { table: "messages", key: { id: "uuid" }, texts: { body: "bytea" }, where: "t.id = any($1::uuid[])" },
  { table: "deliveries", key: { id: "uuid" }, texts: deliveryTexts, where: "t.message_id = any($1::uuid[])" },
  {
    table: "delivery_attempts",
    key: { delivery_id: "uuid", number: "int" },
    texts: attemptTexts,
    where: "t.delivery_id = any(array(select id from deliveries where message_id = any($1::uuid[])))"
  }
]

/** Bytes and rows that are in memory at once, and worked on without a rest. A single row may have more. */
const chunkBytes = 512 * 1024
const chunkRows = 500

type Row = Readonly<Record<string, string | number | Uint8Array | null>>

/** Rows in groups of at most `chunkRows` and about `chunkBytes`. */
export const chunksOf = <A extends { readonly size: number }>(
  rows: ReadonlyArray<A>
): ReadonlyArray<ReadonlyArray<A>> => {
  const chunks: Array<Array<A>> = []
  let bytes = 0
  for (const row of rows) {
    bytes += row.size
    const last = chunks.at(-1)
    if (last === undefined || last.length >= chunkRows || bytes > chunkBytes) {
      chunks.push([row])
      bytes = row.size
    } else last.push(row)
  }
  return chunks
}

/** `seq` of the history is a bigint, which travels as text. */
const typed = (column: string, alias: string): string => column === "seq" ? `${alias}.seq::int8` : `${alias}.${column}`

const rewritten = (eraser: Eraser, value: Row[string]): Row[string] =>
  typeof value === "string" ? eraser.text(value) : value instanceof Uint8Array ? eraser.bytes(value) : value

/** The keys of a table's rows as a list in JSON, and the size of the texts that are rewritten. */
const surveyOf = ({ key, table, texts, where }: RewrittenTable, n: number): string => {
  const keys = Object.keys(key).map((name) => name === "seq" ? "t.seq::text" : `t.${name}`).join(", ")
  const size = Object.keys(texts).map((name) => `coalesce(octet_length(t.${name}), 0)`).join(" + ")
  return `select ${n} as n, json_build_array(${keys})::text as key, ${size} as size from ${table} t where ${where}`
}

interface SurveyedRow {
  readonly n: number
  readonly key: string
  readonly size: number
}

/** The rows of all tables, by table: one statement, since each that a busy process waits for costs it milliseconds. */
const survey = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  tables: ReadonlyArray<RewrittenTable>,
  ids: PgTypes.Parameter
) {
  const rows = yield* sql.unsafe<SurveyedRow>(tables.map(surveyOf).join(" union all "), [ids])
  const byTable = tables.map((): Array<Row & { readonly size: number }> => [])
  for (const { key, n, size } of rows) {
    const values = JSON.parse(key) as ReadonlyArray<string | number>
    const names = Object.keys(tables[n]?.key ?? {})
    byTable[n]?.push({ ...Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])), size })
  }
  return byTable
})

/** Rewrites rows of one table, given by their keys. */
const rewriteChunk = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  { key, table, texts }: RewrittenTable,
  chunk: ReadonlyArray<Row>,
  eraser: Eraser
) {
  const keys = Object.keys(key)
  const names = Object.keys(texts)
  const keyList = keys.map((name) => name === "seq" ? "t.seq::text as seq" : `t.${name}`).join(", ")
  const match = keys.map((name) => `t.${name} = ${typed(name, "u")}`).join(" and ")
  const read = yield* sql.unsafe<Row>(
    `select ${keyList}, ${names.map((name) => `t.${name}`).join(", ")}
      from ${unnest(key, "u", 1)} join ${table} t on ${match}`,
    columns(key, chunk as never)
  )
  const changed: Array<Row> = []
  let since = 0
  for (const row of read) {
    const next: Record<string, Row[string]> = { ...row }
    for (const name of names) {
      const value = row[name] ?? null
      const length = typeof value === "string" || value instanceof Uint8Array ? value.length : 0
      since += length
      yield* turnFor(since)
      if (since >= largeLength) since = 0
      next[name] = rewritten(eraser, value)
    }
    if (names.some((name) => next[name] !== row[name])) changed.push(next)
  }
  if (changed.length === 0) return
  const all = { ...key, ...texts }
  yield* sql.unsafe(
    `update ${table} t set ${names.map((name) => `${name} = u.${name}`).join(", ")}
      from ${unnest(all, "u", 1)} where ${match}`,
    columns(all, changed as never)
  )
})

/** Rewrites the rows of some tables, and rests after each chunk. `ids`: the value of `$1` in their conditions. */
export const rewriteTables = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  tables: ReadonlyArray<RewrittenTable>,
  ids: PgTypes.Parameter,
  eraser: Eraser
) {
  const surveyed = yield* survey(sql, tables, ids)
  for (const [n, table] of tables.entries()) {
    for (const chunk of chunksOf(surveyed[n] ?? [])) yield* paced(rewriteChunk(sql, table, chunk, eraser))
  }
})
