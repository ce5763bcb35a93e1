/**
 * The tables that hold sealed values, read in batches by key. Sealing a row again changes the sealed text and nothing
 * else: neither the version of a setting nor its time.
 */
import { kindText } from "@sluice/domain/internal/settings/SettingsKind"
import { type JsonObject, parse, stringify } from "@sluice/domain/json/Json"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { Effect, Result } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import type { EncryptionKeyMissing, SecretBox } from "../secrets/SecretBox.ts"
import { tokenPlace } from "../secrets/TokenStorePostgres.ts"
import { isStale, reseal } from "../settings/SealedDocument.ts"
import { tables } from "../settings/SettingsTables.ts"

/** A row with its key. `version` is 0 where the key is the id alone. */
export interface SealedRow {
  readonly id: string
  readonly version: number
  /** A document with sealed members, or one sealed value. */
  readonly text: string
}

/** A row with its values sealed by the first key. */
export interface ResealedRow {
  readonly row: SealedRow
  /** The text that replaces the row's; null deletes a token, which is fetched again. */
  readonly text: string | null
  /** The number of values that were sealed again. */
  readonly sealed: number
  /** Values that no key opens, as `connector billing: bearerToken`. */
  readonly unreadable: ReadonlyArray<string>
}

export interface SealedTable {
  readonly name: string
  readonly count: Effect.Effect<number, SqlError>
  /** The next rows after a key, in order. */
  readonly read: (after: SealedRow | undefined, limit: number) => Effect.Effect<ReadonlyArray<SealedRow>, SqlError>
  /** True if a value in the row is not sealed with the first key. */
  readonly isStale: (row: SealedRow) => boolean
  readonly reseal: (row: SealedRow) => Effect.Effect<ResealedRow, EncryptionKeyMissing>
  /** Writes the rows that still hold the text that was read, and returns their number. */
  readonly write: (rows: ReadonlyArray<ResealedRow>) => Effect.Effect<number, SqlError>
}

const countOf = (sql: SqlClient.SqlClient, table: string) =>
  Effect.map(sql<{ readonly n: number }>`SELECT count(*)::int AS n FROM ${sql(table)}`, ([row]) => row?.n ?? 0)

const documentsOf = (box: SecretBox["Service"], kind: SettingsKind, versioned: boolean) => ({
  isStale: ({ text }: SealedRow) => isStale(box, kind, parse(text) as JsonObject),
  reseal: (row: SealedRow): Effect.Effect<ResealedRow, EncryptionKeyMissing> => {
    const { id, text, version } = row
    return Effect.map(
      reseal(box, kind, id, parse(text) as JsonObject, versioned ? version : undefined),
      ({ document, sealed, unreadable }) => ({
        row,
        text: stringify(document),
        sealed,
        unreadable: unreadable.map((member) =>
          `${kindText[kind]} ${id}${versioned ? ` version ${version}` : ""}: ${member}`
        )
      })
    )
  }
})

const settings = (sql: SqlClient.SqlClient, box: SecretBox["Service"], kind: SettingsKind): SealedTable => {
  const table = tables[kind]
  return {
    name: table,
    count: countOf(sql, table),
    read: (after, limit) =>
      sql<SealedRow>`SELECT id, 0 AS version, document AS text FROM ${sql(table)} WHERE id > ${after?.id ?? ""}
        ORDER BY id LIMIT ${limit}`,
    ...documentsOf(box, kind, false),
    write: (rows) =>
      Effect.map(
        sql`UPDATE ${sql(table)} t SET document = u.after
          FROM unnest(${rows.map(({ row }) => row.id)}::text[], ${rows.map(({ row }) => row.text)}::text[],
            ${rows.map(({ text }) => text)}::text[]) AS u (id, before, after)
          WHERE t.id = u.id AND t.document = u.before RETURNING 1`,
        (written) => written.length
      )
  }
}

const versions = (sql: SqlClient.SqlClient, box: SecretBox["Service"]): SealedTable => ({
  name: "pipeline_versions",
  count: countOf(sql, "pipeline_versions"),
  read: (after, limit) =>
    sql<SealedRow>`SELECT id, version, document AS text FROM pipeline_versions
      WHERE (id, version) > (${after?.id ?? ""}, ${after?.version ?? 0}::int) ORDER BY id, version LIMIT ${limit}`,
  ...documentsOf(box, "pipeline", true),
  write: (rows) =>
    Effect.map(
      sql`UPDATE pipeline_versions t SET document = u.after
        FROM unnest(${rows.map(({ row }) => row.id)}::text[], ${rows.map(({ row }) => row.version)}::int[],
          ${rows.map(({ row }) => row.text)}::text[], ${rows.map(({ text }) => text)}::text[])
          AS u (id, version, before, after)
        WHERE t.id = u.id AND t.version = u.version AND t.document = u.before RETURNING 1`,
      (written) => written.length
    )
})

const tokens = (sql: SqlClient.SqlClient, box: SecretBox["Service"]): SealedTable => ({
  name: "tokens",
  count: countOf(sql, "tokens"),
  read: (after, limit) =>
    sql<SealedRow>`SELECT key AS id, 0 AS version, sealed AS text FROM tokens
      WHERE sealed IS NOT NULL AND key > ${after?.id ?? ""} ORDER BY key LIMIT ${limit}`,
  isStale: ({ text }) => !box.isCurrent(text),
  reseal: Effect.fnUntraced(function*(row: SealedRow) {
    const place = tokenPlace(row.id)
    const opened = yield* Effect.result(box.open(row.text, place))
    const text = Result.isSuccess(opened) ? yield* box.seal(opened.success, place) : null
    return { row, text, sealed: text === null ? 0 : 1, unreadable: [] }
  }),
  write: (rows) =>
    Effect.map(
      sql`UPDATE tokens t SET sealed = nullif(u.after, '')
        FROM unnest(${rows.map(({ row }) => row.id)}::text[], ${rows.map(({ row }) => row.text)}::text[],
          ${rows.map(({ text }) => text ?? "")}::text[]) AS u (id, before, after)
        WHERE t.key = u.id AND t.sealed = u.before RETURNING 1`,
      (written) => written.length
    )
})

/** Every table with sealed values. A new one has to be listed here. */
export const sealedTables = (sql: SqlClient.SqlClient, box: SecretBox["Service"]): ReadonlyArray<SealedTable> => [
  ...(["authProvider", "connector", "webhookEndpoint", "pipeline"] as const).map((kind) => settings(sql, box, kind)),
  versions(sql, box),
  tokens(sql, box)
]
