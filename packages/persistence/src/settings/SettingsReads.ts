/** The statements that show settings. Secrets are hidden without being opened: showing needs no key. */
import { int8 } from "@effect/sql-pg/PgTypes"
import { type JsonObject, parse } from "@sluice/domain/json/Json"
import { isStorable } from "@sluice/domain/order/Order"
import { redactDocument, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import { cursor, page, type PageRequest } from "../sql/Page.ts"
import { PipelineVersionUnknown, SettingUnknown } from "./SettingsErrors.ts"
import { tables } from "./SettingsTables.ts"
import type { StoredSetting } from "./StoredSetting.ts"

export interface SettingRow {
  readonly id: string
  readonly version: number
  readonly document: string
  readonly created_at: Date
  readonly updated_at: Date
  /** Present for webhook endpoints. */
  readonly disabled_at?: Date | null
  readonly disabled_reason?: string | null
  readonly failing_since?: Date | null
  /** Present for pipelines. */
  readonly paused_at?: Date | null
  readonly paused_reason?: string | null
  readonly paused_by?: string | null
}

const pauseOf = ({ paused_at, paused_by, paused_reason }: SettingRow): JsonObject =>
  paused_at == null ? {} : { paused: { at: paused_at.toISOString(), reason: paused_reason ?? "", by: paused_by ?? "" } }

const notesOf = ({ disabled_at, disabled_reason, failing_since }: SettingRow): JsonObject => ({
  ...(disabled_at != null && { disabledAt: disabled_at.toISOString() }),
  ...(disabled_reason != null && { disabledReason: disabled_reason }),
  ...(failing_since != null && { failingSince: failing_since.toISOString() })
})

/** The stored document; its secrets are sealed. */
export const documentOf = (row: Pick<SettingRow, "document">): JsonObject => parse(row.document) as JsonObject

export const shown = (kind: SettingsKind, row: SettingRow, document = documentOf(row)): StoredSetting => ({
  id: row.id,
  version: row.version,
  document: redactDocument(kind, document),
  ...(kind === "webhookEndpoint" && { notes: notesOf(row) }),
  ...(kind === "pipeline" && { notes: pauseOf(row) }),
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString()
})

const bySequence = cursor(Schema.Tuple([Schema.Int]))

/** The largest version that the column holds. */
const maxVersion = 2 ** 31 - 1

/** Rows of every list have their place in it beside them. */
type Placed = SettingRow & { readonly place: bigint }

export const makeReads = (sql: SqlClient.SqlClient) => {
  const get = Effect.fnUntraced(function*(kind: SettingsKind, id: string) {
    const [row] = isStorable(id) ? yield* sql<SettingRow>`SELECT * FROM ${sql(tables[kind])} WHERE id = ${id}` : []
    return row === undefined ? yield* new SettingUnknown({ kind, id }) : shown(kind, row)
  })

  const list = Effect.fnUntraced(function*(kind: SettingsKind, request: PageRequest) {
    const after = yield* bySequence.read(request)
    const rows = yield* sql<Placed>`
      SELECT *, seq AS place FROM ${sql(tables[kind])}
      WHERE ${after === undefined ? sql`true` : sql`seq < ${int8(BigInt(after[0]))}`}
      ORDER BY seq DESC LIMIT ${request.limit + 1}`
    return page(rows, request.limit, bySequence, (row) => [Number(row.place)] as const, (row) => shown(kind, row))
  })

  const versions = Effect.fnUntraced(function*(name: string, request: PageRequest) {
    const after = yield* bySequence.read(request)
    const rows = isStorable(name)
      ? yield* sql<Placed>`
        SELECT id, version, document, created_at, created_at AS updated_at, version::bigint AS place
        FROM pipeline_versions
        WHERE id = ${name} AND ${after === undefined ? sql`true` : sql`version < ${int8(BigInt(after[0]))}`}
        ORDER BY version DESC LIMIT ${request.limit + 1}`
      : []
    if (rows.length === 0 && after === undefined) return yield* new SettingUnknown({ kind: "pipeline", id: name })
    return page(rows, request.limit, bySequence, (row) => [Number(row.place)] as const, (row) => shown("pipeline", row))
  })

  const version = Effect.fnUntraced(function*(name: string, version: number) {
    const [row] = isStorable(name) && version <= maxVersion
      ? yield* sql<SettingRow>`
        SELECT id, version, document, created_at, created_at AS updated_at
        FROM pipeline_versions WHERE id = ${name} AND version = ${version}`
      : []
    return row === undefined ? yield* new PipelineVersionUnknown({ name, version }) : shown("pipeline", row)
  })

  return { get, list, versions, version }
}
