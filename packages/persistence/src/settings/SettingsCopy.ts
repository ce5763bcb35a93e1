/**
 * Copies the settings of cell 0, where they are written, into another cell's database, so that the cell's code reads
 * them as with a single database. Contract: section 11, "Settings".
 *
 * A copy is one transaction in the cell, serialised with other changes of its settings. It reads cell 0 while it holds
 * that lock, so that of several processes that copy at once none writes an older state over a newer one. State of the
 * cell's own is kept: the time of an endpoint's next request, the time since which it fails, the time of a partner's
 * next turn. An endpoint that the cell has disabled by itself is disabled in cell 0 first.
 */
import { int8 } from "@effect/sql-pg/PgTypes"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { SqlError } from "effect/sql/SqlError"
import { movedTurn } from "../partners/MovedTurn.ts"
import { transaction } from "../sql/Transaction.ts"
import { announce } from "./Announcement.ts"
import { disable, endPending } from "./EndpointState.ts"

/** Settings as they stand in cell 0, a JSON list of rows for each table. */
interface Snapshot {
  readonly revision: bigint
  readonly pipelines: string
  readonly connectors: string
  readonly auth_providers: string
  readonly webhook_endpoints: string
  readonly partner_limits: string
}

const rowsOf = (table: string): string => `(select coalesce(json_agg(t), '[]')::text from ${table} t) as ${table}`

/** One statement, so that all tables are seen at one moment. */
const snapshotText = `select (select revision from settings_revision) as revision, ${
  ["pipelines", "connectors", "auth_providers", "webhook_endpoints", "partner_limits"].map(rowsOf).join(", ")
}`

const given = (table: string): string => `select * from json_populate_recordset(null::${table}, $1::json)`

/** Inserts and updates by key the columns that are not the cell's own. Rows keep their order in lists. */
const upsertText = (table: string, key: string, columns: ReadonlyArray<string>, order: string): string =>
  `insert into ${table} (${key}, ${columns.join(", ")}) select ${key}, ${columns.join(", ")} from (${given(table)}) g
    order by ${order} on conflict (${key}) do update set ${
    columns.map((name) => `${name} = excluded.${name}`).join(", ")
  }
    where ${columns.map((name) => `${table}.${name} is distinct from excluded.${name}`).join(" or ")}`

const deleteText = (table: string, key: string): string =>
  `delete from ${table} where ${key} not in (select ${key} from (${given(table)}) g) returning ${key}`

const documentColumns = ["version", "document", "created_at", "updated_at"]

const documentTables = [
  { name: "pipelines", columns: [...documentColumns, "paused_at", "paused_reason", "paused_by"] },
  { name: "connectors", columns: documentColumns },
  { name: "auth_providers", columns: documentColumns }
] as const

const endpointColumns = [...documentColumns, "types", "per_order", "rate", "disabled_at", "disabled_reason"]

/** The versions that the cell lacks: of each pipeline, those above its newest. */
const copyVersions = Effect.fnUntraced(function*(from: SqlClient.SqlClient, to: SqlClient.SqlClient) {
  const known = yield* to<{ readonly id: string; readonly version: number }>`
    select id, max(version) as version from pipeline_versions group by id`
  const [missing] = yield* from.unsafe<{ readonly rows: string }>(
    `select coalesce(json_agg(v), '[]')::text as rows from pipeline_versions v
      where version > coalesce((select k.version from json_to_recordset($1::json) as k(id text, version int)
        where k.id = v.id), 0)`,
    [JSON.stringify(known)]
  )
  yield* to.unsafe(
    `insert into pipeline_versions (id, version, document, created_at)
      select id, version, document, created_at from (${given("pipeline_versions")}) g on conflict do nothing`,
    [missing?.rows ?? "[]"]
  )
})

/** Copies the endpoints, and holds or cancels deliveries of the cell as where the setting itself is written. */
const copyEndpoints = Effect.fnUntraced(function*(to: SqlClient.SqlClient, rows: string) {
  const enabled = yield* to<{ readonly id: string }>`select id from webhook_endpoints where disabled_at is null`
  yield* to.unsafe(
    `update webhook_endpoints w set failing_since = null from (${given("webhook_endpoints")}) g
      where w.id = g.id and w.disabled_at is not null and g.disabled_at is null`,
    [rows]
  )
  yield* to.unsafe(upsertText("webhook_endpoints", "id", endpointColumns, "seq"), [rows])
  yield* to.unsafe(
    `insert into webhook_endpoint_history (endpoint_id, types) select w.id, w.types from webhook_endpoints w
      where not exists (select from (select h.types from webhook_endpoint_history h where h.endpoint_id = w.id
        order by h.at desc limit 1) h where h.types = w.types)`
  )
  const disabled = yield* to<{ readonly id: string }>`select id from webhook_endpoints where disabled_at is not null`
  const now = new Set(disabled.map(({ id }) => id))
  for (const { id } of enabled) if (now.has(id)) yield* endPending(to, id, "held", "the endpoint is disabled")
  const deleted = yield* to.unsafe<{ readonly id: string }>(deleteText("webhook_endpoints", "id"), [rows])
  for (const { id } of deleted) {
    yield* to`insert into webhook_endpoint_history (endpoint_id, types) values (${id}, null)`
    yield* endPending(to, id, "cancelled", "its endpoint was deleted")
  }
})

/** Endpoints that the cell disabled since they were copied are disabled in cell 0, which passes it on. */
const passOnDisabled = Effect.fnUntraced(function*(from: SqlClient.SqlClient, to: SqlClient.SqlClient) {
  const disabled = yield* to<{ readonly id: string; readonly version: number; readonly reason: string | null }>`
    select id, version, disabled_reason as reason from webhook_endpoints where disabled_at is not null`
  if (disabled.length === 0) return
  const here = yield* from<{ readonly id: string; readonly version: number }>`
    select id, version from webhook_endpoints where disabled_at is null`
  const versions = new Map(here.map(({ id, version }) => [id, version]))
  for (const { id, reason, version } of disabled) {
    const written = versions.get(id)
    // The cell has told of it already.
    if (written !== undefined && version > written) {
      yield* transaction(from, disable(from, id, reason ?? "it keeps failing", false))
    }
  }
})

interface Limits {
  readonly host: string
  readonly paused: boolean
  readonly places: number | null
  readonly rate: number | null
}

const limitsOf = (sql: SqlClient.SqlClient) =>
  sql<Limits>`select host, paused, max_concurrent as places, rate_per_second as rate from partner_limits`

/** Those who waited for a limit that is lifted or changed, or a pause that is over, go on. */
const copyLimits = Effect.fnUntraced(function*(to: SqlClient.SqlClient, rows: string) {
  const before = yield* limitsOf(to)
  yield* to.unsafe(
    upsertText("partner_limits", "host", ["max_concurrent", "rate_per_second", "paused", "reason"], "host"),
    [rows]
  )
  yield* to.unsafe(deleteText("partner_limits", "host"), [rows])
  const after = new Map((yield* limitsOf(to)).map((row) => [row.host, row]))
  for (const row of before) {
    const now = after.get(row.host)
    if (now !== undefined && now.rate !== row.rate) {
      yield* to`update partner_limits set next_turn = ${movedTurn(to, row.rate, now.rate)} where host = ${row.host}`
    }
    const isSame = now?.paused === row.paused && now.places === row.places && now.rate === row.rate
    if (isSame || now?.paused === true) continue
    yield* to`update partners set retry_at = clock_timestamp(), batch = 1 where host = ${row.host}
      and (retry_at is not null or exists (select from runs where held_for = ${row.host}))`
  }
})

const apply = Effect.fnUntraced(function*(
  from: SqlClient.SqlClient,
  to: SqlClient.SqlClient,
  { revision, ...tables }: Snapshot
) {
  for (const { columns, name } of documentTables) {
    yield* to.unsafe(upsertText(name, "id", columns, "seq"), [tables[name]])
    yield* to.unsafe(deleteText(name, "id"), [tables[name]])
  }
  yield* copyVersions(from, to)
  yield* copyEndpoints(to, tables.webhook_endpoints)
  yield* copyLimits(to, tables.partner_limits)
  yield* to`update cell set copied_revision = ${int8(revision)}`
  yield* announce(to)
})

/** Copies the settings that have changed since the last copy; returns whether any had. */
export const copySettings = (
  from: SqlClient.SqlClient,
  to: SqlClient.SqlClient
): Effect.Effect<boolean, SqlError> =>
  Effect.andThen(
    passOnDisabled(from, to),
    transaction(
      to,
      Effect.gen(function*() {
        const [own] = yield* to<{ readonly copied: bigint | null }>`select
          (select copied_revision from cell) as copied from settings_revision for update`
        const [current] = yield* from<{ readonly revision: bigint }>`select revision from settings_revision`
        if (current === undefined || current.revision === own?.copied) return false
        const [snapshot] = yield* from.unsafe<Snapshot>(snapshotText)
        if (snapshot === undefined) return false
        yield* apply(from, to, snapshot)
        return true
      })
    )
  )
