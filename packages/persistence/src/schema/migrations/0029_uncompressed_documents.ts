/**
 * Documents of up to 8 KB stay in their row as they are: compressing them (pglz) took a fifth of the database's processor
 * time for an order. Longer ones are compressed with LZ4 where the server has it. Changes how rows are written from here
 * on, and none that is there. Figures: docs/adr/0004-uncompressed-documents.md.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The tables that hold documents and bodies, and the columns that do. */
const documents = [
  ["order_versions", ["doc"]],
  ["steps", ["record"]],
  ["callouts", ["record", "body", "response"]],
  ["messages", ["body"]]
] as const

/** The longest row that is left as it is, in bytes: what fits into a page. */
const longestRow = 8160

export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [{ hasLz4 } = { hasLz4: false }] = yield* sql<{ readonly hasLz4: boolean }>`
    select 'lz4' = any(enumvals) as "hasLz4" from pg_settings where name = 'default_toast_compression'`
  for (const [table, columns] of documents) {
    yield* sql.unsafe(`alter table ${table} set (toast_tuple_target = ${longestRow})`)
    if (!hasLz4) continue
    for (const column of columns) yield* sql.unsafe(`alter table ${table} alter column ${column} set compression lz4`)
  }
})
